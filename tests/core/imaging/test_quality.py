"""Sharpness and resolution are measured, compared with what training saw, and said in a sentence."""

import numpy as np
import pytest
from PIL import Image, ImageFilter
from scipy.ndimage import laplace

from core.domain import LesionImage
from core.imaging.drawn import DrawnLesion, draw_lesion
from core.imaging.quality import MIN_SHARPNESS, MIN_SIDE_PX, measure_quality, sharpness


def as_image(picture: Image.Image) -> LesionImage:
    return LesionImage(pixels=np.asarray(picture), sha256="", format="PNG")


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


def test_a_blurred_picture_is_called_soft_and_a_sharp_one_is_not(drawn: Image.Image) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (224, 224, 3)).astype(np.uint8)
    sharp, soft = Image.fromarray(noise), drawn.filter(ImageFilter.GaussianBlur(12))
    notes = [measure_quality(as_image(picture))[1] for picture in (sharp, soft)]
    assert [note.is_fine for note in notes] == [True, False]
    assert notes[0].value >= MIN_SHARPNESS > notes[1].value
    assert "softer than 99% of the training images" in notes[1].sentence


@pytest.mark.parametrize(("side_px", "is_fine"), [(MIN_SIDE_PX, True), (MIN_SIDE_PX - 1, False)])
def test_resolution_is_judged_by_the_shorter_side(side_px: int, is_fine: bool) -> None:
    note = measure_quality(as_image(Image.new("RGB", (600, side_px))))[0]
    assert (note.name, note.value, note.unit, note.is_fine) == ("Resolution", side_px, "px", is_fine)
    assert note.sentence.startswith(f"600 x {side_px} px")
