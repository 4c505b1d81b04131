"""From a map at the layer's own resolution to a heat map of the picture."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.domain import Heatmap
from core.taxonomy import HeatmapMethod

_LAYER_NAME = "last activation before pooling"


def to_heatmap(small: NDArray[np.float32], method: HeatmapMethod, size: tuple[int, int]) -> Heatmap:
    """A map at the layer's own resolution as a heat map of the picture's size (height, width)."""
    return Heatmap(values=resize_map(small, size), method=method, layer=_LAYER_NAME)


def resize_map(small: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Bilinear enlargement to (height, width), in [0, 1] with maximum 1; an empty map stays 0."""
    height, width = size
    large = np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BILINEAR), dtype=np.float32)
    peak = float(large.max(initial=0.0))
    return large / peak if peak > 0 else np.zeros(size, dtype=np.float32)
