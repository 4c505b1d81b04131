"""How much better the rest becomes when the least certain results are left to a person.

A result is the less certain the nearer its logit lies to the referral threshold's. What the person makes of a deferred
lesion is not known, so that the curves say only what the network would still decide, and how well. Source for the
curve: El-Yaniv and Wiener, JMLR 2010 (risk and coverage).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.evaluation.bootstrap import apply_to_draws
from core.evaluation.curves import BandedCurve
from core.evaluation.figures import Figure
from core.evaluation.metrics import Labels, Values, all_once, ratio
from core.evaluation.operating_points import OperatingPoints
from core.evaluation.robustness import band_numbers

_SHARES: Final = np.linspace(0, 0.9, 46)  # past it the rest of some 600 images is too small to say anything
_INDETERMINATE: Final = 1


@dataclass(frozen=True, slots=True, eq=False)
class Deferral:
    """Over the share that is left to a person: accuracy, sensitivity and specificity of what the network decides.

    `band_share` is what the indeterminate band holds, and `band_accuracy` the accuracy of the rest when that is what is
    left to a person, each call being `refer` or not.
    """

    accuracy: BandedCurve
    sensitivity: BandedCurve
    specificity: BandedCurve
    band_share: float
    band_accuracy: Figure

    @property
    def accuracy_of_all(self) -> Figure:
        """Where nothing is left to a person."""
        curve = self.accuracy
        return Figure(float(curve.value[0]), float(curve.low[0]), float(curve.high[0]))


def measure_deferral(
    probability: Values, is_malignant: Labels, weights: NDArray[np.float32], points: OperatingPoints
) -> Deferral:
    """Both ways of deferring, of images (N,) with draws (R, N); each draw orders its own images."""
    is_right = (probability >= points.refer) == is_malignant
    certainty = np.abs(_logit(probability) - _logit(np.array(points.refer)))
    order = np.argsort(certainty, kind="stable")
    parts = {"accuracy": np.ones_like(is_malignant), "sensitivity": is_malignant, "specificity": ~is_malignant}

    def on_grid(w: Values) -> dict[str, Values]:
        return {name: _kept(w[:, order], is_right[order], part[order]) for name, part in parts.items()}

    values, draws = on_grid(all_once(len(probability))), apply_to_draws(on_grid, weights)
    is_outside = band_numbers(probability, points) != _INDETERMINATE
    return Deferral(
        **_banded(values, draws),
        band_share=float(1 - is_outside.mean()),
        band_accuracy=_accuracy_of(is_outside, is_right, weights),
    )


def _kept(weights: Values, is_right: Labels, is_part: Labels) -> Values:
    """The share of right ones (R, G) among what is kept of a part, for weights (R, N) in order of rising certainty."""
    place = (np.cumsum(weights, axis=1) - weights / 2) / weights.sum(axis=1, keepdims=True)  # the middle of each image
    rows = []
    for row, own in zip(weights, place, strict=True):
        among = ((own >= _SHARES[:, None]) & is_part).astype(np.float64)  # (G, N)
        rows.append(ratio(among @ (row * is_right), among @ row))
    return np.stack(rows)


def _banded(values: Mapping[str, Values], draws: Mapping[str, Values]) -> dict[str, BandedCurve]:
    curves = {}
    for name, value in values.items():
        low, high = np.nanpercentile(draws[name], (2.5, 97.5), axis=0)
        curves[name] = BandedCurve(x=_SHARES, value=value[0], low=np.fmin(low, value[0]), high=np.fmax(high, value[0]))
    return curves


def _accuracy_of(is_in: Labels, is_right: Labels, weights: NDArray[np.float32]) -> Figure:
    def statistic(w: Values) -> dict[str, Values]:
        return {"accuracy": ratio(w @ (is_in & is_right), w @ is_in.astype(np.float64))}

    value = statistic(all_once(len(is_in)))["accuracy"]
    return Figure.from_draws(float(value[0]), apply_to_draws(statistic, weights)["accuracy"])


def _logit(probability: Values) -> Values:
    clipped = np.clip(probability, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(clipped / (1 - clipped)))
