"""What an audit is of: the Kaggle set from wherever it is named, what lies beside it, any other labelled images."""

from pathlib import Path

import pytest

from core.data.audit_parts import place, read_parts, scopes
from core.data.labelled import KAGGLE_FOLDER
from core.errors import DataFolderInvalid

NAMES = ("train/benign/1.jpg", "train/malignant/2.jpg", "test/benign/3.jpg", "test/malignant/4.jpg")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    root = tmp_path / KAGGLE_FOLDER
    for name in NAMES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    (tmp_path / "ham10000-extra").mkdir()
    (tmp_path / "ham10000-extra" / "metadata.csv").write_text(
        "isic_id,lesion_id,dx,malignant\nISIC_1,IL_1,bkl,0\nISIC_2,IL_2,mel,1\n", encoding="utf-8"
    )
    return tmp_path


@pytest.mark.parametrize("inside", ["", KAGGLE_FOLDER])
def test_the_set_is_read_with_what_lies_beside_it(data: Path, inside: str) -> None:
    parts = read_parts(data / inside)
    assert [(part.name, len(part.images), part.is_beside) for part in parts] == [
        ("train", 2, False),
        ("test", 2, False),
        ("ham10000-extra", 2, True),
    ]
    assert [placed.key for placed in place(parts)][-2:] == [
        ("ham10000-extra", "images/ISIC_1.jpg"),
        ("ham10000-extra", "images/ISIC_2.jpg"),
    ]


def test_what_lies_beside_can_be_left_out(data: Path) -> None:
    assert [part.name for part in read_parts(data, with_extra=False)] == ["train", "test"]


def test_one_part_the_extra_folder_or_a_csv_can_be_read_alone(data: Path) -> None:
    assert [part.name for part in read_parts(data / KAGGLE_FOLDER / "test")] == ["test"]
    assert [part.name for part in read_parts(data / "ham10000-extra")] == ["ham10000-extra"]
    (data / "mine.csv").write_text("file,malignant\na.jpg,1\n", encoding="utf-8")
    assert [(part.name, len(part.images)) for part in read_parts(data / "mine.csv")] == [("mine", 1)]


def test_scopes_are_each_part_then_the_set_then_all(data: Path) -> None:
    counted = {name: len(images) for name, images in scopes(read_parts(data)).items()}
    assert list(counted.items()) == [
        ("train", 2),
        ("test", 2),
        ("ham10000-extra", 2),
        ("train + test", 4),
        ("train + test + ham10000-extra", 6),
    ]
    assert list(scopes(read_parts(data / KAGGLE_FOLDER / "test"))) == ["test"]


def test_a_provenance_csv_may_lie_anywhere(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "from.csv"
    path.write_text("kaggle_file,lesion_id,diagnosis\ntrain/benign/1.jpg,L1,Nevus\n", encoding="utf-8")
    first, second = read_parts(data, path)[0].images
    assert (first.lesion, first.is_ham10000, second.is_ham10000) == ("L1", True, False)
    assert read_parts(data)[0].images[0].is_ham10000 is None


def test_a_provenance_csv_that_does_not_fit_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(DataFolderInvalid, match="There is no provenance CSV"):
        read_parts(data, tmp_path / "nowhere.csv")
    (tmp_path / "wrong.csv").write_text("file\n", encoding="utf-8")
    with pytest.raises(DataFolderInvalid, match="lacks the column diagnosis, kaggle_file, lesion_id"):
        read_parts(data, tmp_path / "wrong.csv")
    with pytest.raises(DataFolderInvalid, match="names no file of it"):
        read_parts(data / "ham10000-extra", tmp_path / "wrong.csv")


def test_a_folder_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFolderInvalid, match="no folder benign"):
        read_parts(tmp_path)
