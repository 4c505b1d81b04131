"""Measured notes on a picture: sharpness and resolution, each with what it means. They gate nothing yet."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.domain import LesionImage, QualityNote

MIN_SIDE_PX = 224  # below it the network sees enlarged pixels
MIN_SHARPNESS = 5.3  # the softest 1% of the 2,637 Kaggle train images; see docs/decisions/0006-quality-notes.md
_SHARPNESS_SIDE_PX = 224  # sharpness is measured at the network's size, so that a large picture is not favoured


def measure_quality(image: LesionImage) -> tuple[QualityNote, ...]:
    """Sharpness and resolution of a picture."""
    return (_resolution(image), _sharpness(image))


def sharpness(pixels: NDArray[np.uint8]) -> float:
    """Standard deviation of the 4-neighbour Laplacian of the grey picture at 224 x 224, in grey levels (0-255).

    Source: variance of the Laplacian, Pech-Pacheco et al., ICPR 2000; its root has the unit of grey levels.
    """
    side = (_SHARPNESS_SIDE_PX, _SHARPNESS_SIDE_PX)
    small = Image.fromarray(pixels).convert("L").resize(side, Image.Resampling.BICUBIC)
    grey = np.asarray(small, dtype=np.float32)
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * grey[1:-1, 1:-1]
    return float(laplacian.std())


def _resolution(image: LesionImage) -> QualityNote:
    side = min(image.width_px, image.height_px)
    is_fine = side >= MIN_SIDE_PX
    size = f"{image.width_px} x {image.height_px} px"
    sentence = size if is_fine else f"{size}: small, the network looks at {MIN_SIDE_PX} px"
    return QualityNote("Resolution", float(side), "px", is_fine, sentence)


def _sharpness(image: LesionImage) -> QualityNote:
    value = sharpness(image.pixels)
    is_fine = value >= MIN_SHARPNESS
    sentence = f"{value:.1f}, in the usual range" if is_fine else f"{value:.1f}: softer than 99% of the training images"
    return QualityNote("Sharpness", value, "grey levels", is_fine, sentence)
