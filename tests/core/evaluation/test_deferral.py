"""Leaving the least certain to a person, against a plain count; what depends on the order, and what must not."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evaluation.bootstrap import draw_weights
from core.evaluation.deferral import Deferral, measure_deferral
from core.evaluation.operating_points import OperatingPoints

POINTS = OperatingPoints(refer=0.5, no_concern=0.25)


def scored(n: int = 400, seed: int = 1) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Probabilities that are wrong most often near a half."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, n)
    probability = 1 / (1 + np.exp(-logits))
    return probability, rng.random(n) < probability


def measure(probability: NDArray[np.float64], is_malignant: NDArray[np.bool_], n_draws: int = 100) -> Deferral:
    weights = draw_weights(is_malignant, np.arange(len(probability)), n_draws=n_draws)
    return measure_deferral(probability, is_malignant, weights, POINTS)


def at(found: Deferral, share: float, name: str = "accuracy") -> float:
    curve = getattr(found, name)
    return float(curve.value[int(np.argmin(np.abs(curve.x - share)))])


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_the_curve_is_a_plain_count_of_the_most_certain(share: float) -> None:
    probability, is_malignant = scored()
    certainty = np.abs(np.log(probability / (1 - probability)))
    kept = np.argsort(certainty)[round(share * len(probability)) :]
    right = (probability >= 0.5) == is_malignant
    found = measure(probability, is_malignant)
    assert at(found, share) == pytest.approx(right[kept].mean())
    malignant = kept[is_malignant[kept]]
    assert at(found, share, "sensitivity") == pytest.approx(right[malignant].mean())


def test_where_errors_lie_near_the_threshold_deferral_helps() -> None:
    found = measure(*scored())
    assert at(found, 0.5) > at(found, 0.0) + 0.05
    assert found.accuracy_of_all.value == pytest.approx(at(found, 0.0))


def test_where_certainty_says_nothing_deferral_does_not_help() -> None:
    rng = np.random.default_rng(3)
    probability = rng.uniform(0.01, 0.99, 2000)
    is_malignant = np.where(rng.random(2000) < 0.8, probability >= 0.5, probability < 0.5)
    found = measure(probability, is_malignant)
    assert at(found, 0.5) == pytest.approx(at(found, 0.0), abs=0.04)


def test_the_band_is_counted_by_its_two_thresholds() -> None:
    probability = np.array([0.1, 0.2, 0.3, 0.4, 0.6, 0.9])
    is_malignant = np.array([False, True, True, False, True, True])
    found = measure(probability, is_malignant)
    assert found.band_share == pytest.approx(2 / 6)
    assert found.band_accuracy.value == pytest.approx(3 / 4)


def test_intervals_hold_their_values_and_widen_with_what_is_left() -> None:
    accuracy = measure(*scored(), n_draws=400).accuracy
    assert (accuracy.low <= accuracy.value).all()
    assert (accuracy.value <= accuracy.high).all()
    assert (accuracy.high - accuracy.low)[-1] > 0
