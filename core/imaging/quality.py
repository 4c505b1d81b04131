"""Sharpness as evaluation groups pictures by it; the gate is `core.gates.quality`."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

MIN_SHARPNESS = 5.3  # the softest 1% of the 2,637 Kaggle train images; see docs/decisions/0006-quality-notes.md
_SHARPNESS_SIDE_PX = 224  # sharpness is measured at the network's size, so that a large picture is not favoured


def sharpness(pixels: NDArray[np.uint8]) -> float:
    """Standard deviation of the 4-neighbour Laplacian of the grey picture at 224 x 224, in grey levels (0-255).

    Source: variance of the Laplacian, Pech-Pacheco et al., ICPR 2000; its root has the unit of grey levels.
    """
    side = (_SHARPNESS_SIDE_PX, _SHARPNESS_SIDE_PX)
    small = Image.fromarray(pixels).convert("L").resize(side, Image.Resampling.BICUBIC)
    grey = np.asarray(small, dtype=np.float32)
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * grey[1:-1, 1:-1]
    return float(laplacian.std())
