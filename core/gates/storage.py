"""The same picture as another camera and another file would give it.

Files of the two labelled sets and drawn negatives each have marks of their own: size, sharpness, JPEG. Shallow stages
of a network see them, so that a gate could learn them in place of what a picture shows. Dermoscopy and negatives
therefore go through one and the same chance.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.gates.clinical_like import save_as_jpeg

_SIDES: Final = (0.6, 1.6)  # of the file, as a share of the picture's own
_SHARPEST: Final = 1.2  # times what a blur takes away, added: a file of 600 x 450 px is as much sharper than 224 x 224
_SOFTEST_PX: Final = 0.8  # past it the quality gate speaks
_GRAIN: Final = (0.0, 0.0, 1.5, 3.0)  # grey levels
_QUALITIES: Final = (50, 98)

Picture = NDArray[np.uint8]


def vary_storage(picture: Picture, rng: np.random.Generator) -> Picture:
    """A picture uint8 (h, w, 3) RGB of its own size, as it comes back from a file of another size and quality."""
    height, width = picture.shape[:2]
    share = rng.uniform(*_SIDES)
    stored = _resize(picture, round(width * share), round(height * share))
    lossy = save_as_jpeg(stored, int(rng.integers(*_QUALITIES))) if rng.random() < 0.7 else stored
    values = _sharpen(_resize(lossy, width, height).astype(np.float32), rng.uniform(-1, _SHARPEST))
    grain = rng.standard_normal(values.shape, dtype=np.float32) * rng.choice(_GRAIN)
    return np.asarray(np.clip(values + grain, 0, 255).astype(np.uint8))


def _sharpen(values: NDArray[np.float32], amount: float) -> NDArray[np.float32]:
    """By unsharp masking where `amount` is above 0, and softened where it is below."""
    if amount <= 0:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), max(-amount * _SOFTEST_PX, 0.05)))
    return np.asarray(values + amount * (values - cv2.GaussianBlur(values, (0, 0), 1.0)))


def _resize(picture: Picture, width: int, height: int) -> Picture:
    smaller = width < picture.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(np.ascontiguousarray(picture), (width, height), interpolation=how), dtype=np.uint8)
