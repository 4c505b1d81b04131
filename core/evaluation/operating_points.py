"""The two thresholds that cut the calibrated probability into bands."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.taxonomy import Band

REFER_SENSITIVITY = 0.95
NO_CONCERN_SENSITIVITY = 0.99
_ROUNDING = 1e-9  # 0.95 * 300 is 285.0 in the reader's head, 284.99999999999994 in binary


@dataclass(frozen=True, slots=True)
class OperatingPoints:
    """`refer` at or above it, `no_concern` below it, `indeterminate` between; refer >= no_concern."""

    refer: float
    no_concern: float

    def __post_init__(self) -> None:
        if not self.no_concern <= self.refer:
            raise ValueError(f"expected no_concern <= refer, got {self.no_concern} and {self.refer}")

    @property
    def is_indeterminate_empty(self) -> bool:
        """Whether the two points coincide, so that no probability is indeterminate."""
        return self.no_concern == self.refer


def threshold_for_sensitivity(
    probability: NDArray[np.float64], is_malignant: NDArray[np.bool_], sensitivity: float
) -> float:
    """The largest threshold t at which `probability >= t` finds at least that share of the malignant images.

    Raises ValueError where no image is malignant, or the sensitivity is not in (0, 1].
    """
    scores = np.sort(np.asarray(probability, dtype=np.float64)[np.asarray(is_malignant, dtype=np.bool_)])[::-1]
    if not 0.0 < sensitivity <= 1.0:
        raise ValueError(f"expected a sensitivity in (0, 1], got {sensitivity}")
    if not len(scores):
        raise ValueError("expected at least one malignant image, got none")
    n_needed = max(math.ceil(sensitivity * len(scores) - _ROUNDING), 1)
    return float(scores[n_needed - 1])


def threshold_for_accuracy(
    probability: NDArray[np.float64], is_malignant: NDArray[np.bool_], *, n_draws: int = 500, seed: int = 7
) -> float:
    """The threshold with the highest accuracy, as the mean over bootstrap draws of each draw's best one.

    The best threshold of a few hundred images jumps with a single one of them; the mean (bagging, Breiman 1996) does
    not. Equal scores cannot be told apart, so none is cut within them; the highest cut lies above all scores.
    """
    order = np.argsort(probability)
    scores, labels = np.asarray(probability)[order], np.asarray(is_malignant)[order]
    starts = np.flatnonzero(np.diff(scores, prepend=-np.inf))  # of each of the K distinct scores
    between = (scores[starts[1:]] + scores[starts[1:] - 1]) / 2
    cuts = np.concatenate([[scores[0]], between, [np.nextafter(scores[-1], np.inf)]])  # (K + 1,), ascending
    n_below = np.append(starts, len(scores))
    counts = np.random.default_rng(seed).multinomial(len(scores), np.full(len(scores), 1 / len(scores)), size=n_draws)
    benign_below = np.cumsum(np.pad(counts * ~labels, ((0, 0), (1, 0))), axis=1)  # (R, N + 1)
    malignant_above = (counts * labels).sum(axis=1)[:, None] - np.cumsum(
        np.pad(counts * labels, ((0, 0), (1, 0))), axis=1
    )
    best = cuts[np.argmax((benign_below + malignant_above)[:, n_below], axis=1)]
    return float(best.min() + (best - best.min()).mean())  # equal ones give that very one, without rounding


def choose_operating_points(
    probability: NDArray[np.float64],
    is_malignant: NDArray[np.bool_],
    *,
    refer_sensitivity: float = REFER_SENSITIVITY,
    no_concern_sensitivity: float = NO_CONCERN_SENSITIVITY,
) -> OperatingPoints:
    """Both thresholds for the wanted sensitivities, on data that is neither trained nor tested on.

    They are those of split conformal prediction for the malignant class alone: a malignant lesion that is drawn like
    the N of validation lies below a threshold with probability 1 - sensitivity at most, whatever the network (Vovk,
    "Conditional validity of inductive conformal predictors", ACML 2012). That takes ceil((N + 1) x sensitivity) of the
    N instead of ceil(N x sensitivity); where N is too small for it, all N.

    Raises ValueError where no image is malignant, or no_concern_sensitivity < refer_sensitivity.
    """
    if no_concern_sensitivity < refer_sensitivity:
        raise ValueError(f"expected no_concern_sensitivity >= {refer_sensitivity}, got {no_concern_sensitivity}")
    n = int(np.count_nonzero(is_malignant))
    return OperatingPoints(
        refer=threshold_for_sensitivity(probability, is_malignant, _conformal(refer_sensitivity, n)),
        no_concern=threshold_for_sensitivity(probability, is_malignant, _conformal(no_concern_sensitivity, n)),
    )


def _conformal(sensitivity: float, n: int) -> float:
    """The share of `n` calibration scores that a sensitivity on the next one takes."""
    return min(1.0, math.ceil(sensitivity * (n + 1) - _ROUNDING) / max(n, 1))


def band_of(probability: float, points: OperatingPoints) -> Band:
    """The band that a calibrated probability falls into; a probability on a threshold belongs to the higher band."""
    if probability >= points.refer:
        return Band.REFER
    if probability >= points.no_concern:
        return Band.INDETERMINATE
    return Band.NO_CONCERN
