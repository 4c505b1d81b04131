"""What calibration did: the same scores before the temperature, after it, and corrected to the set's own prior."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.bootstrap import measure
from core.evaluation.calibration import ReliabilityCurve, calibrate
from core.evaluation.equal_mass import N_BINS, equal_mass_bins, equal_mass_error, ideal_error
from core.evaluation.figures import Figure
from core.evaluation.metrics import Labels, Values, brier_score
from core.evaluation.prior_shift import correct_prior
from core.evaluation.wilson import wilson_interval

_SAME_SHARE = 0.005  # closer than that the correction changes nothing that is shown


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationStep:
    """One stage of the probabilities: ECE over 15 equal-mass bins beside what perfect calibration would show."""

    name: str
    ece: Figure
    ideal_ece: Figure
    brier: Figure
    curve: ReliabilityCurve


def calibration_steps(
    logits: Values,
    temperature: float,
    is_malignant: Labels,
    weights: NDArray[np.float32],
    assumed_share: float | None,
) -> tuple[CalibrationStep, ...]:
    """The stages of logits (N,) with intervals over draws (R, N); the last only where a share other than the set's
    is assumed and the set holds both classes. It uses the set's malignant share and nothing else of its labels."""
    as_served = calibrate(logits, temperature)
    stages = {"before: no temperature": calibrate(logits, 1.0), f"as served: temperature {temperature:.2f}": as_served}
    share = float(is_malignant.mean())
    if assumed_share is not None and 0.0 < share < 1.0 and abs(share - assumed_share) >= _SAME_SHARE:
        corrected = correct_prior(as_served, assumed_share=assumed_share, set_share=share)
        stages[f"corrected from {assumed_share:.0%} to this set's {share:.0%} malignant"] = corrected
    return tuple(_measure(name, probability, is_malignant, weights) for name, probability in stages.items())


def equal_mass_curve(probability: Values, is_malignant: Labels, n_bins: int = N_BINS) -> ReliabilityCurve:
    """Stated against observed in equally large bins, with Wilson intervals."""
    bins = equal_mass_bins(probability, n_bins)
    n = np.bincount(bins, minlength=n_bins)
    kept = n > 0
    hits = np.bincount(bins, weights=is_malignant, minlength=n_bins)[kept]
    total = np.bincount(bins, weights=probability, minlength=n_bins)[kept]
    low, high = wilson_interval(hits, n[kept])
    return ReliabilityCurve(total / n[kept], hits / n[kept], low, high, n[kept].astype(np.int64))


def _measure(name: str, probability: Values, is_malignant: Labels, weights: NDArray[np.float32]) -> CalibrationStep:
    def statistic(w: Values) -> dict[str, Values]:
        return {
            "ece": equal_mass_error(probability, is_malignant, w),
            "brier": brier_score(probability, is_malignant, w),
        }

    figures = measure(statistic, weights)
    curve = equal_mass_curve(probability, is_malignant)
    return CalibrationStep(name, figures["ece"], ideal_error(probability), figures["brier"], curve)
