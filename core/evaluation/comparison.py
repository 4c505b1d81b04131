"""Two networks on the same images: how much better one is, with the interval of the difference.

Networks that score the same images err together, so the difference is far better known than two separate intervals
suggest; each bootstrap draw measures both.
"""

from dataclasses import dataclass

from core.evaluation.bootstrap import N_DRAWS, draw_weights, measure
from core.evaluation.figures import Figure
from core.evaluation.metrics import Values, ranking_metrics, threshold_metrics
from core.evaluation.predictions import Predictions


@dataclass(frozen=True, slots=True)
class ScoredBy:
    """What one network made of a set of images, and the threshold at which it calls."""

    predictions: Predictions
    threshold: float


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """First network minus second on `n` images, each at its own threshold; shares, not per cent."""

    n: int
    roc_auc: Figure
    sensitivity: Figure
    specificity: Figure


def compare_networks(first: ScoredBy, second: ScoredBy, n_draws: int = N_DRAWS) -> PairedDifference | None:
    """The paired difference, or None where the two did not score the same images with the same labels."""
    other = {(row.file, row.malignant): row for row in second.predictions.rows}
    keys = [(row.file, row.malignant) for row in first.predictions.rows]
    if not keys or set(keys) != set(other) or len(keys) != len(second.predictions.rows):
        return None
    aligned = ScoredBy(Predictions(tuple(other[key] for key in keys)), second.threshold)
    weights = draw_weights(first.predictions.is_malignant, first.predictions.groups, n_draws=n_draws)

    def statistic(w: Values) -> dict[str, Values]:
        ours, theirs = _figures(first, w), _figures(aligned, w)
        return {name: value - theirs[name] for name, value in ours.items()}

    return PairedDifference(n=len(keys), **measure(statistic, weights))


def _figures(scored: ScoredBy, weights: Values) -> dict[str, Values]:
    probability, is_malignant = scored.predictions.probability, scored.predictions.is_malignant
    at = threshold_metrics(probability, is_malignant, scored.threshold, weights)
    ranking = ranking_metrics(probability, is_malignant, weights)
    return {"roc_auc": ranking["roc_auc"], "sensitivity": at["sensitivity"], "specificity": at["specificity"]}
