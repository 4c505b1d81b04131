"""Rank correlation of two maps."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def rank_correlation(first: NDArray[Any], second: NDArray[Any]) -> float | None:
    """Spearman's, in [-1, 1], of two arrays of one shape; None where one of them is the same everywhere."""
    from scipy.stats import (
        spearmanr,  # takes a third of a second to load, which the start of the program need not wait for
    )

    if float(np.std(first)) == 0 or float(np.std(second)) == 0:
        return None
    return float(spearmanr(first.ravel(), second.ravel()).statistic)
