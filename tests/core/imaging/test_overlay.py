"""A heat map never changes the picture where it is cold, and changes nothing at opacity 0."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import colormaps
from numpy.typing import NDArray

from core.imaging.drawn import DrawnLesion, draw_lesion
from core.imaging.overlay import colour_heat, overlay_heatmap


@pytest.fixture(scope="module")
def pixels() -> NDArray[np.uint8]:
    return draw_lesion(DrawnLesion(width_px=80, height_px=60))


@pytest.fixture(scope="module")
def heat() -> NDArray[np.float32]:
    values = np.zeros((60, 80), dtype=np.float32)
    values[20:40, 20:60] = np.linspace(0.01, 1, 40, dtype=np.float32)
    return values


def test_opacity_0_is_the_picture_pixel_for_pixel(pixels: NDArray[np.uint8], heat: NDArray[np.float32]) -> None:
    assert np.array_equal(overlay_heatmap(pixels, heat, 0.0), pixels)
    assert np.array_equal(overlay_heatmap(pixels, np.ones_like(heat), -1.0), pixels)


@pytest.mark.parametrize("opacity", [0.1, 0.6, 1.0])
def test_cold_regions_stay_untouched(pixels: NDArray[np.uint8], heat: NDArray[np.float32], opacity: float) -> None:
    laid_over = overlay_heatmap(pixels, heat, opacity)
    assert np.array_equal(laid_over[heat == 0], pixels[heat == 0])
    assert not np.array_equal(laid_over[heat > 0.5], pixels[heat > 0.5])


def test_an_empty_map_changes_nothing(pixels: NDArray[np.uint8]) -> None:
    assert np.array_equal(overlay_heatmap(pixels, np.zeros((60, 80), dtype=np.float32), 1.0), pixels)


def test_full_heat_at_full_opacity_is_the_colour_itself(pixels: NDArray[np.uint8]) -> None:
    hot = np.ones((60, 80), dtype=np.float32)
    assert np.array_equal(overlay_heatmap(pixels, hot, 1.0), colour_heat(hot))
    assert np.array_equal(overlay_heatmap(pixels, hot, 7.0), colour_heat(hot))


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_more_opacity_never_brings_a_pixel_further_from_its_colour(heat: float, first: float, second: float) -> None:
    pixels = np.array([[[200, 150, 120]]], dtype=np.uint8)
    values = np.full((1, 1), heat, dtype=np.float32)
    colour = colour_heat(values).astype(int)
    less, more = (
        np.abs(overlay_heatmap(pixels, values, opacity) - colour).max() for opacity in sorted((first, second))
    )
    assert more <= less


def test_the_picture_itself_is_never_written_to(pixels: NDArray[np.uint8], heat: NDArray[np.float32]) -> None:
    kept = pixels.copy()
    kept.setflags(write=False)
    assert overlay_heatmap(kept, heat, 0.5).dtype == np.uint8
    assert np.array_equal(kept, pixels)


def test_colours_are_the_upper_part_of_inferno_and_grow_lighter() -> None:
    table = colour_heat(np.linspace(0, 1, 256, dtype=np.float32))
    assert table[0].tolist() == np.rint(np.array(colormaps["inferno"](0.25)[:3]) * 255).tolist()
    assert table[-1].tolist() == np.rint(np.array(colormaps["inferno"](1.0)[:3]) * 255).tolist()
    lightness = table @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(lightness[::8]) > 0).all()


def test_heat_beyond_0_and_1_is_clipped() -> None:
    beyond = np.array([[-0.5, 1.5]], dtype=np.float32)
    assert np.array_equal(colour_heat(beyond), colour_heat(np.array([[0.0, 1.0]], dtype=np.float32)))
