"""What a score meant on the test set: how many of the lesions scored like this one were malignant."""

from dataclasses import dataclass

import numpy as np

from core.evaluation.figures import Figure
from core.evaluation.metrics import Labels, Values
from core.evaluation.wilson import wilson_interval

N_NEAREST = 100


@dataclass(frozen=True, slots=True)
class ScoredLikeThis:
    """The malignant share, with its Wilson interval, of the `n` test images scored from `lowest` to `highest`."""

    share: Figure
    n: int
    n_malignant: int
    lowest: float
    highest: float


def scored_like(
    probability: float, test_probability: Values, test_is_malignant: Labels, k: int = N_NEAREST
) -> ScoredLikeThis:
    """Among the k test images nearest in probability (more where several are equally far, fewer in a small set).

    A number of neighbours, not a width: scores pile up at both ends, so that +-0.05 holds hundreds of images there and
    a handful in the middle, where a clinician most needs the figure. `lowest` and `highest` say how far they reach.
    Raises ValueError where there is no test image.
    """
    if not len(test_probability):
        raise ValueError("expected at least one test image, got none")
    distance = np.abs(test_probability - probability)
    reach = np.partition(distance, min(k, len(distance)) - 1)[min(k, len(distance)) - 1]
    near = distance <= reach
    n, n_malignant = int(near.sum()), int(test_is_malignant[near].sum())
    low, high = wilson_interval(n_malignant, n)
    return ScoredLikeThis(
        share=Figure(n_malignant / n, float(low), float(high)),
        n=n,
        n_malignant=n_malignant,
        lowest=float(test_probability[near].min()),
        highest=float(test_probability[near].max()),
    )
