"""Which images an epoch shows: malignant and benign ones alike often, rare kinds of lesion oftener than their share."""

import numpy as np
import torch
from numpy.typing import NDArray

from core.training.objective import Targets


def sampling_weights(targets: Targets) -> NDArray[np.float64]:
    """Probabilities (N,) that sum to 1: half for each class, and within it by the root of each kind's number.

    A kind is a diagnosis, or "malignant, not known further". The root is between drawing kinds equally, which repeats
    the rare ones too often, and drawing images equally, which hardly shows them.
    """
    malignant = targets.is_malignant.numpy() == 1
    kinds = torch.stack([targets.is_malignant.long(), targets.diagnosis], dim=1).numpy()
    _, kind, counts = np.unique(kinds, axis=0, return_inverse=True, return_counts=True)
    weights = 1.0 / np.sqrt(counts[kind.ravel()])
    for label in (False, True):
        of_class = malignant == label
        weights[of_class] *= 0.5 / max(float(weights[of_class].sum()), 1e-12)
    return np.asarray(weights / weights.sum(), dtype=np.float64)
