"""The same figures group by group: where a network does worse, and where nobody knows."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.at_threshold import measure_at
from core.evaluation.bootstrap import N_DRAWS, draw_weights, measure
from core.evaluation.figures import Figure
from core.evaluation.metrics import roc_auc
from core.evaluation.predictions import Predictions, ScoredImage
from core.imaging.quality import MIN_SHARPNESS

SMALL_N = 30  # below it an interval is so wide that the figure says little; it is shown with a note
_MIN_OF_CLASS = 2  # a ROC-AUC of one image against others is no figure
_UNKNOWN = ""
_AGE_ENDS = (30, 50, 70)
NOT_ASSESSED = {
    "Skin type": "no image set at hand records it: how the network does on darker skin is not known",
    "Dermatoscope and clinic": "the images do not say which device or clinic they come from",
}


@dataclass(frozen=True, slots=True)
class Subgroup:
    """Images of one kind: `n`, and figures at the operating point; None where the images lack what a figure needs."""

    name: str
    n: int
    n_malignant: int
    sensitivity: Figure | None
    specificity: Figure | None
    roc_auc: Figure | None

    @property
    def is_small(self) -> bool:
        """Whether fewer than `SMALL_N` images stand behind it."""
        return self.n < SMALL_N

    @property
    def n_benign(self) -> int:
        """How many a specificity is of."""
        return self.n - self.n_malignant


@dataclass(frozen=True, slots=True)
class Division:
    """The set divided by one property; `n_unknown` images do not say. Without groups it was not assessed."""

    name: str
    groups: tuple[Subgroup, ...]
    n_unknown: int


def divide(predictions: Predictions, threshold: float, n_draws: int = N_DRAWS) -> tuple[Division, ...]:
    """Figures of every group of every division, at `threshold`, with bootstrap intervals by lesion."""
    return tuple(_divide(name, key, predictions, threshold, n_draws) for name, key in _KEYS.items())


def _divide(
    name: str, key: Callable[[ScoredImage], Sequence[str]], predictions: Predictions, threshold: float, n_draws: int
) -> Division:
    keys = [key(row) for row in predictions.rows]
    names = sorted({value for found in keys for value in found if value != _UNKNOWN})
    masks = {value: np.array([value in found for found in keys], dtype=np.bool_) for value in names}
    groups = tuple(_measure(value, mask, predictions, threshold, n_draws) for value, mask in masks.items())
    return Division(name, groups, sum(_UNKNOWN in found for found in keys))


def _measure(name: str, is_in: NDArray[np.bool_], predictions: Predictions, threshold: float, n_draws: int) -> Subgroup:
    part = Predictions(tuple(row for row, kept in zip(predictions.rows, is_in, strict=True) if kept))
    probability, is_malignant, groups = part.probability, part.is_malignant, part.groups
    weights = draw_weights(is_malignant, groups, n_draws=n_draws)
    at = measure_at(probability, is_malignant, groups, threshold, weights)
    n_malignant, n = int(is_malignant.sum()), len(is_malignant)
    is_ranked = min(n_malignant, n - n_malignant) >= _MIN_OF_CLASS
    ranking = measure(lambda w: {"roc_auc": roc_auc(probability, is_malignant, w)}, weights) if is_ranked else {}
    return Subgroup(
        name=name,
        n=n,
        n_malignant=n_malignant,
        sensitivity=at["sensitivity"] if n_malignant else None,
        specificity=at["specificity"] if n_malignant < n else None,
        roc_auc=ranking.get("roc_auc"),
    )


def _age_band(row: ScoredImage) -> list[str]:
    try:
        age = float(row.age_approx)
    except ValueError:
        return [_UNKNOWN]
    if not 0 <= age < math.inf:
        return [_UNKNOWN]
    low = max((end for end in _AGE_ENDS if age >= end), default=0)
    high = min((end for end in _AGE_ENDS if end > low), default=None)
    return [f"{low} years or more" if high is None else f"{low} to {high - 1} years"]


def _source(row: ScoredImage) -> list[str]:
    if row.is_ham10000 is None:
        return [_UNKNOWN]
    return ["HAM10000" if row.is_ham10000 else "other ISIC collections"]


def _repeat(row: ScoredImage) -> list[str]:
    if row.repeats_train is None:
        return [_UNKNOWN]
    return [f"lesion or near-duplicate {'also' if row.repeats_train else 'not'} in the train part"]


def _quality(row: ScoredImage) -> list[str]:
    if row.sharpness is None:
        return [_UNKNOWN]
    is_soft = row.sharpness < MIN_SHARPNESS
    return [f"sharpness {'below' if is_soft else 'at or above'} the quality note's {MIN_SHARPNESS:g} grey levels"]


def _artefacts(row: ScoredImage) -> list[str]:
    if row.artefacts is None:
        return [_UNKNOWN]
    return row.artefacts.split("; ") if row.artefacts else ["none found"]


_KEYS: Mapping[str, Callable[[ScoredImage], Sequence[str]]] = {
    "Age": _age_band,
    "Sex": lambda row: [row.sex],
    "Body site": lambda row: [row.anatom_site.replace("|", ", ")],
    "Diagnosis": lambda row: [row.diagnosis],
    "Source": _source,
    "In the train part": _repeat,
    "How confirmed": lambda row: [row.confirm_type],
    "Image quality": _quality,
    "Artefact": _artefacts,
}
