"""What a band means at a prevalence."""

import numpy as np
import pytest

from core.evaluation.band_values import values_by_band
from core.evaluation.bootstrap import draw_weights
from core.evaluation.operating_points import OperatingPoints
from core.taxonomy import Band

POINTS = OperatingPoints(refer=0.6, no_concern=0.2)
PROBABILITY = np.array([0.9, 0.8, 0.7, 0.4, 0.9, 0.5, 0.3, 0.1, 0.1, 0.05])
IS_MALIGNANT = np.array([True] * 4 + [False] * 6)
WEIGHTS = draw_weights(IS_MALIGNANT, np.arange(10), n_draws=200)


def test_at_the_sets_own_share_they_are_counts() -> None:
    found = values_by_band(PROBABILITY, IS_MALIGNANT, WEIGHTS, POINTS, 0.4)
    assert list(found) == [Band.REFER, Band.INDETERMINATE, Band.NO_CONCERN]
    assert (found[Band.REFER].n_malignant, found[Band.REFER].n_benign) == (3, 1)
    assert found[Band.REFER].share_malignant.value == pytest.approx(3 / 4)
    assert found[Band.INDETERMINATE].share_malignant.value == pytest.approx(1 / 3)
    assert found[Band.INDETERMINATE].share_of_lesions.value == pytest.approx(0.3)
    assert sum(value.share_of_lesions.value for value in found.values()) == pytest.approx(1)


def test_where_the_disease_is_rarer_a_referral_means_less() -> None:
    found = values_by_band(PROBABILITY, IS_MALIGNANT, WEIGHTS, POINTS, 0.05)
    wanted = 0.75 * 0.05 / (0.75 * 0.05 + 0.95 / 6)
    assert found[Band.REFER].share_malignant.value == pytest.approx(wanted)


def test_none_missed_among_four_is_not_certain() -> None:
    """0 of 4 malignant images in a band: Wilson's interval of that 0 goes up to 49%."""
    value = values_by_band(PROBABILITY, IS_MALIGNANT, WEIGHTS, POINTS, 0.4)[Band.NO_CONCERN].share_malignant
    assert (value.value, value.low) == (0.0, 0.0)
    upper = 0.4899 * 0.4
    assert value.high == pytest.approx(upper / (upper + 0.5 * 0.6), abs=1e-3)


def test_an_empty_band_has_no_share() -> None:
    found = values_by_band(PROBABILITY, IS_MALIGNANT, WEIGHTS, OperatingPoints(0.6, 0.6), 0.4)
    assert np.isnan(found[Band.INDETERMINATE].share_malignant.value)
    assert found[Band.INDETERMINATE].share_of_lesions.value == 0


def test_a_prevalence_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="prevalence"):
        values_by_band(PROBABILITY, IS_MALIGNANT, WEIGHTS, POINTS, 1.5)
