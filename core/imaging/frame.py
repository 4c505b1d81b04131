"""The one way from a picture to the network's input; training, evaluation and serving all go through here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.domain import LesionImage


@dataclass(frozen=True, slots=True)
class FrameRule:
    """How a network wants its input: kept in the model card, never in code.

    The full frame is squashed to `height_px` x `width_px`, as the training set was; `mean` and `std` are per RGB
    channel on the scale 0-1. `is_oriented` says that the network is given every frame the one way up (see
    `core.imaging.orientation`).
    """

    height_px: int
    width_px: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    resample: str = "bicubic"
    is_oriented: bool = False

    @property
    def scale_and_shift(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What each channel's grey level (0-255) is multiplied by, then lessened by, each (3,)."""
        scale = 1.0 / (255.0 * np.asarray(self.std, dtype=np.float32))
        return scale, np.divide(self.mean, self.std).astype(np.float32)


def resize_frame(image: LesionImage, rule: FrameRule) -> NDArray[np.uint8]:
    """Squash the whole upright frame to the network's size: uint8 (height, width, 3) RGB.

    Pillow's resize widens its filter with the reduction, so that a 12-megapixel picture and its thumbnail agree.
    """
    if image.pixels.shape[:2] == (rule.height_px, rule.width_px):
        return image.pixels
    resample = Image.Resampling[rule.resample.upper()]
    resized = Image.fromarray(image.pixels).resize((rule.width_px, rule.height_px), resample)
    return np.asarray(resized, dtype=np.uint8)


def normalise_frames(frames: NDArray[np.uint8], rule: FrameRule) -> NDArray[np.float32]:
    """Frames uint8 (N, H, W, 3) to the network's input, float32 (N, 3, H, W), standardised by the rule."""
    scale, shift = rule.scale_and_shift
    values: NDArray[np.float32] = frames.transpose(0, 3, 1, 2).astype(np.float32, order="C")  # (N, 3, H, W)
    values *= scale[:, None, None]  # in place: an array less for each step is ten times as fast
    values -= shift[:, None, None]
    return values
