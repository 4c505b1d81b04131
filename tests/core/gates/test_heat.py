"""Shares of the heat are those of known maps; heat off the lesion or on an artefact is warned of."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.domain import HeatShares
from core.errors import CardUnusable
from core.gates.artefacts import SIDE_PX
from core.gates.heat import (
    HEAT_FILE,
    WARNED_SHARE,
    HeatLimits,
    fit_heat_limits,
    measure_heat,
    read_heat_limits,
    signed_depth,
    write_heat_limits,
)
from core.gates.outline import Outline

CELLS = 7


def square(top: int, left: int, side: int) -> NDArray[np.bool_]:
    mask = np.zeros((SIDE_PX, SIDE_PX), dtype=bool)
    mask[top : top + side, left : left + side] = True
    return mask


def heat_at(row: int, column: int) -> NDArray[np.float32]:
    layer_map = np.zeros((CELLS, CELLS), dtype=np.float32)
    layer_map[row, column] = 3.0
    return layer_map


LESION = Outline(square(64, 64, 96), "")


def test_the_shares_sum_to_one_whatever_the_scale() -> None:
    layer_map = np.random.default_rng(0).random((CELLS, CELLS)).astype(np.float32)
    first, second = (measure_heat(layer_map * factor, LESION, {}) for factor in (1, 50))
    assert first is not None and second is not None
    assert first.inside + first.border + first.outside == pytest.approx(1)
    assert first.inside == pytest.approx(second.inside)
    assert first.cells == CELLS


def test_heat_in_the_middle_lies_inside_and_is_not_warned_of() -> None:
    shares = measure_heat(heat_at(3, 3), LESION, {})
    assert shares is not None
    assert shares.inside > 0.9
    assert shares.warnings == ()


def test_heat_in_the_corner_lies_outside_and_is_warned_of() -> None:
    shares = measure_heat(heat_at(0, 0), LESION, {})
    assert shares is not None
    assert shares.outside > 0.9
    assert any("off the lesion" in warning for warning in shares.warnings)


def test_an_unsure_outline_warns_of_nothing_off_the_lesion() -> None:
    shares = measure_heat(heat_at(0, 0), Outline(LESION.mask, "several parts"), {})
    assert shares is not None
    assert shares.warnings == ()


def test_heat_on_a_flagged_artefact_is_warned_of_by_its_name() -> None:
    shares = measure_heat(heat_at(3, 3), LESION, {"ink": square(80, 80, 64), "hair": square(0, 0, 8)})
    assert shares is not None
    assert shares.on_artefacts > 0.5
    [warning] = shares.warnings
    assert "lies on ink" in warning


def test_no_map_and_no_outline_have_no_shares() -> None:
    assert measure_heat(np.zeros((CELLS, CELLS), np.float32), LESION, {}) is None
    assert measure_heat(heat_at(3, 3), Outline(np.zeros((SIDE_PX, SIDE_PX), bool), "nothing"), {}) is None


def test_depth_counts_from_the_border() -> None:
    depth = signed_depth(LESION.mask)
    assert depth[112, 112] == pytest.approx(48, abs=1)
    assert depth[112, 0] == pytest.approx(-64, abs=1.5)


def test_limits_warn_of_few_of_the_pictures_that_they_were_set_on() -> None:
    shares = np.linspace(0, 0.9, 401)
    heats = [HeatShares(0, 0, float(share), float(share) / 2) for share in shares]
    limits = fit_heat_limits(heats)
    assert np.mean(shares > limits.max_outside) == pytest.approx(WARNED_SHARE, abs=0.005)
    assert np.mean(shares / 2 > limits.max_on_artefacts) == pytest.approx(WARNED_SHARE, abs=0.005)


def test_heat_that_lies_wholly_off_the_lesion_is_warned_of_even_where_that_is_often_so() -> None:
    limits = fit_heat_limits([HeatShares(0, 0, 1, 0)] * 9)
    assert limits.max_outside == 0.9
    shares = measure_heat(heat_at(0, 0), LESION, {}, limits)
    assert shares is not None
    assert shares.outside == pytest.approx(1)
    assert any("off the lesion" in warning for warning in shares.warnings)


def test_a_little_heat_on_artefacts_is_never_warned_of() -> None:
    assert fit_heat_limits([HeatShares(0.1, 0.1, 0.8, 0.0)] * 9).max_on_artefacts == 0.2
    assert fit_heat_limits([]) == HeatLimits()


def test_a_limit_decides_what_is_warned_of() -> None:
    strict, mild = (measure_heat(heat_at(0, 0), LESION, {}, HeatLimits(max_outside=limit)) for limit in (0.5, 1.0))
    assert strict is not None and mild is not None
    assert strict.warnings and not mild.warnings


def test_limits_are_read_back_for_their_own_weights_alone(tmp_path: Path) -> None:
    assert read_heat_limits(tmp_path, "a" * 64) == HeatLimits()
    limits = HeatLimits(0.97, 0.31)
    write_heat_limits(limits, tmp_path, "a" * 64)
    assert read_heat_limits(tmp_path, "a" * 64) == limits
    assert read_heat_limits(tmp_path, "b" * 64) == HeatLimits()


def test_broken_limits_are_told(tmp_path: Path) -> None:
    (tmp_path / HEAT_FILE).write_text("{}", encoding="utf-8")
    with pytest.raises(CardUnusable, match="heat limits"):
        read_heat_limits(tmp_path, "a" * 64)
