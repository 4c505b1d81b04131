"""What the live part of the performance page counts: confirmed cases, rates by month, samples for drift."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, String, func, select, type_coerce
from sqlalchemy.orm import Session

from core.taxonomy import Band
from db.agreement import newest_own_final_id
from db.case_columns import newest_diagnosis_id, newest_review_id
from db.live_months import LiveFilter, by_month, count_if, month_of, period
from db.repositories.predictions import EMBEDDING_TYPE
from db.tables import (
    CaseChecksRow,
    CaseRow,
    DiagnosisRow,
    EmbeddingRow,
    FinalAssessmentRow,
    FirstReadRow,
    ImageRow,
    ImageStatisticsRow,
    PredictionRow,
    ReviewRow,
)

STATISTICS = ("brightness", "contrast", "saturation", "redness")


@dataclass(frozen=True, slots=True)
class ScoredBy:
    """One version of a network that scored cases of the record."""

    model_name: str
    model_version: str
    weights_sha256: str
    n_cases: int


def networks_in_use(session: Session) -> list[ScoredBy]:
    """The versions of networks behind the record's cases, the one with the most cases first."""
    columns = (PredictionRow.model_name, PredictionRow.model_version, PredictionRow.weights_sha256)
    n = func.count(CaseRow.id)
    statement: Any = select(*columns, n).join(CaseRow, CaseRow.prediction_id == PredictionRow.id).group_by(*columns)
    return [ScoredBy(*row) for row in session.execute(statement.order_by(n.desc(), columns[1]))]


def confirmed_cases(session: Session, wanted: LiveFilter) -> pd.DataFrame:
    """One row per case with a confirmed diagnosis, the newest of which counts, in the order of saving."""
    columns = {
        "case_id": CaseRow.id,
        "lesion_id": CaseRow.lesion_id,
        "malignant_probability": PredictionRow.malignant_probability,
        "band": type_coerce(PredictionRow.band, String),
        "is_malignant": DiagnosisRow.is_malignant,
        "confirm_type": type_coerce(DiagnosisRow.confirm_type, String),
    }
    statement: Any = (
        select(*(column.label(name) for name, column in columns.items()))
        .select_from(DiagnosisRow)
        .join(CaseRow, CaseRow.id == DiagnosisRow.case_id)
        .join(PredictionRow, PredictionRow.id == CaseRow.prediction_id)
        .where(DiagnosisRow.id == newest_diagnosis_id(), *_conditions(wanted))
        .order_by(CaseRow.id)
    )
    types = {"case_id": "int64", "malignant_probability": "float64", "is_malignant": "bool"}
    rows = [tuple(row) for row in session.execute(statement)]  # pandas asks each of the library's rows what it is
    return pd.DataFrame(rows, columns=list(columns)).astype(types)


def cases_by_month(session: Session, wanted: LiveFilter) -> pd.DataFrame:
    """Per month (UTC) cases, those of each band, those reviewed, those whose newest review agrees with the band, those
    that gates looked at, and those that were scored against a gate."""
    counts = {
        "n": func.count(CaseRow.id),
        **{str(band): count_if(PredictionRow.band == band) for band in Band},
        "reviewed": count_if(ReviewRow.id.is_not(None)),
        "agreed": count_if(ReviewRow.assessment == PredictionRow.band),
        "checked": count_if(CaseChecksRow.case_id.is_not(None)),
        "overridden": count_if(CaseChecksRow.override_reason != ""),
    }
    statement = (
        select(*month_of(CaseRow.created_at), *(count.label(name) for name, count in counts.items()))
        .select_from(CaseRow)
        .join(PredictionRow, PredictionRow.id == CaseRow.prediction_id)
        .outerjoin(ReviewRow, ReviewRow.id == newest_review_id())
        .outerjoin(CaseChecksRow, CaseChecksRow.case_id == CaseRow.id)
        .where(*_conditions(wanted))
    )
    return by_month(session, statement, list(counts), CaseRow.created_at)


def reads_by_month(session: Session, wanted: LiveFilter) -> pd.DataFrame:
    """Per month of the first read: blind first reads, those with a final assessment of the same reader, and those that
    this reader switched."""
    counts = {
        "first_reads": count_if(FirstReadRow.impression.is_not(None)),
        "finals": count_if(FirstReadRow.impression.is_not(None) & FinalAssessmentRow.id.is_not(None)),
        "switched": count_if(FinalAssessmentRow.is_switch.is_(True)),
    }
    statement = (
        select(*month_of(FirstReadRow.kept_at), *(count.label(name) for name, count in counts.items()))
        .select_from(FirstReadRow)
        .outerjoin(FinalAssessmentRow, FinalAssessmentRow.id == newest_own_final_id())
        .join(CaseRow, CaseRow.id == FirstReadRow.case_id)
        .join(PredictionRow, PredictionRow.id == CaseRow.prediction_id)
        .where(*_conditions(wanted))
    )
    return by_month(session, statement, list(counts), FirstReadRow.kept_at)


def newest_scores(session: Session, wanted: LiveFilter, limit: int) -> NDArray[np.float64]:
    """Malignant probabilities of the newest cases, newest first."""
    statement = (
        select(PredictionRow.malignant_probability)
        .join(CaseRow, CaseRow.prediction_id == PredictionRow.id)
        .where(*_conditions(wanted))
        .order_by(CaseRow.created_at.desc(), CaseRow.id.desc())
        .limit(limit)
    )
    return np.array(session.scalars(statement).all(), dtype=np.float64)


def newest_embeddings(session: Session, wanted: LiveFilter, limit: int) -> NDArray[np.float16]:
    """float16 (N, D) of the newest cases, newest first; the filter must name the weights, or widths would differ."""
    statement = (
        select(EmbeddingRow.values)
        .join(CaseRow, CaseRow.prediction_id == EmbeddingRow.prediction_id)
        .join(PredictionRow, PredictionRow.id == CaseRow.prediction_id)
        .where(*_conditions(wanted))
        .order_by(CaseRow.created_at.desc(), CaseRow.id.desc())
        .limit(limit)
    )
    found = session.scalars(statement).all()
    values = np.frombuffer(b"".join(found), EMBEDDING_TYPE)
    return values.reshape(len(found), -1) if found else values.reshape(0, 0)


def newest_statistics(session: Session, wanted: LiveFilter, limit: int) -> dict[str, NDArray[np.float64]]:
    """Statistics (N,) of the newest cases' pictures, as far as they were measured."""
    columns = [getattr(ImageStatisticsRow, name) for name in STATISTICS]
    statement = (
        select(*columns)
        .join(CaseRow, CaseRow.image_id == ImageStatisticsRow.image_id)
        .join(PredictionRow, PredictionRow.id == CaseRow.prediction_id)
        .where(*_conditions(wanted))
        .order_by(CaseRow.created_at.desc(), CaseRow.id.desc())
        .limit(limit)
    )
    values = np.array([tuple(row) for row in session.execute(statement)], dtype=np.float64).reshape(-1, len(columns))
    return dict(zip(STATISTICS, values.T, strict=True))


def unmeasured_pictures(session: Session, newest: int, limit: int) -> list[tuple[int, str]]:
    """Image id and blob of those of the newest cases' pictures that were not measured yet."""
    recent = select(CaseRow.image_id).order_by(CaseRow.created_at.desc(), CaseRow.id.desc()).limit(newest).subquery()
    statement = (
        select(ImageRow.id, ImageRow.blob_sha256)
        .join(recent, recent.c.image_id == ImageRow.id)
        .outerjoin(ImageStatisticsRow, ImageStatisticsRow.image_id == ImageRow.id)
        .where(ImageStatisticsRow.image_id.is_(None))
        .distinct()
        .limit(limit)
    )
    return [(row.id, row.blob_sha256) for row in session.execute(statement)]


def _conditions(wanted: LiveFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.weights_sha256:
        yield PredictionRow.weights_sha256 == wanted.weights_sha256
    if wanted.model_version:
        yield PredictionRow.model_version == wanted.model_version
    yield from period(CaseRow.created_at, wanted)
