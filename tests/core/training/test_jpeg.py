"""The computed marks are those that an encoder leaves."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from core.imaging.drawn import DrawnLesion, draw_lesion
from core.training.jpeg import jpeg_marks

PIXELS = draw_lesion(DrawnLesion(90, 70, seed=3))  # neither side is a multiple of a block


def encoded(quality: int) -> np.ndarray:
    kept = io.BytesIO()
    Image.fromarray(PIXELS).save(kept, "JPEG", quality=quality)
    return np.asarray(Image.open(kept)).astype(float)


def computed(qualities: list[int]) -> np.ndarray:
    pictures = torch.from_numpy(PIXELS.copy()).permute(2, 0, 1).repeat(len(qualities), 1, 1, 1)
    return jpeg_marks(pictures, torch.tensor(qualities, dtype=torch.float32)).permute(0, 2, 3, 1).numpy().astype(float)


@pytest.mark.parametrize("quality", [30, 50, 75])
def test_marks_are_those_of_an_encoder(quality: int) -> None:
    ours, theirs = computed([quality])[0], encoded(quality)
    assert np.abs(ours - theirs).mean() < 1.2  # what is left are roundings
    assert np.corrcoef((ours - PIXELS).ravel(), (theirs - PIXELS).ravel())[0, 1] > 0.7


def test_each_picture_has_its_own_quality_and_a_low_one_marks_more() -> None:
    coarse, fine = computed([20, 98])
    assert np.abs(coarse - PIXELS).mean() > 3 * np.abs(fine - PIXELS).mean()
    assert np.array_equal(computed([20])[0], coarse)


def test_shape_and_type_stay() -> None:
    marked = jpeg_marks(torch.zeros(2, 3, 17, 5, dtype=torch.uint8), torch.tensor([50.0, 60.0]))
    assert (marked.shape, marked.dtype) == ((2, 3, 17, 5), torch.uint8)
    assert int(marked.max()) <= 1  # black stays black
