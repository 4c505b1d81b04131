"""Deletion and insertion: whether what a map calls important is what the score rests on.

Petsiuk et al., "RISE", BMVC 2018. What is taken away is blurred, not blackened: black would be a feature of its own.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from core.domain import Prediction

N_STEPS: Final = 10
_BLUR: Final = 1 / 18  # of the frame's side: 12 px at 224, at which network and globules are gone


class _Scorer(Protocol):
    def predict_frames(self, frames: NDArray[np.uint8]) -> list[Prediction]: ...


@dataclass(frozen=True, slots=True)
class CoveringCurves:
    """Malignant probabilities while the hottest tenths are blurred one after the other (`deletion`), or shown one after
    the other in a blurred picture (`insertion`); both from none to all."""

    deletion: tuple[float, ...]
    insertion: tuple[float, ...]

    @property
    def deletion_area(self) -> float:
        """The area under the deletion curve, in [0, 1]: small where the hottest parts carry the score."""
        return area_under(self.deletion)

    @property
    def insertion_area(self) -> float:
        """The area under the insertion curve, in [0, 1]: large where the hottest parts carry the score."""
        return area_under(self.insertion)


def measure_curves(scorer: _Scorer, frame: NDArray[np.uint8], heat: NDArray[np.float32]) -> CoveringCurves:
    """Both curves of a frame uint8 (H, W, 3) in the order of a map (h, w), in one pass of some twenty frames."""
    height, width = frame.shape[:2]
    blurred = cv2.GaussianBlur(frame, (0, 0), _BLUR * height)
    rank = rank_pixels(heat, (height, width))
    shown = [rank < step / N_STEPS for step in range(1, N_STEPS)]
    deleted = [np.where(mask[..., None], blurred, frame) for mask in shown]
    inserted = [np.where(mask[..., None], frame, blurred) for mask in shown]
    scores = [
        each.malignant_probability for each in scorer.predict_frames(np.stack([frame, blurred, *deleted, *inserted]))
    ]
    as_is, gone, rest = scores[0], scores[1], scores[2:]
    return CoveringCurves((as_is, *rest[: len(shown)], gone), (gone, *rest[len(shown) :], as_is))


def rank_pixels(heat: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float64]:
    """The share of pixels that are hotter than each, float (height, width) in [0, 1); of equally hot ones, such as all
    that are cold, those nearer to heat come first."""
    height, width = size
    large = cv2.resize(np.ascontiguousarray(heat, dtype=np.float32), (width, height))
    peak = max(float(large.max()), 1e-12)
    near = cv2.GaussianBlur(large, (0, 0), height / 5)
    order = np.argsort(-(large + 1e-4 * near).ravel() / peak, kind="stable")
    rank = np.empty(order.size)
    rank[order] = np.arange(order.size) / order.size
    return rank.reshape(size)


def area_under(curve: tuple[float, ...]) -> float:
    """The area under values at even steps over [0, 1], by trapezia; NaN for fewer than two."""
    return float(np.trapezoid(curve, dx=1 / (len(curve) - 1))) if len(curve) > 1 else float("nan")
