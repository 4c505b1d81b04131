"""How good scores are, for one weighting of the images or for many at once.

Each function takes probability (N,), is_malignant (N,) and, as `weights`, how often each image counts: float (R, N),
one row per bootstrap draw; None counts each image once. It returns (R,) values. A ratio of nothing to nothing is NaN.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.evaluation.calibration import bin_index

Values = NDArray[np.float64]
Labels = NDArray[np.bool_]
Statistic = Callable[[Values], dict[str, Values]]

THRESHOLD_METRICS = ("accuracy", "sensitivity", "specificity", "precision", "recall", "f1")
RANKING_METRICS = ("roc_auc", "average_precision", "brier", "ece")


def threshold_statistic(probability: Values, is_malignant: Labels, threshold: float) -> Statistic:
    """What bootstrap draws of the metrics at one threshold need: weights (R, N) to values (R,) by name."""
    return partial(threshold_metrics, probability, is_malignant, threshold)


def ranking_statistic(probability: Values, is_malignant: Labels) -> Statistic:
    """What bootstrap draws of the metrics without a threshold need: weights (R, N) to values (R,) by name."""
    return partial(ranking_metrics, probability, is_malignant)


def threshold_metrics(
    probability: Values, is_malignant: Labels, threshold: float, weights: Values | None = None
) -> dict[str, Values]:
    """Accuracy, sensitivity, specificity, precision, recall and F1 of `probability >= threshold`."""
    tp, fp, tn, fn = weighted_counts(probability, is_malignant, threshold, weights)
    sensitivity = ratio(tp, tp + fn)
    return {
        "accuracy": ratio(tp + tn, tp + fp + tn + fn),
        "sensitivity": sensitivity,
        "specificity": ratio(tn, tn + fp),
        "precision": ratio(tp, tp + fp),
        "recall": sensitivity,
        "f1": ratio(2 * tp, 2 * tp + fp + fn),
    }


def ranking_metrics(probability: Values, is_malignant: Labels, weights: Values | None = None) -> dict[str, Values]:
    """ROC-AUC, average precision, Brier score and ECE (ten equal-width bins)."""
    tp, fp = cumulative_counts(probability, is_malignant, weights)
    return {
        "roc_auc": _area(tp, fp),
        "average_precision": _average_precision(tp, fp),
        "brier": brier_score(probability, is_malignant, weights),
        "ece": calibration_error(probability, is_malignant, weights),
    }


def roc_auc(probability: Values, is_malignant: Labels, weights: Values | None = None) -> Values:
    """Area under the ROC curve alone, of any score."""
    return _area(*cumulative_counts(probability, is_malignant, weights))


def weighted_counts(
    probability: Values, is_malignant: Labels, threshold: float, weights: Values | None = None
) -> tuple[Values, Values, Values, Values]:
    """Weights of true positives, false positives, true negatives and false negatives, each (R,)."""
    w = all_once(len(probability)) if weights is None else weights
    called = probability >= threshold
    cells = np.stack([called & is_malignant, called & ~is_malignant, ~called & ~is_malignant, ~called & is_malignant])
    tp, fp, tn, fn = (w @ cells.T.astype(w.dtype)).T
    return tp, fp, tn, fn


def cumulative_counts(
    probability: Values, is_malignant: Labels, weights: Values | None = None
) -> tuple[Values, Values]:
    """True and false positives (R, G + 1) as the threshold falls through the G distinct scores; both start at 0."""
    w = all_once(len(probability)) if weights is None else weights
    order = np.argsort(-probability, kind="stable")
    is_last_of_tie = np.append(np.diff(probability[order]) != 0, True)
    in_order = w[:, order]
    tp = np.cumsum(in_order * is_malignant[order], axis=1, dtype=np.float64)[:, is_last_of_tie]
    fp = np.cumsum(in_order * ~is_malignant[order], axis=1, dtype=np.float64)[:, is_last_of_tie]
    return np.pad(tp, ((0, 0), (1, 0))), np.pad(fp, ((0, 0), (1, 0)))


def brier_score(probability: Values, is_malignant: Labels, weights: Values | None = None) -> Values:
    """Weighted mean of (probability - label)². Source: Brier 1950, in its form for one class."""
    w = all_once(len(probability)) if weights is None else weights
    return ratio(w @ (probability - is_malignant) ** 2, w.sum(axis=1))


def calibration_error(
    probability: Values, is_malignant: Labels, weights: Values | None = None, n_bins: int = 10
) -> Values:
    """ECE over equal-width bins: the sum over bins of |weight x (label - probability)|, per total weight."""
    w = all_once(len(probability)) if weights is None else weights
    in_bin = np.eye(n_bins)[bin_index(probability, n_bins)]  # (N, bins)
    gaps = w @ (in_bin * (is_malignant - probability)[:, None])
    return ratio(np.abs(gaps).sum(axis=1), w.sum(axis=1))


def ratio(part: Values, whole: Values) -> Values:
    """part / whole as float64, broadcast, NaN where the whole is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole == 0, np.nan, np.asarray(part, dtype=np.float64) / whole)


def all_once(n: int) -> Values:
    """Weights (1, n) that count each image once."""
    return np.ones((1, n))


def _area(tp: Values, fp: Values) -> Values:
    area = (np.diff(fp, axis=1) * (tp[:, 1:] + tp[:, :-1]) / 2).sum(axis=1)  # the trapezium halves ties
    return ratio(area, tp[:, -1] * fp[:, -1])


def _average_precision(tp: Values, fp: Values) -> Values:
    precision = np.nan_to_num(ratio(tp[:, 1:], tp[:, 1:] + fp[:, 1:]))
    return ratio((np.diff(tp, axis=1) * precision).sum(axis=1), tp[:, -1])
