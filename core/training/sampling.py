"""Which images an epoch shows: malignant and benign ones alike often, rare kinds of lesion oftener than their share."""

import numpy as np
import torch
from numpy.typing import NDArray

from core.training.objective import UNKNOWN, Targets


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


def differential_shares(targets: Targets, n_diagnoses: int, *, is_drawn: bool) -> list[float]:
    """The share (K,) that each diagnosis has among what the differential learns from, in its order.

    `targets` are of the training part; images of an unknown diagnosis teach it nothing. `is_drawn` where epochs are
    drawn by `sampling_weights`, otherwise each image counts once. All 0 where no diagnosis is known.
    """
    diagnosis = targets.diagnosis.numpy()
    known = diagnosis != UNKNOWN
    weights = sampling_weights(targets) if is_drawn else np.ones(len(diagnosis))
    shown = np.bincount(diagnosis[known], weights[known], minlength=n_diagnoses)
    return [float(share) for share in shown / max(float(shown.sum()), 1e-12)]
