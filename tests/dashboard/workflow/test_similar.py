"""Training images beside a case: only what training saw, with a picture where the file is there."""

from pathlib import Path

import numpy as np
import pytest

from core.classifier.card import read_card
from core.data.labelled import LabelledImage, read_kaggle
from core.domain import ModelIdentity, Prediction
from core.evaluation.own_images import load_own_images
from core.evaluation.training_index import to_training_image
from core.explanations.training_images import (
    TrainingImage,
    read_training_images,
    training_images_file,
    write_training_images,
)
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.settings import Settings
from core.taxonomy import Band
from dashboard.workflow.similar import find_similar_training

IMAGES = (
    TrainingImage("train/benign/1.jpg", False, "Nevus", "histopathology"),
    TrainingImage("train/malignant/2.jpg", True),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for image in IMAGES[:1]:
        path = tmp_path / "data" / image.file
        path.parent.mkdir(parents=True)
        path.write_bytes(draw_jpeg(DrawnLesion(120, 90)))
    return tmp_path / "data"


def prediction(*embedding: float) -> Prediction:
    model = ModelIdentity("m", "1", "w" * 64, "c" * 64)
    return Prediction(0.5, 0.5, Band.REFER, 0.4, 0.1, model, np.array(embedding, np.float16))


def test_the_nearest_come_first_and_a_missing_file_leaves_its_words(data: Path, tmp_path: Path) -> None:
    write_training_images(IMAGES, np.eye(2), tmp_path / "cache", "w" * 64)
    images = read_training_images(tmp_path / "cache", "w" * 64)
    assert images is not None
    assert images.images == IMAGES
    first, second = find_similar_training(prediction=prediction(0.2, 1.0), images=images, data=data)
    assert (first.is_malignant, first.diagnosis, first.thumbnail) == (True, "", None)
    assert (second.diagnosis, second.confirm_type) == ("Nevus", "histopathology")
    assert second.thumbnail is not None
    assert first.distance < second.distance


def test_what_was_not_prepared_or_is_broken_is_none(tmp_path: Path) -> None:
    assert read_training_images(tmp_path, "w" * 64) is None
    training_images_file(tmp_path, "w" * 64).write_bytes(b"PK broken")
    assert read_training_images(tmp_path, "w" * 64) is None


def test_paths_are_kept_below_the_folder_of_labelled_images() -> None:
    image = LabelledImage(Path("/data/set/train/benign/1.jpg"), "benign/1.jpg", False, diagnosis="Nevus")
    assert to_training_image(image, Path("/data")).file == "set/train/benign/1.jpg"


@pytest.mark.data
def test_no_test_image_is_among_the_training_images(labelled_data: Path, tmp_path: Path) -> None:
    settings = Settings.from_environment()
    own = load_own_images(read_card(settings.model_folder), labelled_data, tmp_path)
    trained = {own.images[i].path for i in own.split.train}
    assert trained
    assert not trained & {image.path for image in read_kaggle(labelled_data, "test")}
    assert not trained & {own.images[i].path for i in own.split.validation}
