"""A heat map laid over a picture, without touching the picture's own brightness."""

import functools

import numpy as np
from numpy.typing import NDArray


def overlay_heatmap(pixels: NDArray[np.uint8], values: NDArray[np.float32], opacity: float) -> NDArray[np.uint8]:
    """Blend heat float (height, width) in [0, 1] over uint8 (height, width, 3) RGB.

    Each pixel is mixed with its colour by `opacity` times its heat, so that cold regions, and everything at opacity
    0, stay the untouched picture to the last bit.
    """
    if opacity <= 0:
        return pixels
    weight = (np.clip(values, 0, 1) * min(opacity, 1.0))[..., None].astype(np.float32)
    mixed = pixels * (1 - weight) + colour_heat(values) * weight
    return np.rint(mixed).astype(np.uint8)


def colour_heat(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Heat in [0, 1] to RGB by matplotlib's inferno from a quarter up: even in lightness, and safe for the
    colour-blind."""
    return _table()[np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)]


@functools.cache
def _table() -> NDArray[np.uint8]:
    from matplotlib import colormaps  # a second to import, needed only once a map is shown

    rows = np.asarray(colormaps["inferno"](np.linspace(0.25, 1.0, 256)))[:, :3]
    return np.asarray(np.rint(rows * 255), dtype=np.uint8)
