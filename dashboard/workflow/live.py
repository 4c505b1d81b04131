"""How the network does here: figures of the practice's own confirmed cases, rates over time, drift."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.classifier.card import ModelCard
from core.errors import ImageRejected, RecordNotFound, StorageFailed
from core.evaluation.advice import ThresholdAdvice, advise_threshold
from core.evaluation.bootstrap import N_DRAWS, group_by_lesion
from core.evaluation.drift import DriftFigure, measure_drift
from core.evaluation.live_figures import ConfirmedCases, LiveFigures, measure_live
from core.evaluation.reference import EMBEDDING, PROBABILITY, embedding_distance, picture_statistics, references_of
from core.imaging.decode import decode
from core.imaging.frame import resize_frame
from core.taxonomy import Band
from dashboard.workflow.record import Record, utc_now
from db.live_months import LiveFilter
from db.live_queries import (
    ScoredBy,
    cases_by_month,
    confirmed_cases,
    networks_in_use,
    newest_embeddings,
    newest_scores,
    newest_statistics,
    reads_by_month,
    unmeasured_pictures,
)
from db.live_refusals import refusals_by_month
from db.repositories.thresholds import add_statistics

NEWEST = 2000  # cases that drift is measured on: enough for any alarm, and their embeddings are read in well under 1 s
_MANY, _DRAWS_OF_MANY = 2000, 200  # with more cases intervals are narrow, and the page waits for its draws


@dataclass(frozen=True, slots=True, eq=False)
class LiveView:
    """Confirmed cases with their figures, None for too few."""

    n_confirmed: int
    n_malignant: int
    figures: LiveFigures | None
    advice: ThresholdAdvice | None


@dataclass(frozen=True, slots=True, eq=False)
class LiveRates:
    """The counts by month of cases, first reads and pictures that gates looked at."""

    months: pd.DataFrame
    reads: pd.DataFrame
    refusals: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Drift:
    """Every measure that has a reference and enough cases; `n_unmeasured` pictures wait to be measured."""

    figures: tuple[DriftFigure, ...]
    n_cases: int
    n_unmeasured: int


@dataclass(frozen=True, slots=True)
class MeasuredPictures:
    """How many pictures were measured now, and how many were passed over because their file cannot be read."""

    n: int
    n_unreadable: int


def filter_live(*, weights_sha256: str, days: int | None, model_version: str = "") -> LiveFilter:
    """Cases of one network's weights, in one version or in any, of the last `days` days or of all time."""
    since = None if days is None else utc_now() - timedelta(days=days)
    return LiveFilter(weights_sha256, model_version, since)


def list_networks(*, record: Record) -> list[ScoredBy]:
    """The versions of networks behind the record's cases, the one with the most cases first."""
    with record.reading() as work:
        return networks_in_use(work.session)


def load_live(*, wanted: LiveFilter, record: Record) -> LiveView:
    """Everything that is measured of the record's confirmed cases."""
    with record.reading() as work:
        rows = confirmed_cases(work.session, wanted)
    cases = to_confirmed(rows)
    n_draws = N_DRAWS if len(rows) <= _MANY else _DRAWS_OF_MANY
    scored = (cases.probability, cases.is_malignant, cases.groups)
    return LiveView(
        n_confirmed=len(rows),
        n_malignant=int(rows["is_malignant"].sum()),
        figures=measure_live(cases, n_draws),
        advice=advise_threshold(*scored, n_draws) if wanted.weights_sha256 else None,
    )


def load_rates(*, wanted: LiveFilter, record: Record) -> LiveRates:
    """Everything that is counted of the record's cases; with 100,000 of them it takes longer than what is measured."""
    with record.reading() as work:
        return LiveRates(
            months=cases_by_month(work.session, wanted),
            reads=reads_by_month(work.session, wanted),
            refusals=refusals_by_month(work.session, wanted),
        )


def to_confirmed(rows: pd.DataFrame) -> ConfirmedCases:
    """Rows of `confirmed_cases` as arrays; a case without a lesion is its own group."""
    lesions = [None if pd.isna(lesion) else int(lesion) for lesion in rows["lesion_id"]]
    return ConfirmedCases(
        probability=rows["malignant_probability"].to_numpy(np.float64),
        is_referred=(rows["band"] == Band.REFER).to_numpy(np.bool_),
        is_no_concern=(rows["band"] == Band.NO_CONCERN).to_numpy(np.bool_),
        is_malignant=rows["is_malignant"].to_numpy(np.bool_),
        groups=group_by_lesion(lesions),
    )


def load_drift(*, wanted: LiveFilter, reference: dict[str, Any], prevalence: float, record: Record) -> Drift:
    """Scores, embeddings and pictures of the newest cases against a network's `reference.json`, the scores as they
    would be at the practice's prevalence."""
    with record.reading() as work:
        scores = newest_scores(work.session, wanted, NEWEST)
        embeddings = newest_embeddings(work.session, wanted, NEWEST)
        pictures = newest_statistics(work.session, wanted, NEWEST)
        n_unmeasured = len(unmeasured_pictures(work.session, NEWEST, NEWEST))
    live = {PROBABILITY: scores, **pictures}
    if len(embeddings):
        mean, deviation = (np.array(reference[name], dtype=np.float64) for name in ("embedding_mean", "embedding_std"))
        live[EMBEDDING] = embedding_distance(embeddings, mean, deviation)
    known = {name: found for name, found in references_of(reference, prevalence).items() if name != "logit"}
    return Drift(measure_drift(known, live), len(scores), n_unmeasured)


def measure_pictures(*, card: ModelCard, limit: int, record: Record) -> MeasuredPictures:
    """Measure up to `limit` of the newest cases' pictures that were not yet. Raises StorageFailed.

    At the network's own frame, so that the figures compare with those of `reference.json`. A picture whose file is
    gone, broken or changed on the disk is counted and passed over; the page of its case tells what is wrong.
    """
    with record.reading() as work:
        waiting = unmeasured_pictures(work.session, NEWEST, NEWEST)
    found: dict[int, dict[str, float]] = {}
    n_unreadable = 0
    for image_id, blob in waiting:
        if len(found) == limit:
            break
        try:
            found[image_id] = _measure(blob, card, record)
        except (ImageRejected, RecordNotFound, StorageFailed):
            n_unreadable += 1
    if found:
        with record.writing() as work:
            add_statistics(work.session, found)
    return MeasuredPictures(len(found), n_unreadable)


def _measure(blob: str, card: ModelCard, record: Record) -> dict[str, float]:
    frame: NDArray[np.uint8] = resize_frame(decode(record.blobs.open(blob)), card.frame)
    return {name: float(values[0]) for name, values in picture_statistics(frame[None]).items()}
