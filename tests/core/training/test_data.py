"""The clinic's training set: nothing of a test lesion, whole lesions on one side, diagnoses where they are known."""

import dataclasses
from pathlib import Path

import pytest

from core.data.ham_extra import HAM_FOLDER
from core.training.data import DIFFERENTIAL, TrainingData, load_training_data
from core.training.objective import UNKNOWN
from core.training.recipe import Recipe, TrainingSet

RECIPE = Recipe(training_set=TrainingSet.CLINIC, input_px=32, validation_share=0.3)


@pytest.fixture(scope="module")
def data(root: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingData:
    return load_training_data(root, RECIPE, tmp_path_factory.mktemp("cache"))


def test_nothing_shows_a_test_lesion_or_a_test_picture(data: TrainingData) -> None:
    names = {image.path.name if HAM_FOLDER in image.path.parts else image.name for image in data.images}
    assert not {"benign/0.jpg", "malignant/0.jpg", "ISIC_0005.jpg"} & names
    assert {"benign/1.jpg", "malignant/2.jpg"} <= names
    assert data.n_left_out in (2, 3)  # the copy may lie in the held-out part, which is never a candidate


def test_each_image_is_on_one_side_and_whole_lesions_are(data: TrainingData) -> None:
    train, validation = set(data.split.train), set(data.split.validation)
    assert not train & validation
    assert train | validation == set(range(len(data.images)))
    lesions = [{data.images[i].lesion for i in rows} - {None} for rows in (train, validation)]
    assert not lesions[0] & lesions[1]


def test_both_sets_are_on_both_sides(data: TrainingData) -> None:
    for rows in (data.split.train, data.split.validation):
        is_extra = [HAM_FOLDER in data.images[i].path.parts for i in rows]
        assert any(is_extra)
        assert not all(is_extra)


def test_diagnoses_are_known_where_the_provenance_is(data: TrainingData) -> None:
    known = data.targets
    for i, image in enumerate(data.images):
        code = image.facts.get("dx")
        number = int(known.diagnosis[i])
        assert number == (UNKNOWN if code is None else ["nv", "mel", "bkl", "bcc"].index(code))
        assert bool(known.is_malignant[i]) is image.is_malignant
    assert (known.diagnosis == UNKNOWN).any()
    assert len(DIFFERENTIAL) == 7


def test_the_source_is_what_the_provenance_says(data: TrainingData) -> None:
    known = data.targets.is_ham10000
    assert known.isfinite().all()
    assert set(known.tolist()) == {0.0, 1.0}
    assert all(image.is_malignant for image, is_ham in zip(data.images, known, strict=True) if not is_ham)


def test_a_limit_takes_so_many_of_each_class(root: Path, tmp_path: Path) -> None:
    few = load_training_data(root, dataclasses.replace(RECIPE, limit=4), tmp_path)
    n_malignant = int(few.is_malignant.sum())
    assert len(few.images) <= 3 * 8
    assert 0 < n_malignant <= 3 * 4


def test_the_card_is_told_what_was_left_out(data: TrainingData) -> None:
    facts = data.describe()
    assert facts["left_out_because_of_the_test_part"] == data.n_left_out
    counts = [facts[part]["n"] for part in ("train", "validation")]  # type: ignore[index]
    assert counts == [len(data.split.train), len(data.split.validation)]


def test_the_split_does_not_hang_on_the_networks_input_size(root: Path, data: TrainingData, tmp_path: Path) -> None:
    larger = load_training_data(root, dataclasses.replace(RECIPE, input_px=48), tmp_path)
    assert larger.split == data.split
    assert larger.n_near_duplicates == data.n_near_duplicates
