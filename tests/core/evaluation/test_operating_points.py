"""Thresholds reach the sensitivity that they are chosen for, and bands follow the probability."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.evaluation.operating_points import (
    OperatingPoints,
    band_of,
    choose_operating_points,
    threshold_for_accuracy,
    threshold_for_sensitivity,
)
from core.taxonomy import Band

probabilities = st.floats(0, 1)
scored = st.lists(st.tuples(probabilities, st.booleans()), min_size=1, max_size=60)
_RISK = {Band.NO_CONCERN: 0, Band.INDETERMINATE: 1, Band.REFER: 2}


@given(scored, st.floats(0.01, 1))
def test_threshold_reaches_the_sensitivity_and_is_the_largest(
    rows: list[tuple[float, bool]], sensitivity: float
) -> None:
    assume(any(label for _, label in rows))
    probability, is_malignant = np.array([p for p, _ in rows]), np.array([label for _, label in rows])
    threshold = threshold_for_sensitivity(probability, is_malignant, sensitivity)
    found = probability[is_malignant]
    assert (found >= threshold).mean() >= sensitivity - 1e-9
    assert (found > threshold).mean() < sensitivity


@given(scored)
def test_no_concern_never_lies_above_refer(rows: list[tuple[float, bool]]) -> None:
    assume(any(label for _, label in rows))
    points = choose_operating_points(np.array([p for p, _ in rows]), np.array([label for _, label in rows]))
    assert points.no_concern <= points.refer


@given(probabilities, probabilities, probabilities, probabilities)
def test_a_higher_probability_is_never_in_a_lower_band(a: float, b: float, t: float, u: float) -> None:
    points = OperatingPoints(refer=max(t, u), no_concern=min(t, u))
    assert _RISK[band_of(min(a, b), points)] <= _RISK[band_of(max(a, b), points)]


def test_300_malignant_images_at_95_percent_need_285() -> None:
    probability = np.arange(300) / 300
    threshold = threshold_for_sensitivity(probability, np.ones(300, dtype=np.bool_), 0.95)
    assert (probability >= threshold).sum() == 285


def test_bands_on_their_edges() -> None:
    points = OperatingPoints(refer=0.6, no_concern=0.2)
    assert [band_of(p, points) for p in (0.6, 0.59, 0.2, 0.19)] == [
        Band.REFER,
        Band.INDETERMINATE,
        Band.INDETERMINATE,
        Band.NO_CONCERN,
    ]


def test_an_empty_indeterminate_band_is_known() -> None:
    points = choose_operating_points(np.array([0.7, 0.1]), np.array([True, False]))
    assert points.is_indeterminate_empty
    assert band_of(0.7, points) is Band.REFER
    assert band_of(0.69, points) is Band.NO_CONCERN


@pytest.mark.parametrize("sensitivity", [0.0, 1.1])
def test_an_impossible_sensitivity_is_refused(sensitivity: float) -> None:
    with pytest.raises(ValueError, match=r"\(0, 1\]"):
        threshold_for_sensitivity(np.array([0.5]), np.array([True]), sensitivity)


def test_no_malignant_image_is_refused() -> None:
    with pytest.raises(ValueError, match="got none"):
        choose_operating_points(np.array([0.5]), np.array([False]))


def test_points_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError, match="no_concern <= refer"):
        OperatingPoints(refer=0.2, no_concern=0.6)
    with pytest.raises(ValueError, match=r">= 0.95, got 0.9"):
        choose_operating_points(np.array([0.5]), np.array([True]), no_concern_sensitivity=0.9)


def test_the_next_malignant_lesion_is_missed_as_rarely_as_promised() -> None:
    """On average over calibration sets, a new malignant score lies below `refer` with probability 5% at most."""
    rng = np.random.default_rng(0)
    missed = []
    for _ in range(400):
        scores = rng.beta(4, 2, 60)
        points = choose_operating_points(scores, np.ones(60, dtype=np.bool_))
        missed.append((rng.beta(4, 2, 500) < points.refer).mean())
    assert 0.02 < np.mean(missed) <= 0.05


def test_too_few_malignant_images_put_the_threshold_at_the_lowest() -> None:
    scores = np.array([0.3, 0.6, 0.9])
    points = choose_operating_points(scores, np.ones(3, dtype=np.bool_))
    assert (points.refer, points.no_concern) == (0.3, 0.3)


def test_the_threshold_for_accuracy_lies_between_what_is_told_apart() -> None:
    probability = np.concatenate([np.linspace(0.0, 0.4, 50), np.linspace(0.7, 1.0, 50)])
    is_malignant = np.arange(100) >= 50
    assert 0.4 < threshold_for_accuracy(probability, is_malignant) < 0.7


def test_the_threshold_for_accuracy_follows_the_classes() -> None:
    """Unit normal scores about 0 and 2, nine benign to one malignant: the best cut is at 1 + ln(9) / 2 = 2.1."""
    rng = np.random.default_rng(1)
    is_malignant = rng.random(20_000) < 0.1
    scores = rng.normal(2.0 * is_malignant, 1.0)
    assert threshold_for_accuracy(scores, is_malignant, n_draws=50) == pytest.approx(2.1, abs=0.15)


def accuracy_of_choice(images: list[tuple[float, bool]]) -> float:
    scores, is_malignant = np.array([score for score, _ in images]), np.array([label for _, label in images])
    threshold = threshold_for_accuracy(scores, is_malignant)
    return float(((scores >= threshold) == is_malignant).mean())


@pytest.mark.parametrize("is_malignant_first", [True, False])
@pytest.mark.parametrize("n_malignant_in_the_middle", [10, 20])
def test_the_threshold_for_accuracy_does_not_cut_within_equal_scores(
    n_malignant_in_the_middle: int, is_malignant_first: bool
) -> None:
    n = n_malignant_in_the_middle
    middle = sorted([(0.6, True)] * n + [(0.6, False)] * (30 - n), reverse=is_malignant_first)
    assert accuracy_of_choice([(0.2, False)] * 20 + middle + [(0.9, True)] * 30) == 0.875


@pytest.mark.parametrize("is_malignant", [False, True], ids=["nobody", "everyone"])
def test_the_threshold_for_accuracy_may_call_nobody_or_everyone(is_malignant: bool) -> None:
    rare = (0.2 if is_malignant else 0.9, not is_malignant)
    assert accuracy_of_choice([(0.2, is_malignant)] * 30 + [(0.9, is_malignant)] * 30 + [rare] * 5) == 60 / 65
