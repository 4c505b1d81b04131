"""Maps over a set: right orders gain more than controls, and the default is changed only for a clear reason."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.classifier.card import ModelCard, read_card
from core.domain import LesionImage, Prediction
from core.errors import CardUnusable
from core.evaluation.maps import with_maps
from core.evaluation.maps_measure import (
    CENTRE,
    RANDOM,
    MapsOfSet,
    check_all_maps,
    choose_default,
    summarise,
    summarise_controls,
)
from core.evaluation.maps_report import MAPS_FILE, MapsReport, read_maps, write_maps
from core.imaging.drawn import DrawnLesion, draw_lesion
from core.taxonomy import HeatmapMethod
from tests.core.explanations.conftest import DrawnScorer

Map = NDArray[np.float32]
GRAD, LAYER, EIGEN = HeatmapMethod.GRAD_CAM, HeatmapMethod.LAYER_CAM, HeatmapMethod.EIGEN_CAM


def darkness(frame: NDArray[np.uint8]) -> Map:
    return np.asarray((255 - frame.mean(axis=2)).reshape(7, 32, 7, 32).mean(axis=(1, 3)), dtype=np.float32)


def lightness(frame: NDArray[np.uint8]) -> Map:
    return np.asarray(255 - darkness(frame), dtype=np.float32)


@dataclass(slots=True)
class DrawnNetwork:
    """Scores by the share of dark pixels; each method's map is drawn by a function."""

    card: ModelCard
    draw: dict[HeatmapMethod, Callable[[NDArray[np.uint8]], Map]]

    def prepare(self, image: LesionImage) -> NDArray[np.uint8]:
        return image.pixels

    def predict_frames(self, frames: NDArray[np.uint8]) -> list[Prediction]:
        return DrawnScorer(lambda frame: float(min(1, 8 * (frame.mean(axis=2) < 110).mean()))).predict_frames(frames)

    def layer_map(self, frame: NDArray[np.uint8], method: HeatmapMethod) -> Map:
        return self.draw[method](frame)


@pytest.fixture
def card(untrained_cnn: Path) -> ModelCard:
    return replace(read_card(untrained_cnn), refer_threshold=0.3, no_concern_threshold=0.1)


@pytest.fixture
def images() -> list[LesionImage]:
    rng = np.random.default_rng(0)
    drawn = [
        DrawnLesion(224, 224, rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7), radius=0.2, darkness=0.95, seed=n)
        for n in range(8)
    ]
    return [LesionImage(pixels=draw_lesion(lesion), sha256="", format="PNG") for lesion in drawn]


def check(card: ModelCard, images: list[LesionImage], **draw: Callable[[NDArray[np.uint8]], Map]) -> MapsOfSet:
    methods = {HeatmapMethod(name): function for name, function in draw.items()}
    return check_all_maps(DrawnNetwork(card, methods), images, tuple(methods))


def test_a_right_order_gains_more_than_the_controls(card: ModelCard, images: list[LesionImage]) -> None:
    found = check(card, images, grad_cam=darkness)
    figures, controls = summarise(found)["grad_cam"], summarise_controls(found)
    assert figures.curves is not None
    assert figures.curves.n == len(images)
    assert figures.curves.gain.low > max(controls[CENTRE].gain.value, controls[RANDOM].gain.value)
    assert figures.flip_stability is not None
    assert figures.flip_stability.value == pytest.approx(1.0, abs=1e-3)
    assert (figures.n_mapped, figures.is_class_specific) == (len(images), True)


def test_pictures_that_are_not_called_malignant_have_no_curves(card: ModelCard, images: list[LesionImage]) -> None:
    found = check(replace(card, refer_threshold=0.999999), images[:2], grad_cam=darkness)
    assert summarise(found)["grad_cam"].curves is None
    assert summarise_controls(found) == {}


def test_empty_maps_are_counted_and_left_out(card: ModelCard, images: list[LesionImage]) -> None:
    found = check(card, images[:2], grad_cam=lambda frame: np.zeros((7, 7), dtype=np.float32))
    figures = summarise(found)["grad_cam"]
    assert (figures.n_mapped, figures.flip_stability, figures.curves) == (0, None, None)
    assert choose_default(found) is GRAD


def test_the_default_is_changed_for_a_clear_gain_only(card: ModelCard, images: list[LesionImage]) -> None:
    assert choose_default(check(card, images, grad_cam=lightness, layer_cam=darkness)) is LAYER
    assert choose_default(check(card, images, grad_cam=darkness, layer_cam=lightness)) is GRAD
    assert choose_default(check(card, images, grad_cam=darkness, layer_cam=darkness)) is GRAD


def test_a_method_that_explains_no_class_is_never_the_default(card: ModelCard, images: list[LesionImage]) -> None:
    found = check(card, images, grad_cam=lightness, eigen_cam=darkness)
    assert choose_default(found) is GRAD
    assert not summarise(found)["eigen_cam"].is_class_specific


@pytest.fixture
def report(card: ModelCard, images: list[LesionImage]) -> MapsReport:
    found = check(card, images[:3], grad_cam=darkness, layer_cam=lightness)
    return MapsReport(
        model="m",
        weights_sha256="w",
        measured_at="2026-01-01T00:00:00+00:00",
        set="drawn",
        n=3,
        methods=summarise(found),
        controls=summarise_controls(found),
        chosen="layer_cam",
        n_choosing=3,
        randomised={"head": 0.1},
    )


def test_the_report_comes_back_as_it_was_written(report: MapsReport, tmp_path: Path) -> None:
    assert read_maps(tmp_path) is None
    write_maps(report, tmp_path)
    assert read_maps(tmp_path) == report
    (tmp_path / MAPS_FILE).write_text(json.dumps({"model": "m"}))
    with pytest.raises(CardUnusable, match="heat maps"):
        read_maps(tmp_path)


def test_the_card_takes_the_chosen_method_first(report: MapsReport, card: ModelCard) -> None:
    changed = with_maps(card, report)
    assert changed.heatmap_methods[0] is LAYER
    assert set(changed.heatmap_methods) == set(card.heatmap_methods)
    assert changed.facts["maps"]["n"] == 3
