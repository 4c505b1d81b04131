"""Small changes of a picture that a second photograph of the same lesion could show."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from core.imaging.changes import brighten, crop_middle, turn

_BRIGHTNESS = 0.10  # as far as two exposures of one camera differ
_BLUR_PX = 1.0  # standard deviation at the network's size: a slightly missed focus
_JPEG_QUALITY = 70  # what mail programs and messengers send
_ROTATION_DEGREES = 10.0
_CROP_SHARE = 0.10  # of each side


class Family(StrEnum):
    """Changes that keep every pixel's value, and changes that mildly alter them."""

    SYMMETRY = "flips_and_quarter_turns"
    MILD = "mild_changes"


@dataclass(frozen=True, slots=True)
class Perturbation:
    """A named change of one frame; size and colour order stay."""

    name: str
    family: Family
    change: Callable[[Image.Image], Image.Image]

    def apply(self, frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Change every frame of uint8 (N, H, W, 3) RGB; the same frames always give the same result."""
        return np.stack([self._apply_to_one(frame) for frame in frames])

    def _apply_to_one(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        before = Image.fromarray(frame)
        after = self.change(before)
        if after.size != before.size:  # a quarter turn of a frame that is not square
            after = after.resize(before.size, Image.Resampling.BICUBIC)
        return np.asarray(after, dtype=np.uint8)


def _transposed(method: Image.Transpose) -> Callable[[Image.Image], Image.Image]:
    return lambda image: image.transpose(method)


def _blurred(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(_BLUR_PX))


def _recompressed(image: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=_JPEG_QUALITY)
    return Image.open(buffer).convert("RGB")


PERTURBATIONS = (
    *(Perturbation(method.name.lower(), Family.SYMMETRY, _transposed(method)) for method in Image.Transpose),
    Perturbation("brighter", Family.MILD, partial(brighten, factor=1 + _BRIGHTNESS)),
    Perturbation("darker", Family.MILD, partial(brighten, factor=1 - _BRIGHTNESS)),
    Perturbation("blurred", Family.MILD, _blurred),
    Perturbation("jpeg", Family.MILD, _recompressed),
    Perturbation("rotated_10_degrees", Family.MILD, partial(turn, degrees=_ROTATION_DEGREES)),
    Perturbation("cropped_10_percent", Family.MILD, partial(crop_middle, share=_CROP_SHARE)),
)
"""The seven flips and quarter turns (a square's symmetries but the identity), and six mild changes."""
