"""Drawn lesions lie where they are told to and come out the same each time."""

from dataclasses import replace

import numpy as np
import pytest

from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, draw_jpeg, draw_lesion, lesion_mask

SMALL = DrawnLesion(width_px=160, height_px=120)


def test_the_same_values_give_the_same_pixels_and_another_seed_gives_others() -> None:
    assert np.array_equal(draw_lesion(SMALL), draw_lesion(SMALL))
    assert not np.array_equal(draw_lesion(SMALL), draw_lesion(replace(SMALL, seed=1)))


@pytest.mark.parametrize("centre", [(0.25, 0.25), (0.75, 0.25), (0.5, 0.5), (0.3, 0.7)])
def test_the_dark_pixels_lie_around_the_centre(centre: tuple[float, float]) -> None:
    lesion = DrawnLesion(centre_x=centre[0], centre_y=centre[1], radius=0.2, irregularity=0)
    grey = draw_lesion(lesion).mean(axis=2)
    rows, columns = np.nonzero(grey < 140)  # skin is about 180, pigment below 110
    assert columns.mean() / 600 == pytest.approx(centre[0], abs=0.02)
    assert rows.mean() / 450 == pytest.approx(centre[1], abs=0.02)


def test_a_larger_radius_covers_more_and_darkness_darkens() -> None:
    assert draw_lesion(replace(SMALL, radius=0.35)).mean() < draw_lesion(SMALL).mean() - 5
    assert draw_lesion(replace(SMALL, darkness=0.9)).mean() < draw_lesion(replace(SMALL, darkness=0.4)).mean()


def test_the_jpeg_is_the_drawing() -> None:
    image = decode(draw_jpeg(SMALL))
    assert image.format == "JPEG"
    assert np.abs(image.pixels.astype(int) - draw_lesion(SMALL)).mean() < 5


@pytest.mark.parametrize("side_px", [32, 64, 96, 224])
def test_a_small_picture_shows_a_lesion_too(side_px: int) -> None:
    for seed in range(5):
        drawn = DrawnLesion(side_px, side_px, seed=seed)
        inside, pixels = lesion_mask(drawn), draw_lesion(drawn)
        assert pixels[~inside].mean() - pixels[inside].mean() > 40
        assert np.mean((pixels == 0) | (pixels == 255)) < 0.05
