"""The parts of a test set, what the card says of them, and the pictures behind the errors."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.classifier.card import ModelCard
from core.classifier.card_text import render_card
from core.errors import DataFolderInvalid
from core.evaluation.card_facts import card_facts, with_test_figures
from core.evaluation.error_pictures import find_pictures
from core.evaluation.evaluate import evaluate
from core.evaluation.parts import SetPart, figures_by_part, predictions_of
from core.evaluation.predictions import Predictions
from core.evaluation.results import Evaluation, Further
from core.evaluation.sets import open_set
from core.imaging.frame import FrameRule
from core.taxonomy import HeatmapMethod

HALF = (0.5, 0.5, 0.5)
CARD = ModelCard(
    name="tiny",
    version="1",
    architecture="lesion_cnn",
    frame=FrameRule(16, 16, HALF, HALF),
    temperature=1.0,
    refer_threshold=0.4,
    no_concern_threshold=0.2,
    weights_sha256="ab" * 32,
    heatmap_methods=(HeatmapMethod.GRAD_CAM,),
)


class IndexScorer:
    """The later in the list, the higher the score; the list has the benign images first."""

    card = CARD

    def logits(self, frames: NDArray[np.uint8]) -> NDArray[np.float64]:
        return np.linspace(-3, 3, len(frames))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six test and two train images; four of the six come from HAM10000, and training saw the lesion of one."""
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(1)
    for part, n in (("train", 1), ("test", 3)):
        for label in ("benign", "malignant"):
            (root / part / label).mkdir(parents=True)
            for i in range(n):
                coarse = Image.fromarray(rng.integers(0, 255, (8, 8, 3), dtype=np.uint8))
                coarse.resize((64, 64)).save(root / part / label / f"{i}.png")
    rows = ["kaggle_file,lesion_id,diagnosis", "train/benign/0.png,L0,Nevus", "test/benign/0.png,L0,Nevus"]
    rows += ["test/benign/1.png,L1,Nevus", "test/benign/2.png,L2,Nevus", "test/malignant/0.png,L3,Melanoma"]
    (root / "kaggle_provenance.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def measured(data: Path) -> tuple[Evaluation, Predictions]:
    return evaluate(scorer=IndexScorer(), labelled=open_set(data), n_draws=20)


def test_each_part_has_the_figures_of_its_own_images(measured: tuple[Evaluation, Predictions]) -> None:
    evaluation, predictions = measured
    parts = figures_by_part(evaluation)
    assert {part: figures.n for part, figures in parts.items()} == {
        SetPart.WHOLE: 6,
        SetPart.UNSEEN_LESIONS: 5,
        SetPart.SAME_SOURCE: 4,
        SetPart.WITHOUT_REPEATS: 5,
    }
    for part, figures in parts.items():
        assert len(predictions_of(predictions, part).rows) == figures.n


def test_a_part_that_is_not_known_is_not_there(measured: tuple[Evaluation, Predictions]) -> None:
    evaluation = replace(measured[0], same_source=None, without_repeats=None, further=Further())
    assert list(figures_by_part(evaluation)) == [SetPart.WHOLE]


def test_the_card_says_the_figures_of_each_part(measured: tuple[Evaluation, Predictions]) -> None:
    card = with_test_figures(CARD, measured[0])
    assert json.loads(json.dumps(card.facts["test"])) == card_facts(measured[0])
    text = render_card(card)
    assert "| | All test images | Lesions not in the train part | Same source |" in text
    assert "| Images (malignant) | 6 (3) | 5 (3) | 4 (1) |" in text
    assert "recognising the source of a picture" in text


def test_a_card_without_figures_says_nothing_of_a_test() -> None:
    assert with_test_figures(CARD, None) is CARD
    assert "Test figures" not in render_card(CARD)


def test_the_pictures_of_rows_are_found_by_name(data: Path, measured: tuple[Evaluation, Predictions]) -> None:
    evaluation, predictions = measured
    found = find_pictures(data, evaluation, predictions.rows[:2])
    assert found.is_same_list
    assert {name: image.path for name, image in found.images.items()} == {
        "benign/0.png": data / "test" / "benign" / "0.png",
        "benign/1.png": data / "test" / "benign" / "1.png",
    }


def test_a_picture_with_another_label_is_not_the_same_picture(
    data: Path, measured: tuple[Evaluation, Predictions]
) -> None:
    evaluation, predictions = measured
    row = replace(predictions.rows[0], malignant=True)
    assert find_pictures(data, evaluation, [row]).images == {}


def test_a_row_cannot_name_a_file_outside_the_set(data: Path, measured: tuple[Evaluation, Predictions]) -> None:
    evaluation, predictions = measured
    row = replace(predictions.rows[0], file="../train/benign/0.png")
    assert find_pictures(data, evaluation, [row]).images == {}


def test_another_list_of_files_is_noticed(data: Path, measured: tuple[Evaluation, Predictions]) -> None:
    evaluation, predictions = measured
    other = replace(evaluation, file_list_sha256="0" * 64)
    assert not find_pictures(data, other, predictions.rows).is_same_list


def test_a_folder_without_the_set_is_refused(tmp_path: Path, measured: tuple[Evaluation, Predictions]) -> None:
    with pytest.raises(DataFolderInvalid):
        find_pictures(tmp_path, measured[0], measured[1].rows)
