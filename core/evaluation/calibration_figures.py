"""Calibration error over equal-mass bins, beside what chance would show, as scored and corrected for the prior."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.classifier.card import ModelCard
from core.evaluation.bootstrap import measure
from core.evaluation.equal_mass import equal_mass_error, ideal_error
from core.evaluation.figures import Figure
from core.evaluation.metrics import Labels, Values
from core.evaluation.prior_shift import correct_prior


@dataclass(frozen=True, slots=True)
class PriorShift:
    """The same figures of probabilities corrected from the malignant share that the network's own assume."""

    assumed_share: float
    set_share: float
    ece_15: Figure
    ideal_ece_15: Figure


@dataclass(frozen=True, slots=True)
class CalibrationFigures:
    """`ece_15` as scored; `ideal_ece_15` is what a perfectly calibrated network with the same scores would show."""

    ece_15: Figure
    ideal_ece_15: Figure
    prior_shift: PriorShift | None = None


def calibration_stages_of(found: CalibrationFigures) -> tuple[tuple[str, Figure, Figure], ...]:
    """Each stage by name, with its error and the one that perfect calibration would show."""
    stages = [("as served", found.ece_15, found.ideal_ece_15)]
    if shift := found.prior_shift:
        name = f"corrected from {shift.assumed_share:.0%} to this set's {shift.set_share:.0%} malignant"
        stages.append((name, shift.ece_15, shift.ideal_ece_15))
    return tuple(stages)


def measure_calibration(
    probability: Values, is_malignant: Labels, weights: NDArray[np.float32], assumed_share: float | None
) -> CalibrationFigures:
    """Figures of probabilities (N,) with intervals over draws (R, N).

    The correction is left out where no assumed share is known, or the set holds one class alone; of the set's labels
    it uses the malignant share and nothing else.
    """
    set_share = float(is_malignant.mean())
    as_scored = CalibrationFigures(_ece(probability, is_malignant, weights), ideal_error(probability))
    if assumed_share is None or not 0.0 < set_share < 1.0:
        return as_scored
    corrected = correct_prior(probability, assumed_share=assumed_share, set_share=set_share)
    shift = PriorShift(assumed_share, set_share, _ece(corrected, is_malignant, weights), ideal_error(corrected))
    return CalibrationFigures(as_scored.ece_15, as_scored.ideal_ece_15, shift)


def assumed_malignant_share(card: ModelCard) -> float | None:
    """The malignant share that a network's probabilities assume: that of the validation images on which they were
    calibrated, `facts["malignant_share"]` or counted from `facts["training_data"]`; None where the card says
    neither."""
    stated = card.facts.get("malignant_share")
    counted = card.facts.get("training_data", {}).get("validation", {})
    if stated is None and not counted.get("n"):
        return None
    share = float(stated) if stated is not None else counted["malignant"] / counted["n"]
    return share if 0.0 < share < 1.0 else None


def _ece(probability: Values, is_malignant: Labels, weights: NDArray[np.float32]) -> Figure:
    def statistic(w: Values) -> dict[str, Values]:
        return {"ece": equal_mass_error(probability, is_malignant, w)}

    return measure(statistic, weights)["ece"]
