"""Calibration before and after, in equally large bins."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from core.evaluation.bootstrap import draw_weights
from core.evaluation.calibration import calibrate, fit_temperature
from core.evaluation.calibration_steps import calibration_steps, equal_mass_curve
from core.evaluation.prior_shift import correct_prior


def drawn(n: int = 1500) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    logits = rng.normal(0, 3, n)
    return 3 * logits, rng.random(n) < calibrate(logits, 1.0)  # three times too sure


def test_the_curve_is_scikit_learns_by_quantiles() -> None:
    logits, is_malignant = drawn()
    probability = calibrate(logits, 3.0)
    observed, stated = calibration_curve(is_malignant, probability, n_bins=15, strategy="quantile")
    curve = equal_mass_curve(probability, is_malignant)
    assert curve.n.tolist() == [100] * 15
    assert curve.mean_probability == pytest.approx(stated)
    assert curve.observed_share == pytest.approx(observed)


def test_calibration_lowers_the_error_to_what_chance_shows() -> None:
    logits, is_malignant = drawn()
    weights = draw_weights(is_malignant, np.arange(len(logits)), n_draws=50)
    before, after = calibration_steps(logits, fit_temperature(logits, is_malignant), is_malignant, weights, None)
    assert before.ece.value > 0.08 > 2 * after.ece.value
    assert after.ece.value <= after.ideal_ece.high
    assert before.brier.value > after.brier.value


def test_the_last_step_is_corrected_to_the_sets_share() -> None:
    logits, is_malignant = drawn()
    keep = is_malignant | (np.arange(len(logits)) % 5 == 0)
    logits, is_malignant = logits[keep], is_malignant[keep]
    weights = draw_weights(is_malignant, np.arange(len(logits)), n_draws=50)
    _, served, corrected = calibration_steps(logits, 3.0, is_malignant, weights, 0.5)
    share = float(is_malignant.mean())
    wanted = correct_prior(calibrate(logits, 3.0), assumed_share=0.5, set_share=share)
    assert corrected.curve.mean_probability == pytest.approx(equal_mass_curve(wanted, is_malignant).mean_probability)
    assert corrected.ece.value < served.ece.value
    assert "50%" in corrected.name
