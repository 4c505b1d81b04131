"""Decision curves: what following the network is worth, in true positives per lesion, whatever a miss is worth.

Net benefit at a risk threshold t is sensitivity x prevalence - (1 - specificity) x (1 - prevalence) x t / (1 - t):
whoever would send a lesion for biopsy at a risk of t holds one missed malignant lesion to be as bad as (1 - t) / t
needless biopsies. Source: Vickers & Elkin, "Decision curve analysis", Medical Decision Making 2006.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.bootstrap import apply_to_draws
from core.evaluation.curves import BandedCurve
from core.evaluation.metrics import Labels, Values, all_once, ratio, threshold_metrics
from core.evaluation.prior_shift import correct_prior

RISKS: Values = np.round(
    np.arange(0.01, 0.505, 0.01), 2
)  # past 50% nobody waits: a miss would weigh less than a biopsy


@dataclass(frozen=True, slots=True, eq=False)
class DecisionCurve:
    """Net benefit over `risks` (T,) at a `prevalence`, per lesion seen.

    `by_risk` sends whoever has a risk of t or more, once probabilities are corrected to the prevalence (None where the
    share that they assume is not known); `as_served` sends whoever reaches the operating threshold; `all_sent` sends
    everyone, and sending nobody is 0.
    """

    prevalence: float
    threshold: float
    by_risk: BandedCurve | None
    as_served: BandedCurve
    all_sent: Values

    @property
    def useful_from(self) -> tuple[float, float] | None:
        """The lowest and highest risk at which the network as served beats sending all and sending nobody."""
        best = self.as_served.value > np.maximum(self.all_sent, 0.0)
        risks = self.as_served.x[best]
        return (float(risks[0]), float(risks[-1])) if len(risks) else None


def decision_curve(
    probability: Values,
    is_malignant: Labels,
    weights: NDArray[np.float32],
    *,
    threshold: float,
    prevalence: float,
    assumed_share: float | None,
) -> DecisionCurve:
    """Curves of scored images (N,) with their draws (R, N). Raises ValueError for a prevalence outside (0, 1)."""
    if not 0.0 < prevalence < 1.0:
        raise ValueError(f"expected a prevalence inside (0, 1), got {prevalence}")
    served = _banded(_Policy(probability, is_malignant, np.full(len(RISKS), threshold), prevalence), weights)
    by_risk = None
    if assumed_share is not None:
        risk = correct_prior(probability, assumed_share=assumed_share, set_share=prevalence)
        by_risk = _banded(_Policy(risk, is_malignant, RISKS, prevalence), weights)
    everyone = net_benefit(np.ones_like(RISKS), np.zeros_like(RISKS), RISKS, prevalence)
    return DecisionCurve(prevalence, threshold, by_risk, served, everyone)


def net_benefit(sensitivity: Values, specificity: Values, risks: Values, prevalence: float) -> Values:
    """True positives per lesion, less the false ones weighed by the odds of the risk threshold in [0, 1)."""
    return np.asarray(sensitivity * prevalence - (1 - specificity) * (1 - prevalence) * ratio(risks, 1 - risks))


@dataclass(frozen=True, slots=True, eq=False)
class _Policy:
    """Whom to send at each risk: those whose score (N,) reaches the cut (T,) of that risk."""

    score: Values
    is_malignant: Labels
    cuts: Values
    prevalence: float

    def __call__(self, weights: Values) -> dict[str, Values]:
        at = {float(cut): threshold_metrics(self.score, self.is_malignant, cut, weights) for cut in set(self.cuts)}
        columns = [
            net_benefit(at[float(cut)]["sensitivity"], at[float(cut)]["specificity"], risk, self.prevalence)
            for cut, risk in zip(self.cuts, RISKS, strict=True)
        ]
        return {"y": np.stack(columns, axis=1)}


def _banded(policy: _Policy, weights: NDArray[np.float32]) -> BandedCurve:
    value = policy(all_once(weights.shape[1]))["y"][0]
    low, high = np.percentile(apply_to_draws(policy, weights)["y"], (2.5, 97.5), axis=0)
    return BandedCurve(x=RISKS, value=value, low=np.minimum(low, value), high=np.maximum(high, value))
