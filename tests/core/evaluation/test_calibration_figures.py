"""Calibration as scored and corrected for the set's malignant share."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from core.evaluation.bootstrap import draw_weights
from core.evaluation.calibration_figures import assumed_malignant_share, calibration_stages_of, measure_calibration
from tests.core.evaluation.conftest import make_card

CARD = make_card()


def test_a_network_calibrated_at_one_share_is_calibrated_at_another_after_the_correction() -> None:
    rng = np.random.default_rng(0)
    is_malignant = np.arange(4000) < 660
    x = rng.normal(np.where(is_malignant, 1, -1), 1)
    at_other_share = np.asarray(0.46 * norm.pdf(x, 1) / (0.46 * norm.pdf(x, 1) + 0.54 * norm.pdf(x, -1)))
    weights = draw_weights(is_malignant, np.arange(4000), n_draws=50)
    figures = measure_calibration(at_other_share, is_malignant, weights, 0.46)
    shift = figures.prior_shift
    assert shift is not None
    assert figures.ece_15.value > 3 * figures.ideal_ece_15.high
    assert shift.set_share == 0.165
    assert shift.ideal_ece_15.low <= shift.ece_15.value <= shift.ideal_ece_15.high
    assert calibration_stages_of(figures) == (
        ("as served", figures.ece_15, figures.ideal_ece_15),
        ("corrected from 46% to this set's 16% malignant", shift.ece_15, shift.ideal_ece_15),
    )


def test_without_an_assumed_share_or_with_one_class_alone_nothing_is_corrected() -> None:
    probability = np.linspace(0.1, 0.9, 30)
    for is_malignant, assumed in ((probability > 0.5, None), (probability > 1, 0.4)):
        weights = draw_weights(is_malignant, np.arange(30), n_draws=5)
        assert measure_calibration(probability, is_malignant, weights, assumed).prior_shift is None


@pytest.mark.parametrize(
    ("facts", "share"),
    [
        ({"malignant_share": 0.3, "training_data": {"validation": {"n": 4, "malignant": 2}}}, 0.3),
        ({"training_data": {"validation": {"n": 396, "malignant": 180}}}, 180 / 396),
        ({"training_data": {"validation": {"n": 0, "malignant": 0}}}, None),
        ({"training_data": {"validation": {"n": 5, "malignant": 5}}}, None),
        ({}, None),
    ],
)
def test_the_assumed_share_is_that_of_the_images_it_was_calibrated_on(
    facts: dict[str, Any], share: float | None
) -> None:
    assert assumed_malignant_share(replace(CARD, facts=facts)) == share
