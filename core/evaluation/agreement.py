"""How far reader and machine agree, who was right, and what the machine's result did to the reader's impression."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.domain import ReadOutcome
from core.evaluation.bootstrap import draw_weights, group_by_lesion, measure
from core.evaluation.figures import Figure
from core.evaluation.metrics import Values
from core.evaluation.share import measure_share, wilson_figure
from core.taxonomy import Band, Impression

# From what speaks most for malignant to what speaks least: the reader's words and the machine's, rank by rank.
RANKS: Final = (
    (Impression.MALIGNANT, Band.REFER),
    (Impression.UNSURE, Band.INDETERMINATE),
    (Impression.BENIGN, Band.NO_CONCERN),
)
_RANK_OF: Final[dict[StrEnum, int]] = {word: rank for rank, words in enumerate(RANKS) for word in words}
_SIZE = len(RANKS)
FEWEST_LESIONS: Final = (
    20  # with fewer, draws of whole lesions repeat each other, and the interval comes out too narrow
)
_UNKNOWN: Final = Figure(math.nan, math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What blind reads say of reader and machine.

    `table` counts reads (3, 3) by the reader's rank (row) and the machine's (column). `kappa` is Cohen's, `weighted`
    with linear weights, which forgive a step between neighbours half; both are NaN with too few lesions. "Right" asks
    for a plain answer: an unsure reader and an indeterminate machine are not right.
    """

    n: int
    n_lesions: int
    table: NDArray[np.int64]
    share: Figure
    kappa: Figure
    weighted: Figure
    n_confirmed: int
    reader_right: Figure
    machine_right: Figure
    final_right: Figure
    n_confirmed_finals: int
    n_both: int
    n_reader_only: int
    n_machine_only: int
    n_neither: int
    n_finals: int
    n_switches: int
    n_helpful: int
    n_harmful: int
    n_unsettled: int


def measure_agreement(outcomes: Sequence[ReadOutcome]) -> Agreement:
    """All figures with 95% intervals over draws of whole lesions. Raises ValueError without any read."""
    if not outcomes:
        raise ValueError("expected blind reads, got none")
    reader = np.array([_RANK_OF[one.first] for one in outcomes])
    machine = np.array([_RANK_OF[one.band] for one in outcomes])
    groups = group_by_lesion([one.lesion_id for one in outcomes])
    weights = draw_weights(np.zeros(len(outcomes), np.int64), groups)
    n_lesions = len(np.unique(groups))
    is_enough = n_lesions >= FEWEST_LESIONS
    kappas = measure(lambda drawn: _kappas(drawn, reader, machine), weights) if is_enough else {}
    confirmed = [one for one in outcomes if one.is_malignant is not None]
    finals = [one for one in confirmed if one.final is not None]
    reader_hits, machine_hits = _hits([one.first for one in confirmed], confirmed), _machine_hits(confirmed)
    switched = [one for one in outcomes if one.final is not None and one.final is not one.first]
    helpful = [one for one in switched if _is_right(one.final, one) and not _is_right(one.first, one)]
    harmful = [one for one in switched if _is_right(one.first, one) and not _is_right(one.final, one)]
    return Agreement(
        n=len(outcomes),
        n_lesions=n_lesions,
        table=count_pairs(reader, machine),
        share=_share(reader == machine, outcomes),
        kappa=kappas.get("kappa", _UNKNOWN),
        weighted=kappas.get("weighted", _UNKNOWN),
        n_confirmed=len(confirmed),
        reader_right=_share(reader_hits, confirmed),
        machine_right=_share(machine_hits, confirmed),
        final_right=_share(_hits([one.final for one in finals], finals), finals),
        n_confirmed_finals=len(finals),
        n_both=int((reader_hits & machine_hits).sum()),
        n_reader_only=int((reader_hits & ~machine_hits).sum()),
        n_machine_only=int((~reader_hits & machine_hits).sum()),
        n_neither=int((~reader_hits & ~machine_hits).sum()),
        n_finals=sum(one.final is not None for one in outcomes),
        n_switches=len(switched),
        n_helpful=len(helpful),
        n_harmful=len(harmful),
        n_unsettled=len(switched) - len(helpful) - len(harmful),
    )


def count_pairs(reader: NDArray[np.int64], machine: NDArray[np.int64]) -> NDArray[np.int64]:
    """How often each pair of ranks occurs, (3, 3)."""
    return np.bincount(reader * _SIZE + machine, minlength=_SIZE**2).reshape(_SIZE, _SIZE)


def _kappas(drawn: Values, reader: NDArray[np.int64], machine: NDArray[np.int64]) -> dict[str, Values]:
    """Cohen's kappa and its linearly weighted form on each draw (R, N).

    Source: Cohen, Psychological Bulletin 1968: 1 - sum(w * observed) / sum(w * expected) with disagreement weights w.
    """
    pairs = np.eye(_SIZE**2)[reader * _SIZE + machine]
    observed = (drawn @ pairs).reshape(-1, _SIZE, _SIZE)
    expected = observed.sum(2)[:, :, None] * observed.sum(1)[:, None, :] / observed.sum((1, 2))[:, None, None]
    ranks = np.arange(_SIZE)
    distance = np.abs(ranks[:, None] - ranks[None, :])
    return {"kappa": _kappa(observed, expected, distance > 0), "weighted": _kappa(observed, expected, distance)}


def _kappa(observed: Values, expected: Values, disagreement: NDArray[np.bool_] | NDArray[np.int64]) -> Values:
    by_chance = (expected * disagreement).sum((1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):  # all in one category: kappa is not defined
        return np.where(by_chance > 0, 1 - (observed * disagreement).sum((1, 2)) / by_chance, np.nan)


def _is_right(impression: Impression | None, one: ReadOutcome) -> bool:
    truth = Impression.MALIGNANT if one.is_malignant else Impression.BENIGN
    return one.is_malignant is not None and impression is truth


def _hits(impressions: Sequence[Impression | None], of: Sequence[ReadOutcome]) -> NDArray[np.bool_]:
    return np.array([_is_right(said, one) for said, one in zip(impressions, of, strict=True)], dtype=np.bool_)


def _machine_hits(outcomes: Sequence[ReadOutcome]) -> NDArray[np.bool_]:
    wanted = {True: Band.REFER, False: Band.NO_CONCERN}
    return np.array([one.band is wanted[bool(one.is_malignant)] for one in outcomes], dtype=np.bool_)


def _share(hits: NDArray[np.bool_], of: Sequence[ReadOutcome]) -> Figure:
    """A share with its interval: over draws of whole lesions or, of few lesions, Wilson's with their number as n."""
    if not of:
        return _UNKNOWN
    groups = group_by_lesion([one.lesion_id for one in of])
    if len(np.unique(groups)) < FEWEST_LESIONS:
        return wilson_figure(float(hits.mean()), len(np.unique(groups)))
    return measure_share(hits, draw_weights(np.zeros(len(of), np.int64), groups), groups)
