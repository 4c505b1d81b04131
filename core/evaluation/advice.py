"""What threshold would find 95% of the malignant lesions of this practice, from its own confirmed cases."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.at_threshold import measure_at
from core.evaluation.bootstrap import N_DRAWS, draw_weights
from core.evaluation.figures import Figure
from core.evaluation.metrics import Labels, Values
from core.evaluation.operating_points import REFER_SENSITIVITY, threshold_for_sensitivity

MIN_MALIGNANT = 100  # with fewer the 5% that may be missed is a handful of lesions, and the threshold that of one


@dataclass(frozen=True, slots=True)
class ThresholdAdvice:
    """The threshold with its bootstrap interval, and what it gives on the same cases, which chose it."""

    threshold: Figure
    sensitivity: Figure
    specificity: Figure | None
    n_malignant: int
    n_benign: int


def advise_threshold(
    probability: Values, is_malignant: Labels, groups: NDArray[np.int64], n_draws: int = N_DRAWS
) -> ThresholdAdvice | None:
    """The largest threshold that finds 95% of the malignant cases (N,); None for fewer than `MIN_MALIGNANT` of them.

    The threshold's interval is that of bootstrap draws by lesion, each of which chooses its own.
    """
    n_malignant = int(is_malignant.sum())
    if n_malignant < MIN_MALIGNANT:
        return None
    weights = draw_weights(is_malignant, groups, n_draws=n_draws)
    chosen = threshold_for_sensitivity(probability, is_malignant, REFER_SENSITIVITY)
    at = measure_at(probability, is_malignant, groups, chosen, weights)
    draws = _chosen_by_draws(probability[is_malignant], weights[:, is_malignant])
    n_benign = len(is_malignant) - n_malignant
    return ThresholdAdvice(
        threshold=Figure.from_draws(chosen, draws),
        sensitivity=at["sensitivity"],
        specificity=at["specificity"] if n_benign else None,
        n_malignant=n_malignant,
        n_benign=n_benign,
    )


def _chosen_by_draws(scores: Values, weights: NDArray[np.float32]) -> Values:
    """The threshold of each draw (R,): the score at which 95% of the drawn weight is reached from above."""
    order = np.argsort(-scores, kind="stable")
    reached = np.cumsum(weights[:, order], axis=1, dtype=np.float64)
    needed = np.ceil(REFER_SENSITIVITY * reached[:, -1:] - 1e-9)
    return np.asarray(scores[order][np.argmax(reached >= needed, axis=1)], dtype=np.float64)
