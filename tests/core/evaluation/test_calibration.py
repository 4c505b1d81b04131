"""Temperature, reliability, calibration error."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve

from core.evaluation.calibration import (
    bin_index,
    calibrate,
    expected_calibration_error,
    fit_softmax_temperature,
    fit_temperature,
    reliability_curve,
)
from core.evaluation.wilson import wilson_interval


@pytest.mark.parametrize("scale", [0.4, 1.0, 3.0])
def test_temperature_undoes_overconfidence(scale: float) -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, size=20_000)
    is_malignant = rng.random(20_000) < calibrate(logits, 1.0)
    assert fit_temperature(logits * scale, is_malignant) == pytest.approx(scale, rel=0.05)


def test_temperature_lowers_the_calibration_error() -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, size=5_000)
    is_malignant = rng.random(5_000) < calibrate(logits, 1.0)
    before = expected_calibration_error(calibrate(4 * logits, 1.0), is_malignant)
    after = expected_calibration_error(calibrate(4 * logits, fit_temperature(4 * logits, is_malignant)), is_malignant)
    assert after < 0.3 * before


def test_temperature_needs_both_classes() -> None:
    with pytest.raises(ValueError, match="0 malignant of 3"):
        fit_temperature(np.zeros(3), np.zeros(3, dtype=np.bool_))


def test_calibrate_does_not_overflow() -> None:
    assert calibrate(np.array([-1e6, 0.0, 1e6]), 0.5).tolist() == [0.0, 0.5, 1.0]


@given(st.lists(st.floats(-30, 30), min_size=2, unique=True), st.floats(0.1, 10))
def test_calibration_keeps_the_order(logits: list[float], temperature: float) -> None:
    calibrated = calibrate(np.sort(logits), temperature)
    assert (np.diff(calibrated) >= 0).all()


def test_ece_of_a_known_case() -> None:
    probability = np.array([0.05, 0.05, 0.95, 0.95])
    is_malignant = np.array([False, True, True, True])
    assert expected_calibration_error(probability, is_malignant) == pytest.approx((2 * 0.45 + 2 * 0.05) / 4)


def test_reliability_curve_is_scikit_learns() -> None:
    rng = np.random.default_rng(2)
    probability = rng.random(500)
    is_malignant = rng.random(500) < probability
    curve = reliability_curve(probability, is_malignant)
    observed, stated = calibration_curve(is_malignant, probability, n_bins=10)
    assert curve.observed_share == pytest.approx(observed)
    assert curve.mean_probability == pytest.approx(stated)
    assert curve.n.sum() == 500
    assert ((curve.low <= curve.observed_share) & (curve.observed_share <= curve.high)).all()


def test_empty_bins_are_left_out_and_1_is_in_the_last() -> None:
    curve = reliability_curve(np.array([0.0, 1.0, 1.0]), np.array([False, True, True]))
    assert curve.n.tolist() == [1, 2]
    assert bin_index(np.array([0.0, 0.1, 0.999, 1.0]), 10).tolist() == [0, 1, 9, 9]


@given(st.integers(0, 400), st.integers(1, 400))
def test_wilson_is_scipys(n_hits: int, n: int) -> None:
    n_hits = min(n_hits, n)
    expected = binomtest(n_hits, n).proportion_ci(method="wilson")
    low, high = wilson_interval(n_hits, n)
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_wilson_of_nothing_is_not_defined() -> None:
    low, high = wilson_interval([0, 1], [0, 2])
    assert np.isnan([low[0], high[0]]).all()
    assert np.isfinite([low[1], high[1]]).all()


def test_a_weight_counts_like_so_many_copies() -> None:
    rng = np.random.default_rng(3)
    is_malignant = rng.random(300) < 0.4
    logits = rng.normal(np.where(is_malignant, 1.0, -1.0), 1.5) * 2
    weights = np.where(is_malignant, 3.0, 1.0)
    copies = np.repeat(np.arange(300), weights.astype(int))
    expected = fit_temperature(logits[copies], is_malignant[copies])
    assert fit_temperature(logits, is_malignant, weights) == pytest.approx(expected, rel=1e-3)


def test_the_temperature_of_a_softmax_undoes_overconfidence() -> None:
    rng = np.random.default_rng(4)
    logits = rng.normal(0, 2, (4000, 5))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    classes = np.array([rng.choice(5, p=row) for row in shares])
    assert fit_softmax_temperature(3.0 * logits, classes) == pytest.approx(3.0, rel=0.1)
