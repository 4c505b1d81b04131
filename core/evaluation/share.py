"""A share of images with its interval."""

import numpy as np
from numpy.typing import NDArray

from core.evaluation.figures import Figure
from core.evaluation.metrics import all_once, ratio
from core.evaluation.wilson import wilson_interval


def measure_share(
    hits: NDArray[np.bool_] | NDArray[np.float64], weights: NDArray[np.float32], groups: NDArray[np.int64]
) -> Figure:
    """The mean of hits (N,) with the interval over bootstrap draws (R, N); NaN where N is 0.

    Where the share is exactly 0 or 1 all draws agree, and the interval is Wilson's over the groups.
    """
    values = np.asarray(hits, dtype=np.float64)
    share = float(ratio(all_once(len(values)) @ values, np.array([len(values)]))[0])
    if share in (0.0, 1.0):
        return wilson_figure(share, len(np.unique(groups)))
    return Figure.from_draws(share, ratio(weights @ values, weights.sum(axis=1, dtype=np.float64)))


def wilson_figure(share: float, n: int) -> Figure:
    """A share of n as a figure with its Wilson interval."""
    low, high = wilson_interval(share * n, n)
    return Figure(share, min(float(low), share), max(float(high), share))
