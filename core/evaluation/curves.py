"""Curves with their interval bands, and the counts behind a threshold."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.evaluation.bootstrap import apply_to_draws
from core.evaluation.metrics import Labels, Values, all_once, cumulative_counts, ratio, weighted_counts

_GRID_POINTS = 201  # steps of 0.5%: finer than one image of the test set's 300 or 360


@dataclass(frozen=True, slots=True, eq=False)
class BandedCurve:
    """A curve over a fixed grid `x` in [0, 1], with the ends of its pointwise 95% interval; all arrays (G,)."""

    x: Values
    value: Values
    low: Values
    high: Values


@dataclass(frozen=True, slots=True)
class ConfusionCounts:
    """How many images fell where at `threshold`; positive means called malignant."""

    threshold: float
    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int

    @property
    def n(self) -> int:
        """All images."""
        return self.true_positive + self.false_positive + self.true_negative + self.false_negative


@dataclass(frozen=True, slots=True, eq=False)
class ScoreHistogram:
    """Images per bin of the probability, by class: `edges` (B + 1,), counts (B,)."""

    edges: Values
    benign: NDArray[np.int64]
    malignant: NDArray[np.int64]


def roc_curve(probability: Values, is_malignant: Labels, weights: NDArray[np.float32]) -> BandedCurve:
    """Over 1 - specificity: the highest sensitivity at that false-positive rate or a lower one (a step, no chord)."""
    return _banded(partial(_sensitivity_on_grid, probability, is_malignant), weights)


def precision_recall_curve(probability: Values, is_malignant: Labels, weights: NDArray[np.float32]) -> BandedCurve:
    """Over recall: the precision at the highest threshold that reaches that recall, not interpolated."""
    return _banded(partial(_precision_on_grid, probability, is_malignant), weights)


def confusion_at(probability: Values, is_malignant: Labels, threshold: float) -> ConfusionCounts:
    """Counts of `probability >= threshold` against the labels."""
    cells = weighted_counts(probability, is_malignant, threshold)
    return ConfusionCounts(threshold, *(int(cell[0]) for cell in cells))


def score_histogram(probability: Values, is_malignant: Labels, n_bins: int = 20) -> ScoreHistogram:
    """Counts in equal-width bins of [0, 1] for each class; 1.0 belongs to the last bin."""
    edges = np.linspace(0, 1, n_bins + 1)
    benign, malignant = (np.histogram(probability[is_malignant == label], bins=edges)[0] for label in (False, True))
    return ScoreHistogram(edges=edges, benign=benign, malignant=malignant)


def _banded(on_grid: partial[dict[str, Values]], weights: NDArray[np.float32]) -> BandedCurve:
    value = on_grid(all_once(weights.shape[1]))["y"][0]
    low, high = np.percentile(apply_to_draws(on_grid, weights)["y"], (2.5, 97.5), axis=0)
    return BandedCurve(x=_grid(), value=value, low=np.minimum(low, value), high=np.maximum(high, value))


def _sensitivity_on_grid(probability: Values, is_malignant: Labels, weights: Values) -> dict[str, Values]:
    tp, fp = cumulative_counts(probability, is_malignant, weights)
    sensitivity, false_positive_rate = ratio(tp, tp[:, -1:]), ratio(fp, fp[:, -1:])
    grid = _grid() + 1e-12  # so that a rate of 0.30000000000000004 counts as 0.3
    rows = [
        y[np.searchsorted(x, grid, side="right") - 1] for x, y in zip(false_positive_rate, sensitivity, strict=True)
    ]
    return {"y": np.stack(rows)}


def _precision_on_grid(probability: Values, is_malignant: Labels, weights: Values) -> dict[str, Values]:
    tp, fp = cumulative_counts(probability, is_malignant, weights)
    recall, precision = ratio(tp, tp[:, -1:]), ratio(tp, tp + fp)
    first = np.argmax(tp + fp > 0, axis=1)  # before anything is called, precision is that of the first call
    grid = _grid() - 1e-12
    rows = [y[np.maximum(np.searchsorted(x, grid), i)] for x, y, i in zip(recall, precision, first, strict=True)]
    return {"y": np.stack(rows)}


def _grid() -> Values:
    return np.linspace(0, 1, _GRID_POINTS)
