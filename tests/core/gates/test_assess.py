"""The one way from a picture to a score: what a gate holds back has none without a reason, and says why."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import pytest

from core.classifier.classifier import Classifier
from core.classifier.reading import Reading
from core.domain import LesionImage
from core.errors import PictureGated
from core.gates.assess import Gates, assess, check_picture
from core.gates.scope import Distance, ScopeHead
from core.imaging.drawn import DrawnLesion, draw_lesion
from core.taxonomy import Band
from tests.core.explanations.conftest import POINTS, make_prediction

PIXELS = draw_lesion(DrawnLesion(448, 448, radius=0.2, irregularity=0.02, darkness=0.9, seed=1))
IMAGE = LesionImage(pixels=PIXELS, sha256="", format="PNG")
WHITE = LesionImage(pixels=np.full((300, 300, 3), 255, np.uint8), sha256="", format="PNG")
IN_CORNER = np.zeros((7, 7), np.float32)
IN_CORNER[0, 0] = 1


@dataclass(frozen=True, slots=True)
class OneReading:
    """Reads the same of every picture."""

    reading: Reading

    def read(self, image: LesionImage) -> Reading:
        return self.reading


def reading_of(probability: float) -> Reading:
    return Reading(make_prediction(probability), IN_CORNER, np.ones(4, np.float32))


def network_of(probability: float) -> Classifier:
    return cast(Classifier, OneReading(reading_of(probability)))


def gates_that_score(bias: float) -> Gates:
    """Gates whose scope head gives every picture the same score, with the threshold at 0."""
    zeros, ones = np.zeros(6, np.float32), np.ones(6, np.float32)
    distance = Distance(zeros[:4], ones[:4], np.zeros((4, 1), np.float32), ones[:1])
    return Gates(ScopeHead(zeros, ones, zeros, bias=bias, threshold=0.0, distances=(distance,)), None)


def test_what_passes_is_scored_and_has_no_override() -> None:
    found = assess(network_of(0.9), gates_that_score(1), IMAGE, override_reason="not needed")
    assert found.reading.prediction.malignant_probability == 0.9
    assert found.checks.is_passed
    assert found.checks.override_reason == ""
    assert found.outline.is_sure


@pytest.mark.parametrize(("image", "bias", "why"), [(IMAGE, -1, "dermoscopic"), (WHITE, 1, "over-exposed")])
def test_what_a_gate_holds_back_is_scored_for_a_reason_alone(image: LesionImage, bias: float, why: str) -> None:
    with pytest.raises(PictureGated) as caught:
        assess(network_of(0.9), gates_that_score(bias), image)
    assert any(why in reason for reason in caught.value.checks.reasons)
    found = assess(network_of(0.9), gates_that_score(bias), image, override_reason="the only picture")
    assert found.checks.override_reason == "the only picture"
    assert not found.checks.is_passed


def test_a_lesion_that_the_frame_cuts_off_is_warned_of_and_scored() -> None:
    lesion = draw_lesion(DrawnLesion(448, 448, centre_x=0.1, radius=0.2, irregularity=0.02, darkness=0.9, seed=1))
    found = assess(network_of(0.9), gates_that_score(1), LesionImage(pixels=lesion, sha256="", format="PNG"))
    [framing] = [note for note in found.checks.quality.notes if note.name == "Framing"]
    assert not framing.is_fine
    assert "cut off" in framing.sentence
    assert framing.advice
    assert found.checks.is_passed


def test_heat_off_the_lesion_is_warned_of_where_the_result_is_of_concern() -> None:
    referred, spared = (check_picture(Gates(None, None), IMAGE, reading_of(p))[0].heat for p in (0.9, 0.1))
    assert make_prediction(0.1).band is Band.NO_CONCERN and POINTS.refer < 0.9
    assert referred is not None and spared is not None
    assert any("off the lesion" in warning for warning in referred.warnings)
    assert spared.warnings == ()
    assert spared.outside == referred.outside
