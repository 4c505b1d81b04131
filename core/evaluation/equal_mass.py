"""Calibration error over bins that hold equally many images, and how much of it chance alone would show."""

import numpy as np
from numpy.typing import NDArray

from core.evaluation.bootstrap import SEED
from core.evaluation.figures import Figure
from core.evaluation.metrics import Labels, Values, all_once, ratio

N_BINS = 15
_N_DRAWS = 1000


def equal_mass_bins(probability: Values, n_bins: int = N_BINS) -> NDArray[np.int64]:
    """Which of `n_bins` equally large bins, by rank, each probability lies in; equal probabilities share one."""
    n_below = np.searchsorted(np.sort(probability), probability, side="left")
    return np.asarray(n_below * n_bins // max(len(probability), 1), dtype=np.int64)


def equal_mass_error(
    probability: Values, is_malignant: Labels, weights: Values | None = None, n_bins: int = N_BINS
) -> Values:
    """ECE (R,) over equal-mass bins: the sum over bins of |weight x (label - probability)|, per total weight.

    The bins are those of all images counted once, whatever the weights (R, N). Source: Nguyen & O'Connor, "Posterior
    calibration and exploratory analysis for natural language processing models", EMNLP 2015, in its form for the
    malignant class with absolute differences.
    """
    w = all_once(len(probability)) if weights is None else weights
    gaps = w @ (_in_bin(probability, n_bins) * (is_malignant - probability)[:, None])  # (R, bins)
    return ratio(np.abs(gaps).sum(axis=1), w.sum(axis=1))


def ideal_error(probability: Values, n_draws: int = _N_DRAWS, n_bins: int = N_BINS, seed: int = SEED) -> Figure:
    """The equal-mass ECE that a perfectly calibrated network with these scores would show: mean and 95% interval over
    labels drawn from the scores themselves. An ECE inside the interval is no evidence of miscalibration.

    Source: Bröcker & Smith, "Increasing the reliability of reliability diagrams", Weather and Forecasting 2007
    (consistency resampling).
    """
    rng = np.random.default_rng(seed)
    in_bin = _in_bin(probability, n_bins)
    gaps = [((rng.random(len(probability)) < probability) - probability) @ in_bin for _ in range(n_draws)]
    draws = np.abs(np.array(gaps)).sum(axis=1) / len(probability)
    return Figure.from_draws(float(draws.mean()), draws)


def _in_bin(probability: Values, n_bins: int) -> Values:
    return np.eye(n_bins)[equal_mass_bins(probability, n_bins)]  # (N, bins)
