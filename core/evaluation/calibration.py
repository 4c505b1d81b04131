"""Temperature scaling, and how far stated probabilities are from observed shares."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_softmax

from core.evaluation.wilson import wilson_interval

_LOG_TEMPERATURE_RANGE = (-3.0, 3.0)  # 0.05 to 20: a fit at either end means that the logits carry nothing


@dataclass(frozen=True, slots=True, eq=False)
class ReliabilityCurve:
    """One entry per non-empty bin: mean stated probability, observed malignant share with its 95% Wilson interval."""

    mean_probability: NDArray[np.float64]
    observed_share: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    n: NDArray[np.int64]


def calibrate(logits: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Malignant probability, sigmoid(logit / temperature), without overflow for any logit."""
    return np.asarray(expit(np.asarray(logits, dtype=np.float64) / temperature), dtype=np.float64)


def fit_temperature(
    logits: NDArray[np.float64], is_malignant: NDArray[np.bool_], weights: NDArray[np.float64] | None = None
) -> float:
    """The temperature > 0 that minimises the (weighted) negative log-likelihood of labels given logits (N,).

    Raises ValueError where a class is missing. Source: Guo et al., "On calibration of modern neural networks",
    ICML 2017, section 4.2.
    """
    _require_both_classes(is_malignant)
    signed = np.where(is_malignant, -1.0, 1.0) * np.asarray(logits, dtype=np.float64)

    def negative_log_likelihood(log_temperature: float) -> float:
        return float(np.average(np.logaddexp(0.0, signed / np.exp(log_temperature)), weights=weights))

    return _best_temperature(negative_log_likelihood)


def fit_softmax_temperature(logits: NDArray[np.float64], classes: NDArray[np.int64]) -> float:
    """The temperature > 0 that minimises the negative log-likelihood of class numbers (N,) given logits (N, K)."""

    def negative_log_likelihood(log_temperature: float) -> float:
        scores = log_softmax(logits / np.exp(log_temperature), axis=1)
        return -float(scores[np.arange(len(classes)), classes].mean())

    return _best_temperature(negative_log_likelihood)


def _best_temperature(negative_log_likelihood: Callable[[float], float]) -> float:
    from scipy.optimize import minimize_scalar  # slow to import, and a classification only calibrates

    fit = minimize_scalar(negative_log_likelihood, bounds=_LOG_TEMPERATURE_RANGE, method="bounded")
    return float(np.exp(fit.x))


def expected_calibration_error(
    probability: NDArray[np.float64], is_malignant: NDArray[np.bool_], n_bins: int = 10
) -> float:
    """Mean of |observed share - mean probability| over equal-width bins of [0, 1], weighted by their n.

    Source: Naeini et al., AAAI 2015, in its form for the malignant class.
    """
    curve = reliability_curve(probability, is_malignant, n_bins)
    return float(np.average(np.abs(curve.observed_share - curve.mean_probability), weights=curve.n))


def reliability_curve(
    probability: NDArray[np.float64], is_malignant: NDArray[np.bool_], n_bins: int = 10
) -> ReliabilityCurve:
    """Stated against observed, in equal-width bins of [0, 1]; empty bins are left out."""
    bins = bin_index(probability, n_bins)
    n = np.bincount(bins, minlength=n_bins)
    n_malignant = np.bincount(bins, weights=is_malignant, minlength=n_bins)
    total = np.bincount(bins, weights=probability, minlength=n_bins)
    kept = n > 0
    low, high = wilson_interval(n_malignant[kept], n[kept])
    return ReliabilityCurve(
        mean_probability=total[kept] / n[kept],
        observed_share=n_malignant[kept] / n[kept],
        low=low,
        high=high,
        n=n[kept].astype(np.int64),
    )


def bin_index(probability: NDArray[np.float64], n_bins: int) -> NDArray[np.int64]:
    """Which of `n_bins` equal-width bins [i/n, (i+1)/n) each probability lies in; 1.0 belongs to the last."""
    return np.minimum((np.asarray(probability) * n_bins).astype(np.int64), n_bins - 1)


def _require_both_classes(is_malignant: NDArray[np.bool_]) -> None:
    n_malignant = int(np.count_nonzero(is_malignant))
    if n_malignant in (0, len(is_malignant)):
        raise ValueError(f"expected both classes, got {n_malignant} malignant of {len(is_malignant)}")
