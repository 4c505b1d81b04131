"""Probabilities that were learnt at one malignant share, stated for a set with another."""

import numpy as np

from core.evaluation.metrics import Values


def correct_prior(probability: Values, *, assumed_share: float, set_share: float) -> Values:
    """p' = p a / (p a + (1 - p) b) with a = set_share / assumed_share, b = (1 - set_share) / (1 - assumed_share).

    It uses nothing of the set but its malignant share, and holds where only that share differs, not the look of the
    lesions in each class. Raises ValueError where a share is not inside (0, 1). Source: Saerens, Latinne &
    Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities", Neural Computation 2002,
    equation 2.4.
    """
    for share in (assumed_share, set_share):
        if not 0.0 < share < 1.0:
            raise ValueError(f"expected a malignant share inside (0, 1), got {share}")
    malignant = probability * (set_share / assumed_share)
    benign = (1 - probability) * ((1 - set_share) / (1 - assumed_share))
    return np.asarray(malignant / (malignant + benign), dtype=np.float64)
