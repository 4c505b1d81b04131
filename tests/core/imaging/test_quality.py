"""Sharpness is what its source says it is, falls with blur, and does not depend on the size of the file."""

import numpy as np
import pytest
from PIL import Image, ImageFilter
from scipy.ndimage import laplace

from core.imaging.drawn import DrawnLesion, draw_lesion
from core.imaging.quality import sharpness


@pytest.fixture
def drawn() -> Image.Image:
    return Image.fromarray(draw_lesion(DrawnLesion(width_px=448, height_px=336)))


def test_sharpness_is_the_deviation_of_the_laplacian() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (224, 224, 3)).astype(np.uint8)
    grey = np.asarray(Image.fromarray(pixels).convert("L"), dtype=np.float64)
    assert sharpness(pixels) == pytest.approx(laplace(grey)[1:-1, 1:-1].std(), rel=1e-5)


def test_a_flat_picture_has_no_sharpness() -> None:
    assert sharpness(np.full((300, 300, 3), 120, dtype=np.uint8)) == 0


def test_blur_lowers_sharpness_step_by_step(drawn: Image.Image) -> None:
    values = [sharpness(np.asarray(drawn.filter(ImageFilter.GaussianBlur(px)))) for px in (0, 1, 2, 4, 8)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 2 * values[-1]


def test_sharpness_does_not_grow_with_the_size_of_the_file(drawn: Image.Image) -> None:
    enlarged = drawn.resize((1344, 1008), Image.Resampling.BICUBIC)
    assert sharpness(np.asarray(enlarged)) == pytest.approx(sharpness(np.asarray(drawn)), rel=0.1)
