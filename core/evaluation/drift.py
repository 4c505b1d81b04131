"""Whether what comes in looks like what the network was set up on: PSI and KS against stored quantiles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.special import kolmogorov

from core.evaluation.metrics import Values

MIN_N = 100  # below it ten bins hold ten pictures each, and the index is noise
WATCH_PSI, ALARM_PSI = 0.10, 0.25  # the usual reading of the index: Siddiqi, "Credit risk scorecards", 2006
_ALPHA = 0.01
_N_BINS = 10
_FLOOR = 1e-4  # an empty bin counts as this share, so that the index stays finite


class DriftLevel(StrEnum):
    """What to make of a measure."""

    STEADY = "steady"
    WATCH = "watch"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Reference:
    """The distribution of one measure on the reference pictures: its `values` at evenly spaced quantiles, of `n`."""

    n: int
    quantiles: tuple[float, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class DriftFigure:
    """One measure against its reference; `p` is Holm's over all measures that are tested together."""

    name: str
    n: int
    psi: float
    psi_by_chance: float
    ks: float
    p: float
    level: DriftLevel
    reference_median: float
    live_median: float


def mix_references(benign: Reference, malignant: Reference, prevalence: float) -> Reference:
    """What a measure would look like with another malignant share, so that the share alone raises no alarm.

    Its `n` is that of a plain sample whose distribution function varies as much: 1 / ((1 - p)^2 / n_b + p^2 / n_m).
    """
    values = np.unique([*benign.values, *malignant.values])
    shares = [np.interp(values, each.values, each.quantiles, left=0.0, right=1.0) for each in (benign, malignant)]
    mixed = (1 - prevalence) * shares[0] + prevalence * shares[1]
    effective_n = 1 / ((1 - prevalence) ** 2 / benign.n + prevalence**2 / malignant.n)
    return Reference(round(effective_n), tuple(mixed.tolist()), tuple(values.tolist()))


def measure_drift(references: Mapping[str, Reference], live: Mapping[str, Values]) -> tuple[DriftFigure, ...]:
    """Each measure that has a reference and at least `MIN_N` values.

    An alarm takes both an index of 0.25 or more and a p below 0.01 after correction: with many pictures any difference
    is significant, and with few the index is large by chance.
    """
    tested = {name: live[name] for name in references if name in live and len(live[name]) >= MIN_N}
    distances = {name: ks_distance(references[name], values) for name, values in tested.items()}
    raw = [ks_p(distances[name], len(values), references[name].n) for name, values in tested.items()]
    return tuple(
        _figure(name, references[name], values, distances[name], p)
        for (name, values), p in zip(tested.items(), holm(raw), strict=True)
    )


def population_stability_index(reference: Reference, values: Values) -> float:
    """The sum over bins of (share - expected) x ln(share / expected); bins are tenths of the reference.

    Where the reference has many equal values bins are merged. Source: Siddiqi, "Credit risk scorecards", 2006.
    """
    edges, expected = _bins(reference)
    share = np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(expected)) / len(values)
    share, expected = np.maximum(share, _FLOOR), np.maximum(expected, _FLOOR)
    return float(((share - expected) * np.log(share / expected)).sum())


def ks_distance(reference: Reference, values: Values) -> float:
    """The largest difference between the two distribution functions at the stored quantiles: a lower bound of
    Kolmogorov's and Smirnov's, so that how the reference was thinned out raises no alarm."""
    at = np.array(reference.values[1:-1])
    ordered = np.sort(values)
    low, high = (np.searchsorted(ordered, at, side=side) / len(values) for side in ("left", "right"))
    wanted = np.array(reference.quantiles[1:-1])
    gap = np.maximum(np.maximum(low - wanted, wanted - high), 0.0)  # a tie may stand for any share between its ends
    return float(gap.max(initial=0.0))


def ks_p(distance: float, n: int, n_reference: int) -> float:
    """The p of a distance between two samples, by Kolmogorov's limit distribution."""
    return float(kolmogorov(distance * np.sqrt(n * n_reference / (n + n_reference))))


def holm(p: Sequence[float]) -> list[float]:
    """p values corrected for being many. Source: Holm, Scandinavian Journal of Statistics 1979."""
    order = np.argsort(p)
    stepped: list[float] = []
    for rank, i in enumerate(order):
        stepped.append(max([p[i] * (len(p) - rank), *stepped[-1:]]))
    corrected = [1.0] * len(p)
    for value, i in zip(stepped, order, strict=True):
        corrected[int(i)] = min(1.0, float(value))
    return corrected


def _figure(name: str, reference: Reference, values: Values, distance: float, p: float) -> DriftFigure:
    psi = population_stability_index(reference, values)
    return DriftFigure(
        name=name,
        n=len(values),
        psi=psi,
        psi_by_chance=(len(_bins(reference)[1]) - 1) * (1 / len(values) + 1 / reference.n),
        ks=distance,
        p=p,
        level=_level(psi, p),
        reference_median=float(np.interp(0.5, reference.quantiles, reference.values)),
        live_median=float(np.median(values)),
    )


def _level(psi: float, p: float) -> DriftLevel:
    if p >= _ALPHA or psi < WATCH_PSI:
        return DriftLevel.STEADY
    return DriftLevel.ALARM if psi >= ALARM_PSI else DriftLevel.WATCH


def _bins(reference: Reference) -> tuple[Values, Values]:
    """Inner edges (B - 1,) and expected shares (B,) of at most ten bins; fewer where many values are equal."""
    at, shares = np.array(reference.values), np.array(reference.quantiles)
    edges = np.unique(np.interp(np.arange(1, _N_BINS) / _N_BINS, shares, at))
    last = np.searchsorted(at, edges, side="right") - 1  # of several equal values the one of the highest share
    below = np.where(at[last] == edges, shares[last], np.interp(edges, at, shares))
    return edges, np.diff(np.concatenate([[0.0], below, [1.0]]))
