"""Labelled images from folders and CSVs; what is not as expected is told with its place."""

from pathlib import Path

import pytest

from core.data.labelled import (
    KAGGLE_FOLDER,
    PROVENANCE_FILE,
    LabelledImage,
    count_malignant,
    hash_of_list,
    read_kaggle,
    read_labelled,
)
from core.errors import DataFolderInvalid

PROVENANCE = """kaggle_file,lesion_id,diagnosis
train/benign/1.jpg,HAM_1,nevus
train/malignant/2.jpg,,melanoma
"""


def put(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    return root


@pytest.fixture
def kaggle(tmp_path: Path) -> Path:
    names = ("train/benign/1.jpg", "train/benign/3.jpg", "train/malignant/2.jpg", "test/benign/9.jpg")
    put(tmp_path / KAGGLE_FOLDER, *names, "test/malignant/8.jpg")
    (tmp_path / PROVENANCE_FILE).write_text(PROVENANCE, encoding="utf-8")
    return tmp_path


def test_a_folder_is_read_in_a_fixed_order_with_labels_from_its_two_folders(tmp_path: Path) -> None:
    put(tmp_path, "malignant/b.PNG", "malignant/a.jpg", "benign/c.heic", "benign/notes.txt", "benign/.DS_Store")
    rows = [(image.name, image.is_malignant) for image in read_labelled(tmp_path)]
    assert rows == [("benign/c.heic", False), ("malignant/a.jpg", True), ("malignant/b.PNG", True)]


def test_a_csv_is_read_with_what_else_it_knows(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_text(
        "file,malignant,lesion_id,diagnosis,age\nx/a.jpg,1,L1,melanoma,50\nb.jpg,0,,,\n", encoding="utf-8-sig"
    )
    first, second = read_labelled(path)
    assert (first.path, first.name, first.is_malignant) == (tmp_path / "x" / "a.jpg", "x/a.jpg", True)
    assert (first.lesion, first.diagnosis, first.facts["age"]) == ("L1", "melanoma", "50")
    assert (second.is_malignant, second.lesion, second.diagnosis) == (False, None, None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("file,label\na.jpg,1\n", "lacks the column malignant"),
        ("name,label\na.jpg,1\n", "lacks the column file, malignant"),
        ("", "lacks the column file, malignant"),
        ("file,malignant\na.jpg,1\nb.jpg,yes\n", "line 3: malignant is 'yes'; expected 0 or 1"),
        ("file,malignant\na.jpg\n", "line 2: malignant is None"),
        ("file,malignant\n", "holds no labelled image"),
    ],
)
def test_a_csv_that_is_not_as_expected_is_refused_with_the_place(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "set.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataFolderInvalid, match=sentence):
        read_labelled(path)


def test_a_missing_label_is_never_read_as_benign(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_text("file,malignant\na.jpg,\n", encoding="utf-8")
    with pytest.raises(DataFolderInvalid, match="malignant is ''"):
        read_labelled(path)


def test_folders_that_are_not_as_expected_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFolderInvalid, match="no folder or CSV"):
        read_labelled(tmp_path / "nowhere")
    with pytest.raises(DataFolderInvalid, match="no folder benign and no folder malignant"):
        read_labelled(tmp_path)
    put(tmp_path, "benign/a.txt")
    with pytest.raises(DataFolderInvalid, match="no folder malignant"):
        read_labelled(tmp_path)
    put(tmp_path, "malignant/b.txt")
    with pytest.raises(DataFolderInvalid, match="holds no labelled image"):
        read_labelled(tmp_path)


@pytest.mark.parametrize("inside", ["", KAGGLE_FOLDER])
def test_the_kaggle_set_is_found_from_its_folder_and_from_the_one_above(kaggle: Path, inside: str) -> None:
    images = read_kaggle(kaggle / inside, "train")
    assert [image.name for image in images] == ["benign/1.jpg", "benign/3.jpg", "malignant/2.jpg"]
    assert [image.lesion for image in images] == ["HAM_1", None, None]
    assert [image.is_ham10000 for image in images] == [True, False, True]
    assert [image.diagnosis for image in images] == ["nevus", None, "melanoma"]


def test_without_provenance_the_source_is_unknown_not_false(kaggle: Path) -> None:
    (kaggle / PROVENANCE_FILE).unlink()
    assert {image.is_ham10000 for image in read_kaggle(kaggle, "train")} == {None}


def test_a_part_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFolderInvalid, match="holds neither train/ nor"):
        read_kaggle(tmp_path, "train")


def test_the_hash_of_a_list_knows_names_and_labels_but_no_order_and_no_place() -> None:
    a = LabelledImage(Path("/x/a.jpg"), "a.jpg", is_malignant=True)
    b = LabelledImage(Path("/x/b.jpg"), "b.jpg", is_malignant=False)
    elsewhere = LabelledImage(Path("/y/a.jpg"), "a.jpg", is_malignant=True)
    relabelled = LabelledImage(Path("/x/a.jpg"), "a.jpg", is_malignant=False)
    assert hash_of_list([a, b]) == hash_of_list([b, elsewhere])
    assert len({hash_of_list(images) for images in ([a, b], [relabelled, b], [a], [])}) == 4


def test_malignant_images_are_counted() -> None:
    images = [LabelledImage(Path(), str(n), is_malignant=n < 3) for n in range(7)]
    assert count_malignant(images) == 3


@pytest.mark.data
def test_the_kaggle_set_has_the_published_counts(labelled_data: Path) -> None:
    counts = {part: read_kaggle(labelled_data, part) for part in ("train", "test")}
    assert [(len(images), count_malignant(images)) for images in counts.values()] == [(2637, 1197), (660, 300)]
    assert sum(image.is_ham10000 is True for images in counts.values() for image in images) == 2488


@pytest.mark.data
def test_the_further_ham10000_images_read_as_a_csv_or_a_folder(labelled_data: Path) -> None:
    with (labelled_data / "ham10000-extra" / "metadata.csv").open(encoding="utf-8") as file:
        assert "malignant" in file.readline()
        assert sum(1 for _ in file) == 7045
