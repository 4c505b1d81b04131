"""A share with an interval that stays honest at both ends."""

import math

import numpy as np
import pytest

from core.evaluation.bootstrap import draw_weights
from core.evaluation.share import measure_share
from core.evaluation.wilson import wilson_interval

GROUPS = np.arange(200)
WEIGHTS = draw_weights(np.zeros(200, dtype=np.bool_), GROUPS)


def test_a_share_has_the_width_that_its_count_warrants() -> None:
    share = measure_share(np.arange(200) < 60, WEIGHTS, GROUPS)
    low, high = wilson_interval(60, 200)
    assert (share.value, share.low, share.high) == pytest.approx((0.3, float(low), float(high)), abs=0.015)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_none_and_all_have_wilsons_interval_over_lesions(value: float) -> None:
    hits = np.full(200, value == 1)
    alone, grouped = (measure_share(hits, WEIGHTS, groups) for groups in (GROUPS, GROUPS // 10))
    assert alone.value == grouped.value == value
    assert abs(grouped.low - grouped.high) > 5 * abs(alone.low - alone.high) > 0


def test_the_mean_of_shares_per_image_is_a_share_too() -> None:
    assert measure_share(np.full(200, 0.25), WEIGHTS, GROUPS).value == 0.25


def test_of_no_image_there_is_no_share() -> None:
    nothing = measure_share(np.zeros(0), np.zeros((5, 0), dtype=np.float32), np.zeros(0, dtype=np.int64))
    assert math.isnan(nothing.value)
