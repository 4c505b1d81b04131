"""The verdict names exactly what moves the result into another band."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.domain import LesionImage
from core.explanations.influence import Change, Influence, measure_influence
from core.explanations.regions import SKIN
from core.gates.outline import Outline, outline_lesion
from tests.core.explanations.conftest import POINTS, DrawnScorer, make_prediction


def measure(score: object, lesion: LesionImage, outline: Outline | None = None) -> Influence:
    scorer = DrawnScorer(score)  # type: ignore[arg-type]
    outline = outline or outline_lesion(lesion.pixels)
    return measure_influence(scorer, lesion, make_prediction(0.6), outline)


def test_a_score_that_nothing_moves_is_stable(lesion: LesionImage) -> None:
    found = measure(lambda frame: 0.6, lesion)
    assert found.verdict == "stable"
    assert found.strongest is None
    assert found.points == POINTS


def test_a_score_by_brightness_depends_on_brightness(lesion: LesionImage) -> None:
    usual = lesion.pixels.mean()
    found = measure(lambda frame: 0.9 if frame.mean() > 1.05 * usual else 0.1, lesion)
    assert Change.BRIGHTNESS in found.depends_on
    assert Change.ROTATION not in found.depends_on
    assert found.verdict.startswith("depends on brightness")
    (sweep,) = (each for each in found.sweeps if each.change is Change.BRIGHTNESS)
    assert sweep.amounts == (-0.2, -0.1, 0.0, 0.1, 0.2)
    assert sweep.probabilities == (0.1, 0.1, 0.1, 0.9, 0.9)


def test_a_score_by_a_mark_on_the_skin_depends_on_the_skin_crop_and_rotation(lesion: LesionImage) -> None:
    pixels = lesion.pixels.copy()
    pixels[4:8, 4:8] = (0, 0, 255)

    def has_mark(frame: NDArray[np.uint8]) -> float:
        return 0.9 if frame[4:8, 4:8].mean(axis=(0, 1)).argmax() == 2 else 0.1

    found = measure(has_mark, LesionImage(pixels=pixels, sha256="", format="PNG"))
    assert found.depends_on == (Change.CROP, Change.ROTATION, SKIN)
    assert found.verdict == f"depends on crop, rotation and {SKIN}"


def test_the_part_that_carries_the_score_is_named(lesion: LesionImage) -> None:
    def darkness_upper_left(frame: NDArray[np.uint8]) -> float:
        return float(1 - frame[85:108, 85:108].mean() / 255)

    found = measure(darkness_upper_left, lesion)
    assert found.is_by_lesion
    assert found.strongest is not None
    assert found.strongest.region == "its upper left"


def test_without_a_sure_outline_no_dependence_on_skin_is_claimed(lesion: LesionImage) -> None:
    outline = Outline(np.zeros((224, 224), dtype=np.bool_), "nothing stands out from the skin")
    found = measure(lambda frame: float(frame.std() < 10), lesion, outline)
    assert not found.is_by_lesion
    assert SKIN not in found.depends_on
    assert len(found.covered) == 9


@pytest.mark.parametrize("side_px", [128, 224])
def test_it_runs_on_frames_of_any_size(side_px: int, lesion: LesionImage) -> None:
    pixels = np.ascontiguousarray(lesion.pixels[:side_px, :side_px])
    found = measure(lambda frame: 0.3, LesionImage(pixels=pixels, sha256="", format="PNG"))
    assert found.is_stable
