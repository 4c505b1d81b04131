"""The outline of drawn lesions is the drawn one; its measures are those of known shapes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.domain import LesionMeasures
from core.evaluation.gates_measure import measure_dice
from core.gates.abcd import asymmetry, colours_of, measure_change, measure_lesion
from core.gates.artefacts import SIDE_PX
from core.gates.outline import Outline, border_irregularity, contour_of, cut_off_share, draw_contour, outline_lesion
from core.imaging.drawn import DrawnLesion, draw_lesion


def disc(radius_px: float, centre: tuple[float, float] = (112, 112)) -> NDArray[np.bool_]:
    y, x = np.mgrid[0:SIDE_PX, 0:SIDE_PX]
    return np.asarray(np.hypot(x - centre[0], y - centre[1]) < radius_px)


def test_drawn_lesions_under_hair_ruler_and_vignette_are_outlined() -> None:
    dice = measure_dice(8)
    assert dice.mean() >= 0.9
    assert dice.min() >= 0.75


def test_a_lesion_that_stands_out_is_sure_and_plain_skin_is_not() -> None:
    assert outline_lesion(draw_lesion(DrawnLesion())).is_sure
    skin = outline_lesion(draw_lesion(DrawnLesion(darkness=0.0)))
    assert not skin.is_sure
    assert skin.doubt


def test_the_contour_lies_on_the_border_and_leaves_the_rest_alone() -> None:
    pixels = draw_lesion(DrawnLesion())
    outline = outline_lesion(pixels)
    drawn = draw_contour(pixels, outline)
    is_changed = (drawn != pixels).any(axis=2)
    assert drawn.shape == pixels.shape
    assert 0.001 < is_changed.mean() < 0.05
    [line] = contour_of(outline, (450, 600))
    assert abs(line.mean(axis=0) - [300, 225]).max() < 25


def test_a_disc_is_symmetric_and_round() -> None:
    assert asymmetry(disc(60)) < 0.02
    assert border_irregularity(disc(60)) == pytest.approx(1, abs=0.15)


def test_half_a_disc_is_less_symmetric_and_a_star_has_more_border() -> None:
    half = disc(60)
    half[:, 112:] &= disc(60)[:, 112:] & (np.arange(SIDE_PX)[:, None] < 112)
    assert asymmetry(half) > 0.1
    y, x = np.mgrid[0:SIDE_PX, 0:SIDE_PX] - 112.0
    star = np.hypot(x, y) < 50 + 25 * np.cos(9 * np.arctan2(y, x))
    assert border_irregularity(star) > 2


def test_turning_a_shape_changes_no_measure() -> None:
    shape = disc(60) & ~disc(30, (150, 112))
    assert asymmetry(np.rot90(shape)) == pytest.approx(asymmetry(shape), abs=0.01)


def test_cut_off_is_the_outline_on_the_edge() -> None:
    assert cut_off_share(disc(60)) == 0
    assert 0.2 < cut_off_share(disc(60, (0, 112))) < 0.6


def test_colours_are_named_where_they_are_a_twentieth() -> None:
    black, red = np.zeros((90, 3), np.uint8), np.full((10, 3), (204, 51, 51), np.uint8)
    assert colours_of(np.concatenate([black, red])) == ("red", "black")
    assert colours_of(np.concatenate([black, red[:4]])) == ("black",)


def test_a_lesion_that_grew_and_darkened_is_measured_so() -> None:
    first, second = (measured(DrawnLesion(radius=r, darkness=d)) for r, d in ((0.15, 0.5), (0.21, 0.9)))
    change = measure_change(first, second)
    assert change is not None
    assert change.area_ratio == pytest.approx((0.21 / 0.15) ** 2, rel=0.15)
    assert change.colour_distance > 5
    enlarged = measure_change(first, second, area_scale=0.5)
    assert enlarged is not None
    assert enlarged.area_ratio == pytest.approx(change.area_ratio / 2)


def test_no_change_is_told_from_an_unsure_outline() -> None:
    sure = measured(DrawnLesion())
    empty = measure_lesion(draw_lesion(DrawnLesion()), Outline(np.zeros((SIDE_PX, SIDE_PX), bool), "nothing"))
    unsure = measure_lesion(draw_lesion(DrawnLesion()), Outline(disc(40), "several parts"))
    assert empty is None
    assert unsure is not None
    assert measure_change(sure, unsure) is None


def measured(lesion: DrawnLesion) -> LesionMeasures:
    pixels = draw_lesion(lesion)
    measures = measure_lesion(pixels, outline_lesion(pixels))
    assert measures is not None
    return measures
