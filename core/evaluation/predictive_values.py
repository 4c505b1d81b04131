"""What a call means where the disease is rarer, or commoner, than in the test set."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.at_threshold import measure_at
from core.evaluation.bootstrap import measure
from core.evaluation.figures import Figure
from core.evaluation.metrics import Labels, Values, ratio, threshold_metrics


@dataclass(frozen=True, slots=True)
class PredictiveValues:
    """At a prevalence: the share of malignant among the called (`positive`), of benign among the rest (`negative`)."""

    prevalence: float
    positive: Figure
    negative: Figure


def from_sensitivity(sensitivity: Values, specificity: Values, prevalence: float) -> tuple[Values, Values]:
    """Positive and negative predictive value by Bayes' rule; NaN where nothing would be called.

    Raises ValueError where the prevalence is not in [0, 1].
    """
    if not 0.0 <= prevalence <= 1.0:
        raise ValueError(f"expected a prevalence in [0, 1], got {prevalence}")
    true_positive, false_positive = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
    true_negative, false_negative = specificity * (1 - prevalence), (1 - sensitivity) * prevalence
    positive = ratio(true_positive, true_positive + false_positive)
    return positive, ratio(true_negative, true_negative + false_negative)


def predictive_values(
    probability: Values,
    is_malignant: Labels,
    groups: NDArray[np.int64],
    threshold: float,
    prevalence: float,
    weights: NDArray[np.float32],
) -> PredictiveValues:
    """Both values at a prevalence in [0, 1]; the intervals hold sensitivity's and specificity's, from draws (R, N).

    The prevalence counts as known, so that draws within each class are the right ones, and the test set's cases count
    as being like the practice's. A value of exactly 0 or 1
    takes its interval from the ends of those of sensitivity and specificity. Raises ValueError for a prevalence that
    is none.
    """

    def statistic(w: Values) -> dict[str, Values]:
        at = threshold_metrics(probability, is_malignant, threshold, w)
        positive, negative = from_sensitivity(at["sensitivity"], at["specificity"], prevalence)
        return {"positive": positive, "negative": negative}

    figures = measure(statistic, weights)
    at = measure_at(probability, is_malignant, groups, threshold, weights)
    lowest = from_sensitivity(np.array(at["sensitivity"].low), np.array(at["specificity"].low), prevalence)
    highest = from_sensitivity(np.array(at["sensitivity"].high), np.array(at["specificity"].high), prevalence)
    positive, negative = (
        _widen(figures[name], float(low), float(high))
        for name, low, high in zip(("positive", "negative"), lowest, highest, strict=True)
    )
    return PredictiveValues(prevalence, positive, negative)


def _widen(figure: Figure, low: float, high: float) -> Figure:
    if figure.value not in (0.0, 1.0):
        return figure
    return Figure(figure.value, min(low, figure.value), max(high, figure.value))
