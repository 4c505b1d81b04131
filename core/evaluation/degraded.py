"""Pictures degraded beyond use, in known ways: what the quality gate must catch."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

_REFERENCE_PX: Final = 224
_TINY: Final = (32, 32)


def _blurred(sigma_px: float) -> Callable[[Image.Image], Image.Image]:
    """A Gaussian of `sigma_px` at the network's size."""
    return lambda image: image.filter(ImageFilter.GaussianBlur(sigma_px * min(image.size) / _REFERENCE_PX))


def _enlarged(method: Image.Resampling) -> Callable[[Image.Image], Image.Image]:
    return lambda image: image.resize(_TINY, Image.Resampling.BICUBIC).resize(image.size, method)


def _brightened(factor: float) -> Callable[[Image.Image], Image.Image]:
    return lambda image: ImageEnhance.Brightness(image).enhance(factor)


DEGRADED: Final[dict[str, Callable[[Image.Image], Image.Image]]] = {
    "blur of 3 px": _blurred(3),
    "blur of 6 px": _blurred(6),
    "2.5 times the light": _brightened(2.5),
    "an eighth of the light": _brightened(0.125),
    "32 x 32 enlarged to blocks": _enlarged(Image.Resampling.NEAREST),
    "32 x 32 enlarged linearly": _enlarged(Image.Resampling.BILINEAR),
    "32 x 32 enlarged smoothly": _enlarged(Image.Resampling.BICUBIC),
}
"""By name; blurs are standard deviations at 224 x 224."""


def degrade(pixels: NDArray[np.uint8], change: Callable[[Image.Image], Image.Image]) -> NDArray[np.uint8]:
    """Apply one of them to RGB uint8 (H, W, 3)."""
    return np.asarray(change(Image.fromarray(pixels)), dtype=np.uint8)
