"""What a band means at a prevalence: how many lesions fall into it, and how many of those are malignant."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.bootstrap import apply_to_draws
from core.evaluation.figures import Figure
from core.evaluation.metrics import Labels, Values, all_once, ratio
from core.evaluation.operating_points import OperatingPoints
from core.evaluation.robustness import band_numbers
from core.evaluation.wilson import wilson_interval
from core.taxonomy import Band

_ORDER = (Band.NO_CONCERN, Band.INDETERMINATE, Band.REFER)  # as `band_numbers` counts them


@dataclass(frozen=True, slots=True)
class BandValue:
    """One band: its counts among the test images, and at the prevalence the share of malignant lesions in it and the
    share of all lesions that it would hold. The former is NaN for an empty band."""

    n_malignant: int
    n_benign: int
    share_malignant: Figure
    share_of_lesions: Figure


def values_by_band(
    probability: Values,
    is_malignant: Labels,
    weights: NDArray[np.float32],
    points: OperatingPoints,
    prevalence: float,
) -> Mapping[Band, BandValue]:
    """Each band by Bayes' rule from how often malignant and benign images (N,) fall into it, with draws (R, N) within
    each class: the prevalence counts as known.

    Where no malignant, or no benign, image fell into a band all draws agree on 0; then the end of the interval comes
    from Wilson's of that count. Raises ValueError for a prevalence outside [0, 1].
    """
    if not 0.0 <= prevalence <= 1.0:
        raise ValueError(f"expected a prevalence in [0, 1], got {prevalence}")
    number = band_numbers(probability, points)
    return {
        band: _measure(number == i, is_malignant, weights, prevalence) for i, band in reversed(list(enumerate(_ORDER)))
    }


def _measure(
    is_in: NDArray[np.bool_], is_malignant: Labels, weights: NDArray[np.float32], prevalence: float
) -> BandValue:
    def statistic(w: Values) -> dict[str, Values]:
        return {
            "malignant": ratio(w @ (is_in & is_malignant), w @ is_malignant.astype(np.float64)),
            "benign": ratio(w @ (is_in & ~is_malignant), w @ (~is_malignant).astype(np.float64)),
        }

    value, draws = statistic(all_once(len(is_in))), apply_to_draws(statistic, weights)
    n_malignant, n_benign = int((is_in & is_malignant).sum()), int((is_in & ~is_malignant).sum())
    share = Figure.from_draws(
        float(_posterior(value["malignant"], value["benign"], prevalence)[0]),
        _posterior(draws["malignant"], draws["benign"], prevalence),
    )
    rates = (float(value["malignant"][0]), float(value["benign"][0]))
    sizes = (int(is_malignant.sum()), int((~is_malignant).sum()))
    return BandValue(
        n_malignant=n_malignant,
        n_benign=n_benign,
        share_malignant=_widen(share, rates, (n_malignant, n_benign), sizes, prevalence),
        share_of_lesions=Figure.from_draws(
            rates[0] * prevalence + rates[1] * (1 - prevalence),
            draws["malignant"] * prevalence + draws["benign"] * (1 - prevalence),
        ),
    )


def _posterior(malignant: Values, benign: Values, prevalence: float) -> Values:
    return ratio(malignant * prevalence, malignant * prevalence + benign * (1 - prevalence))


def _widen(
    share: Figure, rates: tuple[float, float], counts: tuple[int, int], sizes: tuple[int, int], prevalence: float
) -> Figure:
    """A share of exactly 0 or 1 in a band that is not empty, with the end that Wilson's interval of the 0 gives."""
    if share.value not in (0.0, 1.0):
        return share
    highest = [float(wilson_interval(count, size)[1]) for count, size in zip(counts, sizes, strict=True)]
    if share.value == 0.0:
        return Figure(0.0, 0.0, float(_posterior(np.array(highest[0]), np.array(rates[1]), prevalence)))
    return Figure(1.0, float(_posterior(np.array(rates[0]), np.array(highest[1]), prevalence)), 1.0)
