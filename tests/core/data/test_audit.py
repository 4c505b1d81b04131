"""An audit finds what was put into a small drawn set, and on the real one what its README says."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.data.audit import audit_images
from core.data.audit_parts import read_parts
from core.data.audit_pictures import Embedder
from core.data.audit_result import Audit, PairKind, Tally
from core.data.turn import Turn
from core.errors import DataFolderInvalid
from core.imaging.drawn import DrawnLesion, draw_lesion
from core.imaging.frame import FrameRule

RULE = FrameRule(32, 32, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
PROVENANCE = """kaggle_file,lesion_id,diagnosis,age_approx,sex
train/benign/0.png,L0,Nevus,40.0,female
train/benign/1.png,L1,Nevus,,male
test/benign/0.png,L0,Nevus,50.0,female
test/benign/1.png,L2,Nevus,60.0,female
test/malignant/0.png,L1,Melanoma,70.0,
"""


def draw(seed: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.3, 0.7, 2)
    return draw_lesion(DrawnLesion(width_px=128, height_px=128, centre_x=x, centre_y=y, irregularity=0.2, seed=seed))


def average_colour(frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Stands in for a network: coarse pixels, so that a slightly changed copy stays the nearest."""
    coarse = frames.reshape(len(frames), 4, 8, 4, 8, 3).mean(axis=(2, 4)).reshape(len(frames), -1)
    return np.asarray(coarse - coarse.mean(axis=1, keepdims=True), dtype=np.float32)


EMBEDDER = Embedder("coarse", "ab" * 32, RULE, average_colour)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy within train, a turned copy across parts with another label, two lesions across parts, one source of
    which every image is malignant."""
    root = tmp_path_factory.mktemp("data")
    pictures = {
        "train/benign/0.png": draw(0),
        "train/benign/1.png": draw(1),
        "train/malignant/0.png": draw(2),
        "train/malignant/1.png": draw(2),
        "test/benign/0.png": draw(3),
        "test/benign/1.png": np.ascontiguousarray(np.fliplr(draw(2))),
        "test/malignant/0.png": draw(5),
    }
    for name, pixels in pictures.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(root / name)
    (root / "kaggle_provenance.csv").write_text(PROVENANCE, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def audit(data: Path) -> Audit:
    return audit_images(app_version="0", parts=read_parts(data, data / "kaggle_provenance.csv"), embedder=EMBEDDER)


def test_copies_are_pictures_with_the_same_pixels(audit: Audit) -> None:
    found = audit.of_kind(PairKind.EXACT_COPY)
    [pair] = found.to_check
    assert (pair.first.key, pair.second.key) == (("train", "malignant/0.png"), ("train", "malignant/1.png"))
    assert (found.n_pairs, found.n_label_conflicts, pair.distance, pair.is_across_parts) == (1, 0, 0.0, False)


def test_a_flipped_copy_of_another_label_is_a_near_duplicate_and_a_conflict(audit: Audit) -> None:
    found = audit.of_kind(PairKind.NEAR_DUPLICATE)
    [count] = found.between
    assert (count.parts, count.n_pairs, count.n_label_conflicts, count.n_only_turned) == (("train", "test"), 2, 2, 2)
    assert count.images == (Tally(2, 2), Tally(1, 0))
    assert {pair.second.file for pair in found.to_check} == {"benign/1.png"}
    assert {pair.turn for pair in found.to_check} == {Turn.LEFT_RIGHT}


def test_lesions_on_both_sides_are_counted_with_their_images(audit: Audit) -> None:
    found = audit.of_kind(PairKind.SAME_LESION)
    [count] = found.between
    assert (count.parts, count.n_lesions, count.n_label_conflicts) == (("train", "test"), 2, 1)
    assert count.images == (Tally(2, 0), Tally(2, 1))
    assert [pair.is_label_conflict for pair in found.to_check] == [True, False]


def test_neighbours_leave_out_what_is_known(audit: Audit) -> None:
    search = audit.neighbours
    assert search is not None
    assert (search.network, search.n_same_lesion) == ("coarse", 2)
    assert search.limit is not None
    found = audit.of_kind(PairKind.NEIGHBOUR)
    known = {frozenset((p.first.key, p.second.key)) for kind in audit.pairs[:3] for p in kind.to_check}
    assert search.n_known >= 1
    assert all(frozenset((p.first.key, p.second.key)) not in known for p in found.to_check)
    assert all(pair.distance <= search.limit for pair in found.to_check)


def test_the_source_is_one_bit_that_is_measured_as_one(audit: Audit) -> None:
    train, both = audit.source  # every test image is of one source, which tells nothing
    assert (train.scope, train.ham10000, train.other) == ("train", Tally(2, 0), Tally(2, 2))
    assert (train.accuracy, train.roc_auc) == (1.0, 1.0)
    assert (both.scope, both.ham10000, both.other) == ("train + test", Tally(5, 1), Tally(2, 2))
    assert both.accuracy == pytest.approx(6 / 7)
    assert both.roc_auc == pytest.approx((2 / 3 + 1) / 2)


def test_classes_ages_and_sexes_are_counted_with_what_is_known(audit: Audit) -> None:
    balance = {part.part: (part.images, part.n_lesion_known, part.n_lesions) for part in audit.parts}
    assert balance == {"train": (Tally(4, 2), 2, 2), "test": (Tally(3, 1), 3, 3)}
    both = {facts.is_malignant: facts for facts in audit.clinical if facts.scope == "train + test"}
    assert (both[False].n, both[False].n_age_known, both[False].age_mean_years) == (4, 3, 50.0)
    assert (both[False].n_sex_known, both[False].n_female) == (4, 3)
    assert (both[True].n, both[True].n_age_known, both[True].age_mean_years, both[True].n_sex_known) == (3, 1, None, 0)


def test_the_list_is_capped_and_the_total_stays(data: Path) -> None:
    audit = audit_images(app_version="0", parts=read_parts(data), max_pairs=1)
    found = audit.of_kind(PairKind.NEAR_DUPLICATE)
    assert (len(found.to_check), found.n_to_check, found.n_pairs) == (1, 2, 2)
    assert audit.neighbours is None
    assert audit.of_kind(PairKind.NEIGHBOUR).n_pairs == 0


def test_a_broken_and_a_missing_file_are_said_and_the_others_compared(data: Path, tmp_path: Path) -> None:
    shutil.copytree(data, tmp_path / "set")
    parts = read_parts(tmp_path / "set")
    (tmp_path / "set/train/benign/0.png").write_bytes(b"no picture")
    (tmp_path / "set/test/malignant/0.png").unlink()
    audit = audit_images(app_version="0", parts=parts, embedder=EMBEDDER)
    assert [(file.part, file.file) for file in audit.unreadable] == [
        ("train", "benign/0.png"),
        ("test", "malignant/0.png"),
    ]
    assert audit.of_kind(PairKind.EXACT_COPY).n_pairs == 1
    assert audit.parts[0].images.n == 4


def test_several_workers_find_what_one_does_in_the_same_order(audit: Audit, data: Path) -> None:
    parts = read_parts(data, data / "kaggle_provenance.csv")
    found = audit_images(app_version="0", parts=parts, embedder=EMBEDDER, n_workers=3)
    assert replace(found, made_at=audit.made_at) == audit


def test_where_nothing_can_be_read_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set.csv").write_text("file,malignant\na.jpg,1\nb.jpg,0\n", encoding="utf-8")
    with pytest.raises(DataFolderInvalid, match="None of the 2 images can be read; the first: This file does not"):
        audit_images(app_version="0", parts=read_parts(tmp_path / "set.csv"), embedder=EMBEDDER)


def test_one_picture_alone_has_no_pair(data: Path, tmp_path: Path) -> None:
    shutil.copy(data / "train/benign/0.png", tmp_path / "a.png")
    (tmp_path / "set.csv").write_text("file,malignant\na.png,1\n", encoding="utf-8")
    audit = audit_images(app_version="0", parts=read_parts(tmp_path / "set.csv"), embedder=EMBEDDER)
    assert [found.n_pairs for found in audit.pairs] == [0, 0, 0, 0]
    assert audit.source == ()


@pytest.mark.data
def test_the_real_set_has_the_figures_of_its_readme(labelled_data: Path) -> None:
    audit = audit_images(app_version="0", parts=read_parts(labelled_data, with_extra=False))
    [lesions] = [count for count in audit.of_kind(PairKind.SAME_LESION).between if count.is_across_parts]
    assert (lesions.n_lesions, lesions.images[1], lesions.n_label_conflicts) == (96, Tally(97, 72), 0)
    [near] = [count for count in audit.of_kind(PairKind.NEAR_DUPLICATE).between if count.is_across_parts]
    assert near.n_pairs - near.n_only_turned == 46, "as they lie"
    assert near.n_only_turned == 2
    assert sum(found.n_label_conflicts for found in audit.pairs) == 0
    source = audit.source[-1]
    assert (source.scope, source.ham10000, source.other) == ("train + test", Tally(2488, 688), Tally(809, 809))
    assert source.accuracy == pytest.approx(0.7913, abs=1e-4)
    benign, malignant = (facts for facts in audit.clinical if facts.scope == "train + test")
    assert benign.n_age_known + malignant.n_age_known == 2480
    assert benign.age_mean_years is not None
    assert malignant.age_mean_years is not None
    assert (round(benign.age_mean_years), round(malignant.age_mean_years)) == (48, 61)
