"""Tests of the difference between two networks on the same images.

Both take images as independent; where a lesion has several, the bootstrap interval by lesion (`comparison`) is wider
and counts.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, norm, rankdata

from core.evaluation.metrics import Labels, Values


@dataclass(frozen=True, slots=True)
class DeLong:
    """Two ROC-AUCs, their difference first - second with its standard error, and the two-sided p."""

    first: float
    second: float
    difference: float
    standard_error: float
    p: float


@dataclass(frozen=True, slots=True)
class McNemar:
    """How many images only one of two networks called rightly, and the two-sided p."""

    n_only_first: int
    n_only_second: int
    p: float


def delong_test(first: Values, second: Values, is_malignant: Labels) -> DeLong:
    """Whether two scores (N,) of the same images have the same ROC-AUC.

    Raises ValueError where a class has fewer than two images. Source: DeLong et al., Biometrics 1988, by the midranks
    of Sun & Xu, "Fast implementation of DeLong's algorithm", IEEE Signal Processing Letters 2014.
    """
    n_malignant, n_benign = int(is_malignant.sum()), int((~is_malignant).sum())
    if min(n_malignant, n_benign) < 2:
        raise ValueError(f"expected two images of each class, got {n_malignant} malignant and {n_benign} benign")
    placements = [_placements(scores, is_malignant) for scores in (first, second)]
    of_malignant, of_benign = (np.stack(columns) for columns in zip(*placements, strict=True))  # (2, m), (2, n)
    aucs = of_malignant.mean(axis=1)
    covariance = np.cov(of_malignant) / n_malignant + np.cov(of_benign) / n_benign
    variance = float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    difference, error = float(aucs[0] - aucs[1]), math.sqrt(max(variance, 0.0))
    return DeLong(float(aucs[0]), float(aucs[1]), difference, error, _two_sided(difference, error))


def mcnemar_test(is_first_right: NDArray[np.bool_], is_second_right: NDArray[np.bool_]) -> McNemar:
    """Whether two networks are right on equally many of the same images (N,): exact, so that few images will do.

    Source: McNemar, Psychometrika 1947, with the binomial distribution instead of chi-squared.
    """
    n_first = int((is_first_right & ~is_second_right).sum())
    n_second = int((~is_first_right & is_second_right).sum())
    n = n_first + n_second
    return McNemar(n_first, n_second, float(binomtest(n_first, n, 0.5).pvalue) if n else 1.0)


def _placements(scores: Values, is_malignant: Labels) -> tuple[Values, Values]:
    """Per malignant image the share of benign ones below it, per benign image the share of malignant ones above."""
    malignant, benign = scores[is_malignant], scores[~is_malignant]
    ranks = rankdata(scores)
    below = (ranks[is_malignant] - rankdata(malignant)) / len(benign)
    above = 1 - (ranks[~is_malignant] - rankdata(benign)) / len(malignant)
    return below, above


def _two_sided(difference: float, standard_error: float) -> float:
    if standard_error == 0:
        return 1.0 if difference == 0 else 0.0
    return float(2 * norm.sf(abs(difference) / standard_error))
