"""The read side: rows for tables and charts, paged and filtered in the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from core.domain import CaseFilter
from core.taxonomy import Band, Diagnosis
from db.case_columns import DIFFERENTIAL, DTYPES, EXPORTED, LISTED, Columns, newest_diagnosis_id, newest_review_id
from db.case_conditions import conditions
from db.tables import (
    BatchItemRow,
    BatchRow,
    CaseRow,
    DiagnosisRow,
    FirstReadRow,
    ImageRow,
    LesionRow,
    PatientRow,
    PredictionRow,
    ReviewRow,
    SignOffRow,
    VisitRow,
)


@dataclass(frozen=True, slots=True)
class RecordOverview:
    """How much is in the record; `newest_at` is when the latest case was saved (UTC)."""

    n_cases: int
    n_patients: int
    n_lesions: int
    n_of_band: dict[Band, int]
    n_reviewed: int
    n_confirmed: int
    n_confirmed_malignant: int
    newest_at: datetime | None


def search_cases(session: Session, wanted: CaseFilter, *, limit: int, offset: int = 0) -> pd.DataFrame:
    """One page of the history, newest first; one row per case."""
    # The ids come first and by themselves: joined with the rest, SQLite walks all cases to find those of the page.
    ids = session.scalars(_newest_first(_matching(wanted)).limit(limit).offset(offset)).all()
    return _frame(session, CaseRow.id.in_(ids), LISTED)


def export_cases(session: Session, wanted: CaseFilter) -> pd.DataFrame:
    """Everything about each case but its picture and embedding, newest first; one row per case.

    A differential takes a column for each diagnosis that any of the cases has, such as `differential_melanoma`.
    """
    return _spread_differential(_frame(session, CaseRow.id.in_(_matching(wanted).correlate(None)), EXPORTED))


def count_cases(session: Session, wanted: CaseFilter) -> int:
    """How many cases the history has for this filter."""
    return session.execute(select(func.count(CaseRow.id)).where(*conditions(wanted))).scalar_one()


def distinct_model_versions(session: Session) -> list[str]:
    """The versions of all models that ever scored a picture, in alphabetical order."""
    version = PredictionRow.model_version
    return list(session.scalars(select(version).distinct().order_by(version)))


def pseudonyms(session: Session) -> list[str]:
    """The patients that have a case, in alphabetical order."""
    has_case = exists().where(CaseRow.patient_id == PatientRow.id)
    return list(session.scalars(select(PatientRow.pseudonym).where(has_case).order_by(PatientRow.pseudonym)))


def overview(session: Session) -> RecordOverview:
    """How much is in the record; a case counts as malignant by its newest confirmed diagnosis only."""
    bands = select(PredictionRow.band, func.count()).join(CaseRow, CaseRow.prediction_id == PredictionRow.id)
    confirmed = select(func.count(), func.count().filter(DiagnosisRow.is_malignant)).join(
        CaseRow, DiagnosisRow.id == newest_diagnosis_id()
    )
    n_confirmed, n_malignant = session.execute(confirmed.select_from(DiagnosisRow)).one()
    return RecordOverview(
        n_cases=session.execute(select(func.count(CaseRow.id))).scalar_one(),
        n_patients=session.execute(select(func.count(CaseRow.patient_id.distinct()))).scalar_one(),
        n_lesions=session.execute(select(func.count(CaseRow.lesion_id.distinct()))).scalar_one(),
        n_of_band=dict.fromkeys(Band, 0) | dict(session.execute(bands.group_by(PredictionRow.band)).all()),
        n_reviewed=session.execute(select(func.count(ReviewRow.case_id.distinct()))).scalar_one(),
        n_confirmed=n_confirmed,
        n_confirmed_malignant=n_malignant,
        newest_at=session.scalar(select(func.max(CaseRow.created_at))),
    )


def _matching(wanted: CaseFilter) -> Select[Any]:
    return select(CaseRow.id).where(*conditions(wanted))


def _newest_first(statement: Select[Any]) -> Select[Any]:
    return statement.order_by(CaseRow.created_at.desc(), CaseRow.id.desc())


def _frame(session: Session, chosen: ColumnElement[bool], columns: Columns) -> pd.DataFrame:
    """The columns of the chosen cases, newest first."""
    statement = (
        select(*(column.label(name) for name, column in columns.items()))
        .join(ImageRow, ImageRow.id == CaseRow.image_id)
        .join(PredictionRow, PredictionRow.id == CaseRow.prediction_id)
        .outerjoin(PatientRow, PatientRow.id == CaseRow.patient_id)
        .outerjoin(LesionRow, LesionRow.id == CaseRow.lesion_id)
        .outerjoin(ReviewRow, ReviewRow.id == newest_review_id())
        .outerjoin(DiagnosisRow, DiagnosisRow.id == newest_diagnosis_id())
        .outerjoin(FirstReadRow, FirstReadRow.submission_id == CaseRow.submission_id)
        .outerjoin(SignOffRow, SignOffRow.case_id == CaseRow.id)
        .outerjoin(VisitRow, VisitRow.id == CaseRow.visit_id)
        .outerjoin(BatchItemRow, BatchItemRow.case_id == CaseRow.id)
        .outerjoin(BatchRow, BatchRow.id == BatchItemRow.batch_id)
        .where(chosen)
    )
    rows = session.execute(_newest_first(statement)).all()
    frame = pd.DataFrame(rows, columns=list(columns))
    return frame.astype({name: DTYPES.get(name, "str") for name in columns})


def _spread_differential(cases: pd.DataFrame) -> pd.DataFrame:
    found: list[dict[Diagnosis, float]] = cases.pop(DIFFERENTIAL).tolist()
    kinds = [kind for kind in Diagnosis if any(kind in given for given in found)]
    names = [f"{DIFFERENTIAL}_{kind.name.lower()}" for kind in kinds]
    probabilities = [[given.get(kind) for kind in kinds] for given in found]
    return cases.join(pd.DataFrame(probabilities, index=cases.index, columns=names, dtype="float64"))
