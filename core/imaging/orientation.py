"""One way up for a picture and its flips and quarter turns, so that all eight get the same score.

A dermatoscope has no upright: which of the eight a network is shown is chance, and its score should not hang on it. A
frame is flipped and turned so that its dark mass, which is the lesion in most pictures, lies right of and below the
middle, and farther to the right than down. The moments are whole numbers, so that the choice is the same for all eight
to the bit (save in a frame that is exactly even).
"""

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Orientation:
    """What was done to a frame: mirrored left to right, then top to bottom, then along its main diagonal."""

    is_mirrored: bool
    is_upended: bool
    is_transposed: bool

    def apply(self, values: NDArray[Scalar]) -> NDArray[Scalar]:
        """Turn (height, width, ...) the chosen way; a view."""
        values = values[:, ::-1] if self.is_mirrored else values
        values = values[::-1] if self.is_upended else values
        return values.swapaxes(0, 1) if self.is_transposed else values

    def undo(self, values: NDArray[Scalar]) -> NDArray[Scalar]:
        """Turn (height, width, ...) back; a view."""
        values = values.swapaxes(0, 1) if self.is_transposed else values
        values = values[::-1] if self.is_upended else values
        return values[:, ::-1] if self.is_mirrored else values


def orientation_of(frame: NDArray[np.uint8]) -> Orientation:
    """The orientation that brings uint8 (height, width, 3) RGB the one way up; only square frames are transposed."""
    height, width = frame.shape[:2]
    rows = np.ascontiguousarray(frame).reshape(height, -1)  # (height, width * 3)
    light_of_columns = cv2.reduce(rows, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S).reshape(width, -1).sum(axis=1)
    light_of_rows = cv2.reduce(rows, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel()
    # The weights add up to 0: dark is minus light.
    right = -int(light_of_columns.astype(np.int64) @ (2 * np.arange(width) - (width - 1)))
    down = -int(light_of_rows.astype(np.int64) @ (2 * np.arange(height) - (height - 1)))
    return Orientation(right < 0, down < 0, height == width and abs(down) > abs(right))


def orient_frames(frames: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], list[Orientation]]:
    """Frames uint8 (N, height, width, 3) the one way up, and what was done to each."""
    found = [orientation_of(frame) for frame in frames]
    turned = [orientation.apply(frame) for orientation, frame in zip(found, frames, strict=True)]
    return (np.stack(turned) if turned else frames), found
