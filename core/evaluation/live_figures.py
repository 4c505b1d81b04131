"""How the network does on a practice's own confirmed cases."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.bootstrap import N_DRAWS, draw_weights, measure
from core.evaluation.calibration import ReliabilityCurve
from core.evaluation.calibration_steps import equal_mass_curve
from core.evaluation.equal_mass import equal_mass_error, ideal_error
from core.evaluation.figures import Figure
from core.evaluation.metrics import Labels, Values, brier_score
from core.evaluation.share import measure_share

MIN_CONFIRMED = 30  # below it an interval of a sensitivity spans most of 0 to 1, and is read as a figure all the same
_MAX_BINS = 15
_PER_BIN = 20  # a bin of fewer says nothing
VERIFICATION_BIAS = (
    "Only cases with a confirmed diagnosis count. Who is biopsied depends on how the lesion looks, and on what the "
    "network said: lesions that worried nobody are missing. Sensitivity usually comes out too high and specificity too "
    "low, by an amount that these cases cannot tell (verification bias)."
)


@dataclass(frozen=True, slots=True, eq=False)
class ConfirmedCases:
    """Confirmed cases (N,): stored probability, whether the stored band was "refer", whether it was "no AI concern",
    the newest confirmed label, and numbers that cases of one lesion share."""

    probability: Values
    is_referred: NDArray[np.bool_]
    is_no_concern: NDArray[np.bool_]
    is_malignant: Labels
    groups: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class LiveFigures:
    """Figures of the bands as they were stored with the cases; None where no case stands behind one.

    `missed_by_no_concern` is the share of malignant cases that got the band "no AI concern".
    """

    n: int
    n_malignant: int
    n_referred: int
    sensitivity: Figure | None
    specificity: Figure | None
    positive_predictive_value: Figure | None
    negative_predictive_value: Figure | None
    missed_by_no_concern: Figure | None
    ece: Figure
    ideal_ece: Figure
    brier: Figure
    reliability: ReliabilityCurve


def measure_live(cases: ConfirmedCases, n_draws: int = N_DRAWS) -> LiveFigures | None:
    """Every figure with its 95% interval, bootstrap by lesion; None for fewer than `MIN_CONFIRMED` cases.

    How many of a practice's lesions are malignant is chance too: draws are not stratified by class, which would hold
    that share fixed and make the intervals of both predictive values about half as wide as they should be.
    """
    n = len(cases.is_malignant)
    if n < MIN_CONFIRMED:
        return None
    weights = draw_weights(np.zeros(n, dtype=np.bool_), cases.groups, n_draws=n_draws)
    n_bins = max(2, min(_MAX_BINS, n // _PER_BIN))

    def share(hits: Labels, among: Labels) -> Figure | None:
        return measure_share(hits[among], weights[:, among], cases.groups[among]) if among.any() else None

    def statistic(w: Values) -> dict[str, Values]:
        scored = (cases.probability, cases.is_malignant)
        return {"ece": equal_mass_error(*scored, w, n_bins), "brier": brier_score(*scored, w)}

    scores = measure(statistic, weights)
    return LiveFigures(
        n=n,
        n_malignant=int(cases.is_malignant.sum()),
        n_referred=int(cases.is_referred.sum()),
        sensitivity=share(cases.is_referred, cases.is_malignant),
        specificity=share(~cases.is_referred, ~cases.is_malignant),
        positive_predictive_value=share(cases.is_malignant, cases.is_referred),
        negative_predictive_value=share(~cases.is_malignant, ~cases.is_referred),
        missed_by_no_concern=share(cases.is_no_concern, cases.is_malignant),
        ece=scores["ece"],
        ideal_ece=ideal_error(cases.probability, n_draws, n_bins),
        brier=scores["brier"],
        reliability=equal_mass_curve(cases.probability, cases.is_malignant, n_bins),
    )
