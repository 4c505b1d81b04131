"""Why a result is uncertain: near a threshold, unsteady under small changes, or unlike what training saw."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from scipy.special import logit

from core.domain import Prediction
from core.evaluation.reference import EMBEDDING, embedding_distance, references_of
from core.explanations.influence import Influence

_NEAR_LOGITS: Final = 0.5  # three quarters of mild changes of 70 training pictures moved two networks by 0.3 and 0.6
_FAR_QUANTILE: Final = 0.99  # as rare as that among validation images
_LEAST: Final = 1e-6


class Doubt(StrEnum):
    """A kind of uncertainty."""

    NEAR_THRESHOLD = "near a threshold"
    UNSTEADY = "unsteady"
    UNLIKE_TRAINING = "unlike the training images"


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """What is doubtful about one result.

    `nearest_threshold` is the nearer one and `logits_to_it` how far the score lies from it; `distance` is the
    embedding's from the reference's centre and `far_from` the distance from which it counts as far, both None where
    the network has no reference of them; `unsteady_under` is None where steadiness was not measured.
    """

    nearest_threshold: float
    logits_to_it: float
    distance: float | None
    far_from: float | None
    unsteady_under: tuple[str, ...] | None = None

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """All that applies."""
        applies = {
            Doubt.NEAR_THRESHOLD: self.logits_to_it <= _NEAR_LOGITS,
            Doubt.UNSTEADY: bool(self.unsteady_under),
            Doubt.UNLIKE_TRAINING: self.distance is not None
            and self.far_from is not None
            and self.distance > self.far_from,
        }
        return tuple(doubt for doubt, is_so in applies.items() if is_so)


def explain_uncertainty(
    prediction: Prediction, reference: dict[str, Any] | None, influence: Influence | None = None
) -> Uncertainty:
    """What is doubtful about a stored or new prediction; `reference` is the content of the network's reference.json."""
    thresholds = np.array([prediction.operating_threshold, prediction.no_concern_threshold])
    apart = np.abs(_logits(thresholds) - _logits(np.array(prediction.malignant_probability)))
    distance, far_from = _distance(prediction, reference)
    return Uncertainty(
        nearest_threshold=float(thresholds[apart.argmin()]),
        logits_to_it=float(apart.min()),
        distance=distance,
        far_from=far_from,
        unsteady_under=None if influence is None else influence.depends_on,
    )


def _distance(prediction: Prediction, reference: dict[str, Any] | None) -> tuple[float | None, float | None]:
    known = references_of(reference).get(EMBEDDING) if reference else None
    if reference is None or known is None:
        return None, None
    mean, deviation = (np.array(reference[name], dtype=np.float64) for name in ("embedding_mean", "embedding_std"))
    if mean.shape != prediction.embedding.shape:
        return None, None
    own = embedding_distance(prediction.embedding[None], mean, deviation)[0]
    return float(own), float(np.interp(_FAR_QUANTILE, known.quantiles, known.values))


def _logits(probability: Any) -> Any:  # noqa: ANN401  (a number or an array)
    return logit(np.clip(probability, _LEAST, 1 - _LEAST))
