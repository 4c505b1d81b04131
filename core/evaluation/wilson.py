"""The interval of a share of a count."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Z_95 = 1.959963984540054  # the normal distribution's 97.5th percentile


def wilson_interval(n_hits: ArrayLike, n: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Low and high end of the 95% interval of n_hits / n; NaN where n is 0.

    Source: Wilson, JASA 1927, the score interval without continuity correction.
    """
    hits, size = np.asarray(n_hits, dtype=np.float64), np.asarray(n, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = hits / size
        centre = (share + Z_95**2 / (2 * size)) / (1 + Z_95**2 / size)
        half = Z_95 / (1 + Z_95**2 / size) * np.sqrt(share * (1 - share) / size + Z_95**2 / (4 * size**2))
    return np.clip(centre - half, 0.0, 1.0), np.clip(centre + half, 0.0, 1.0)
