"""Maps made to pass and to fail: steady and unsteady ones, right and wrong orders, maps that follow something else."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from core.domain import LesionImage, Prediction
from core.explanations.covering_curves import area_under, measure_curves, rank_pixels
from core.explanations.map_checks import MapChecks, check_map, local_measures
from core.gates.outline import Outline, outline_lesion
from core.taxonomy import HeatmapMethod
from tests.core.explanations.conftest import DrawnScorer

Map = NDArray[np.float32]
NOWHERE = Outline(np.zeros((224, 224), dtype=np.bool_), "nothing stands out from the skin")


@dataclass(frozen=True, slots=True)
class DrawnNetwork:
    """A network whose map of a frame is drawn by a function, and whose score is the share of dark pixels."""

    draw: Callable[[NDArray[np.uint8]], Map]

    def prepare(self, image: LesionImage) -> NDArray[np.uint8]:
        return image.pixels

    def predict_frames(self, frames: NDArray[np.uint8]) -> list[Prediction]:
        return DrawnScorer(lambda frame: float((frame.mean(axis=2) < 110).mean())).predict_frames(frames)

    def layer_map(self, frame: NDArray[np.uint8], method: HeatmapMethod) -> Map:
        return self.draw(frame)


def cells_of(values: NDArray[np.float64]) -> Map:
    """Means of 7 x 7 cells of (224, 224)."""
    return np.asarray(values.reshape(7, 32, 7, 32).mean(axis=(1, 3)), dtype=np.float32)


def darkness(frame: NDArray[np.uint8]) -> Map:
    return cells_of(255 - frame.mean(axis=2))


def check(draw: Callable[[NDArray[np.uint8]], Map], image: LesionImage, outline: Outline | None = None) -> MapChecks:
    return check_map(DrawnNetwork(draw), image, HeatmapMethod.GRAD_CAM, outline or outline_lesion(image.pixels))


def test_a_map_that_follows_the_picture_is_steady_under_flips(lesion: LesionImage) -> None:
    assert check(darkness, lesion).flip_stability == pytest.approx(1.0, abs=1e-4)


def test_a_map_that_stays_where_it_is_is_not(lesion: LesionImage) -> None:
    always_upper_left = np.zeros((7, 7), dtype=np.float32)
    always_upper_left[1, 1] = 1
    found = check(lambda frame: always_upper_left, lesion).flip_stability
    assert found is not None
    assert found < 0


def test_deleting_what_carries_the_score_costs_more_than_deleting_the_rest(lesion: LesionImage) -> None:
    right, wrong = check(darkness, lesion).curves, check(lambda frame: darkness(255 - frame), lesion).curves
    assert right is not None
    assert wrong is not None
    assert right.deletion_area < wrong.deletion_area
    assert right.insertion_area > wrong.insertion_area
    assert right.deletion[0] == right.insertion[-1] == wrong.deletion[0]
    assert right.deletion[-1] == right.insertion[0]
    assert len(right.deletion) == len(right.insertion) == 11


def test_the_hottest_pixels_come_first_and_cold_ones_by_nearness() -> None:
    heat = np.zeros((7, 7), dtype=np.float32)
    heat[1, 1] = 1
    rank = rank_pixels(heat, (70, 70))
    assert rank[15, 15] < 0.02
    assert rank[15, 45] < rank[69, 69]
    assert np.array_equal(np.sort(rank.ravel()), np.arange(4900) / 4900)


def test_the_area_of_a_known_curve() -> None:
    assert area_under((1.0, 0.5, 0.0)) == pytest.approx(0.5)
    assert area_under((0.3, 0.3)) == pytest.approx(0.3)
    assert np.isnan(area_under(()))


def test_every_tenth_of_the_picture_is_taken_at_each_step(lesion: LesionImage) -> None:
    seen: list[NDArray[np.uint8]] = []
    scorer = DrawnScorer(lambda frame: float(seen.append(frame) or 0.5))  # type: ignore[func-returns-value]
    measure_curves(scorer, lesion.pixels, darkness(lesion.pixels))
    as_is, gone = seen[0], seen[1]
    moved = np.abs(gone.astype(int) - as_is).sum(axis=2) > 0
    for step, frame in enumerate(seen[2:11], start=1):
        changed = (np.abs(frame.astype(int) - as_is).sum(axis=2) > 0).sum() / moved.sum()
        assert changed == pytest.approx(step / 10, abs=0.04)


def test_what_a_map_goes_with_is_told(lesion: LesionImage) -> None:
    def variance(frame: NDArray[np.uint8]) -> Map:
        return local_measures(frame, (7, 7))[0]

    def texture(frame: NDArray[np.uint8]) -> Map:
        return local_measures(frame, (7, 7))[1]

    assert check(variance, lesion).with_colour_variance == pytest.approx(1.0)
    assert check(texture, lesion).with_texture == pytest.approx(1.0)
    at_border = check(variance, lesion).with_outline_distance
    assert at_border is not None
    assert at_border < -0.5  # the colour changes where the lesion ends


def test_local_measures_are_those_of_their_definition() -> None:
    frame = np.zeros((64, 64, 3), dtype=np.uint8)
    frame[:32, :32:2] = 200  # stripes in the upper left cell of four
    variance, texture = local_measures(frame, (2, 2))
    assert variance[0, 0] == pytest.approx(3 * 100.0**2)
    assert texture[0, 0] > 100
    assert variance[1, 1] == texture[1, 1] == 0


@pytest.mark.parametrize("values", [0.0, 0.7])
def test_an_empty_or_flat_map_has_nothing_to_check(values: float, lesion: LesionImage) -> None:
    found = check(lambda frame: np.full((7, 7), values, dtype=np.float32), lesion)
    assert found.is_empty
    assert (found.flip_stability, found.with_texture) == (None, None)


def test_without_a_sure_outline_no_distance_to_it_is_told(lesion: LesionImage) -> None:
    found = check(darkness, lesion, NOWHERE)
    assert found.with_outline_distance is None
    assert found.with_texture is not None
