"""Shares of the heat are those of known maps; heat off the lesion or on an artefact is warned of."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.gates.artefacts import SIDE_PX
from core.gates.heat import measure_heat, signed_depth
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
