"""The pictures of a pair are found by part, name and label, and another folder is noticed."""

from pathlib import Path

import pytest

from core.data.audit import audit_images
from core.data.audit_lookup import find_audited
from core.data.audit_parts import read_parts
from core.data.audit_result import Audit, Picture
from core.errors import DataFolderInvalid
from core.imaging.drawn import DrawnLesion, draw_jpeg


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for seed, name in enumerate(("train/benign/a", "train/malignant/b", "test/benign/a", "test/malignant/b")):
        path = tmp_path / f"{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(draw_jpeg(DrawnLesion(width_px=60, height_px=60, seed=seed % 2)))
    return tmp_path


@pytest.fixture
def audit(data: Path) -> Audit:
    return audit_images(parts=read_parts(data), app_version="0")


def pictures(audit: Audit) -> list[Picture]:
    return [picture for found in audit.pairs for pair in found.to_check for picture in (pair.first, pair.second)]


def test_each_picture_is_found_in_its_part(data: Path, audit: Audit) -> None:
    found = find_audited(data, audit, pictures(audit))
    assert found.is_same_list
    assert found.files == {
        (part, name): data / part / name for part in ("train", "test") for name in ("benign/a.jpg", "malignant/b.jpg")
    }


def test_a_picture_with_another_label_or_none_is_not_shown(data: Path, audit: Audit) -> None:
    wrong = [Picture("test", "benign/a.jpg", True, None, None), Picture("test", "benign/z.jpg", False, None, None)]
    assert find_audited(data, audit, wrong).files == {}


def test_another_list_of_files_is_noticed(data: Path, audit: Audit) -> None:
    (data / "test/benign/a.jpg").unlink()
    found = find_audited(data, audit, pictures(audit))
    assert not found.is_same_list
    assert ("test", "benign/a.jpg") not in found.files
    assert not find_audited(data / "train", audit, []).is_same_list


def test_a_folder_without_labelled_images_is_refused(data: Path, audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataFolderInvalid):
        find_audited(tmp_path / "empty", audit, [])
