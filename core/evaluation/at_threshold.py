"""Figures at one threshold, with an interval that stays honest where a share is exactly 0 or 1."""

import numpy as np
from numpy.typing import NDArray

from core.evaluation.bootstrap import measure
from core.evaluation.figures import Figure
from core.evaluation.metrics import Labels, Values, threshold_statistic
from core.evaluation.share import wilson_figure


def measure_at(
    probability: Values,
    is_malignant: Labels,
    groups: NDArray[np.int64],
    threshold: float,
    weights: NDArray[np.float32],
) -> dict[str, Figure]:
    """Every metric of `probability >= threshold`, with intervals over bootstrap draws (R, N).

    With draws that are stratified by class, precision, accuracy and F1 are of a set with exactly this malignant share,
    as one that somebody put together has; where the share is chance, as in a practice, draw without strata.

    Where no image, or every one, counts as a hit, all draws agree and "100% (100–100%)" would claim certainty for 12
    of 12 as for 300 of 300; such a share gets its Wilson interval over lesions instead.
    """
    figures = measure(threshold_statistic(probability, is_malignant, threshold), weights)
    called = probability >= threshold
    counted = {
        "accuracy": np.ones_like(called),
        "sensitivity": is_malignant,
        "specificity": ~is_malignant,
        "precision": called,
        "recall": is_malignant,
    }
    return figures | {
        name: wilson_figure(figures[name].value, len(np.unique(groups[mask])))
        for name, mask in counted.items()
        if figures[name].value in (0.0, 1.0)
    }
