"""The further HAM10000 images: what is read, and a split that keeps lesions and classes together."""

import csv
import random
from collections import Counter
from pathlib import Path

import pytest

from core.data.ham_extra import (
    HAM_CLASSES,
    HAM_FOLDER,
    METADATA_FILE,
    PARTS,
    diagnosis_of,
    read_ham_extra,
    split_ham_extra,
)
from core.data.labelled import LabelledImage, count_malignant, read_kaggle
from core.errors import DataFolderInvalid
from core.taxonomy import Diagnosis

MALIGNANT = {"mel", "bcc", "akiec"}


def write_metadata(root: Path, *rows: tuple[str, str, str, str]) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    with (root / METADATA_FILE).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["isic_id", "lesion_id", "dx", "malignant"])
        writer.writerows(rows)
    return root


def make_images(n_lesions: int = 60) -> list[LabelledImage]:
    """Each class has `n_lesions` lesions of one to three images."""
    return [
        LabelledImage(Path(name), name, dx in MALIGNANT, f"{dx}{lesion}", is_ham10000=True, facts={"dx": dx})
        for dx in HAM_CLASSES
        for lesion in range(n_lesions)
        for name in (f"{dx}_{lesion}_{i}.jpg" for i in range(1 + lesion % 3))
    ]


def test_rows_become_images_with_their_facts(tmp_path: Path) -> None:
    root = write_metadata(tmp_path / HAM_FOLDER, ("ISIC_1", "IL_1", "bkl", "0"), ("ISIC_0", "", "mel", "1"))
    first, second = read_ham_extra(tmp_path)
    assert (first.path, first.name) == (root / "images" / "ISIC_1.jpg", "images/ISIC_1.jpg")
    assert (first.lesion, first.is_malignant, first.is_ham10000, first.facts["dx"]) == ("IL_1", False, True, "bkl")
    assert (second.lesion, second.is_malignant) == (None, True)
    assert read_ham_extra(root) == [first, second]


def test_the_class_is_known_where_dx_is() -> None:
    assert diagnosis_of(make_images(1)[2]) is Diagnosis.PIGMENTED_BENIGN_KERATOSIS
    assert diagnosis_of(LabelledImage(Path(), "a", is_malignant=True)) is None


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("ISIC_1", "IL_1", "nv", "no"), "line 2: malignant is 'no'"),
        (("ISIC_1", "IL_1", "wart", "0"), "line 2: dx is 'wart'; expected one of nv, mel"),
    ],
)
def test_a_row_that_is_not_as_expected_is_refused(
    tmp_path: Path, row: tuple[str, str, str, str], sentence: str
) -> None:
    with pytest.raises(DataFolderInvalid, match=sentence):
        read_ham_extra(write_metadata(tmp_path, row))


def test_a_folder_without_the_metadata_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFolderInvalid, match=r"holds neither metadata\.csv nor ham10000-extra"):
        read_ham_extra(tmp_path)
    (tmp_path / METADATA_FILE).write_text("isic_id,dx\n")
    with pytest.raises(DataFolderInvalid, match="lacks the column lesion_id, malignant"):
        read_ham_extra(tmp_path)


def test_every_image_is_in_one_part_and_no_lesion_in_two() -> None:
    images = make_images()
    parts = split_ham_extra(images)
    assert tuple(parts) == PARTS
    assert sorted(i for members in parts.values() for i in members) == list(range(len(images)))
    lesions = [{images[i].lesion for i in members} for members in parts.values()]
    assert sum(map(len, lesions)) == len(set.union(*lesions))


def test_each_class_has_its_share_in_each_part() -> None:
    images = make_images()
    total = Counter(image.facts["dx"] for image in images)
    for part, share in zip(PARTS, (0.70, 0.15, 0.15), strict=True):
        counts = Counter(images[i].facts["dx"] for i in split_ham_extra(images)[part])
        assert all(abs(counts[dx] - share * total[dx]) <= 3 for dx in HAM_CLASSES), part


def test_the_order_of_the_file_does_not_matter_and_the_seed_does() -> None:
    images = make_images()
    shuffled = random.Random(3).sample(images, len(images))

    def names(of: list[LabelledImage], seed: int = 7) -> set[str]:
        return {of[i].name for i in split_ham_extra(of, seed)["test"]}

    assert names(images) == names(shuffled)
    assert names(images) != names(images, seed=8)


def test_a_class_without_images_changes_no_other() -> None:
    images = make_images()
    fewer = [image for image in images if image.facts["dx"] != "vasc"]
    whole = {images[i].name for i in split_ham_extra(images)["test"] if images[i].facts["dx"] != "vasc"}
    assert {fewer[i].name for i in split_ham_extra(fewer)["test"]} == whole


@pytest.mark.data
def test_the_real_parts_share_no_lesion_with_each_other_or_with_the_kaggle_set(labelled_data: Path) -> None:
    images = read_ham_extra(labelled_data)
    parts = split_ham_extra(images)
    assert (len(images), count_malignant(images)) == (7045, 1163)
    assert {part: len(members) for part, members in parts.items()} == {"train": 4931, "validation": 1058, "test": 1056}
    lesions = {part: {images[i].lesion for i in members} for part, members in parts.items()}
    kaggle = {image.lesion for part in ("train", "test") for image in read_kaggle(labelled_data, part)}
    assert not set.union(*lesions.values()) & kaggle
    assert sum(map(len, lesions.values())) == 5263
    assert all(image.path.is_file() for image in images[::500])
