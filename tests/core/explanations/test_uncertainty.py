"""Each doubt is raised by what should raise it, and by nothing else."""

from typing import Any

import numpy as np
import pytest

from core.evaluation.operating_points import OperatingPoints
from core.explanations.influence import Change, Influence, Sweep
from core.explanations.uncertainty import Doubt, explain_uncertainty
from tests.core.explanations.conftest import POINTS, make_prediction

CENTRE = np.array([0.5, 0.5, 0.5, 0.5], np.float16)


@pytest.fixture
def reference() -> dict[str, Any]:
    quantiles = np.linspace(0, 1, 101)
    return {
        "n": 1000,
        "quantiles": quantiles.tolist(),
        "embedding_distance": (2 * quantiles).tolist(),
        "embedding_mean": [0.5] * 4,
        "embedding_std": [0.1] * 4,
    }


def influence(*probabilities: float, points: OperatingPoints = POINTS) -> Influence:
    return Influence(0.35, points, (Sweep(Change.CROP, (0.0, 0.1), probabilities),), (), is_by_lesion=True)


def test_a_sure_result_has_no_doubt(reference: dict[str, Any]) -> None:
    found = explain_uncertainty(make_prediction(0.95, CENTRE), reference)
    assert found.doubts == ()
    assert found.unsteady_under is None


@pytest.mark.parametrize(("probability", "nearest"), [(0.45, 0.5), (0.55, 0.5), (0.22, 0.2), (0.18, 0.2)])
def test_near_a_threshold_is_told_with_the_nearer_one(probability: float, nearest: float) -> None:
    found = explain_uncertainty(make_prediction(probability), None)
    assert found.doubts == (Doubt.NEAR_THRESHOLD,)
    assert found.nearest_threshold == nearest


def test_nearness_is_counted_in_logits_so_that_low_thresholds_are_no_wider() -> None:
    assert explain_uncertainty(make_prediction(0.35), None).doubts == ()
    assert explain_uncertainty(make_prediction(0.999999), None).logits_to_it == pytest.approx(13.8, abs=0.1)


def test_what_is_unlike_training_is_told(reference: dict[str, Any]) -> None:
    far = explain_uncertainty(make_prediction(0.95, (CENTRE + np.float16(0.3)).astype(np.float16)), reference)
    assert far.doubts == (Doubt.UNLIKE_TRAINING,)
    assert far.distance == pytest.approx(3.0, abs=0.02)
    assert far.far_from == pytest.approx(1.98)


def test_a_reference_of_an_earlier_version_or_another_network_says_nothing(reference: dict[str, Any]) -> None:
    earlier = {name: value for name, value in reference.items() if name != "embedding_distance"}
    longer = make_prediction(0.95, np.ones(7, np.float16))
    for found in (explain_uncertainty(make_prediction(0.95), earlier), explain_uncertainty(longer, reference)):
        assert (found.distance, found.far_from, found.doubts) == (None, None, ())


def test_unsteadiness_is_told_with_its_cause() -> None:
    found = explain_uncertainty(make_prediction(0.35), None, influence(0.35, 0.6))
    assert found.doubts == (Doubt.UNSTEADY,)
    assert found.unsteady_under == ("crop",)
    steady = explain_uncertainty(make_prediction(0.35), None, influence(0.35, 0.36))
    assert (steady.doubts, steady.unsteady_under) == ((), ())
