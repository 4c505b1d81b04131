"""The read side: rows for tables and charts, paged and filtered in the database."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import ColumnElement, Select, exists, func, literal, select, tuple_
from sqlalchemy.orm import Session

from core.domain import CaseFilter, CaseMark
from core.taxonomy import Band, Diagnosis
from db.case_columns import DIFFERENTIAL, DTYPES, EXPORTED, LISTED, Columns, newest_diagnosis_id, newest_review_id
from db.case_conditions import conditions
from db.tables import (
    BatchItemRow,
    BatchRow,
    CaseFactsRow,
    CaseRow,
    DiagnosisRow,
    FirstReadRow,
    ImageRow,
    LesionRow,
    PatientRow,
    PredictionRow,
    ReviewRow,
    SignOffRow,
    UtcDateTime,
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


def search_cases(session: Session, wanted: CaseFilter, *, limit: int, after: CaseMark | None = None) -> pd.DataFrame:
    """One page of the history, newest first, from its top or from behind a mark; one row per case."""
    # The ids come first and by themselves: joined with the rest, SQLite walks all cases to find those of the page.
    ids = session.scalars(select_page(wanted, limit=limit, after=after)).all()
    return _frame(session, CaseRow.id.in_(ids), LISTED)


def select_page(wanted: CaseFilter, *, limit: int, after: CaseMark | None = None) -> Select[int]:
    """The ids of a page's cases."""
    statement = _matching(wanted)
    if after is not None:
        key = tuple_(CaseFactsRow.created_at, CaseFactsRow.case_id)
        statement = statement.where(key < tuple_(literal(after.created_at, UtcDateTime), literal(after.case_id)))
    return statement.order_by(CaseFactsRow.created_at.desc(), CaseFactsRow.case_id.desc()).limit(limit)


def export_cases(session: Session, wanted: CaseFilter) -> pd.DataFrame:
    """Everything about each case but its picture and embedding, newest first; one row per case.

    A differential takes a column for each diagnosis that any of the cases has, such as `differential_melanoma`.
    """
    return _spread_differential(_frame(session, CaseRow.id.in_(_matching(wanted).correlate(None)), EXPORTED))


def count_cases(session: Session, wanted: CaseFilter, *, up_to: int | None = None) -> int:
    """How many cases the history has for this filter; counting stops at `up_to`, or a million would take long."""
    return session.execute(select_count(wanted, up_to)).scalar_one()


def select_count(wanted: CaseFilter, up_to: int | None) -> Select[int]:
    """The number of cases of a filter, or `up_to` where there are more."""
    return select(func.count()).select_from(_matching(wanted).limit(up_to).subquery())


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


def _matching(wanted: CaseFilter) -> Select[int]:
    return select(CaseFactsRow.case_id).where(*conditions(wanted))


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
    rows = session.execute(statement.order_by(CaseRow.created_at.desc(), CaseRow.id.desc())).all()
    frame = pd.DataFrame(rows, columns=list(columns))
    return frame.astype({name: DTYPES.get(name, "str") for name in columns})


def _spread_differential(cases: pd.DataFrame) -> pd.DataFrame:
    found: list[dict[Diagnosis, float]] = cases.pop(DIFFERENTIAL).tolist()
    kinds = [kind for kind in Diagnosis if any(kind in given for given in found)]
    names = [f"{DIFFERENTIAL}_{kind.name.lower()}" for kind in kinds]
    probabilities = [[given.get(kind) for kind in kinds] for given in found]
    return cases.join(pd.DataFrame(probabilities, index=cases.index, columns=names, dtype="float64"))
