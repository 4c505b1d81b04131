"""Every figure of one list of scored images, all intervals from the same draws."""

from core.evaluation.at_threshold import measure_at
from core.evaluation.bootstrap import N_DRAWS, draw_weights, measure
from core.evaluation.metrics import ranking_statistic
from core.evaluation.predictions import Predictions
from core.evaluation.results import SetFigures, ThresholdFigures


def measure_set(predictions: Predictions, threshold: float, n_draws: int = N_DRAWS) -> SetFigures:
    """Every figure of one set at `threshold` and at 0.5, all intervals from the same draws."""
    probability, is_malignant = predictions.probability, predictions.is_malignant
    groups = predictions.groups
    weights = draw_weights(is_malignant, groups, n_draws=n_draws)

    def at(value: float) -> ThresholdFigures:
        return ThresholdFigures(value, measure_at(probability, is_malignant, groups, value, weights))

    return SetFigures(
        n=len(probability),
        n_malignant=int(is_malignant.sum()),
        at_operating_point=at(threshold),
        at_half=at(0.5),
        ranking=measure(ranking_statistic(probability, is_malignant), weights),
    )


def measure_threshold(predictions: Predictions, threshold: float, n_draws: int = N_DRAWS) -> ThresholdFigures:
    """Every figure of calling an image malignant at or above `threshold`."""
    weights = draw_weights(predictions.is_malignant, predictions.groups, n_draws=n_draws)
    scored = (predictions.probability, predictions.is_malignant, predictions.groups)
    return ThresholdFigures(threshold, measure_at(*scored, threshold, weights))
