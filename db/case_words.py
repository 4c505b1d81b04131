"""What a case can be found by: all that was said about it, in lower case, kept in one narrow row beside it.

What it is narrowed by is written at the same moments.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, insert, select
from sqlalchemy.orm import Session

from core.taxonomy import Band
from db.case_facts import refresh_facts
from db.tables import (
    CaseRow,
    CaseWordsRow,
    DiagnosisRow,
    FinalAssessmentRow,
    FirstReadRow,
    LesionRow,
    PatientRow,
    PredictionRow,
    ReviewRow,
    SignOffRow,
)

_TOUCHED = "touched_cases"
_CHUNK = 500  # cases that are written anew together; SQLite takes 32,766 values in one statement


def touch(session: Session, case_id: int) -> None:
    """Note that something was said about a case: its words and facts are written anew when the work is committed."""
    session.info.setdefault(_TOUCHED, set()).add(case_id)


def refresh_touched(session: Session) -> None:
    """Write the words and facts of all touched cases anew."""
    refresh(session, session.info.pop(_TOUCHED, set()))


def has_missing(session: Session) -> bool:
    """Whether any case has no words, as an older version left it."""
    return session.scalar(_missing().limit(1)) is not None


def refresh_missing(session: Session) -> None:
    """Write the words and facts of cases that have no words."""
    refresh(session, list(session.scalars(_missing())))


def refresh(session: Session, case_ids: Collection[int]) -> None:
    """Write the words and facts of these cases anew; those that are not there are passed over."""
    ids = sorted(case_ids)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        session.execute(delete(CaseWordsRow).where(CaseWordsRow.case_id.in_(chunk)))
        rows = [{"case_id": case_id, "words": words} for case_id, words in _words(session, chunk)]
        if rows:
            session.execute(insert(CaseWordsRow), rows)
        refresh_facts(session, chunk)


def contains_all(text: str) -> Iterator[ColumnElement[bool]]:
    """The conditions that every word of a text is somewhere in a case joined with its words."""
    for word in text.lower().split():
        yield CaseWordsRow.words.contains(word, autoescape=True)


def _missing() -> Select[int]:
    return select(CaseRow.id).where(~exists().where(CaseWordsRow.case_id == CaseRow.id))


def _words(session: Session, case_ids: Collection[int]) -> Iterator[tuple[int, str]]:
    said: defaultdict[int, list[str]] = defaultdict(list)
    for statement in (_of_case(), *_of_others()):
        for case_id, *values in session.execute(statement.where(statement.selected_columns[0].in_(case_ids))):
            said[case_id] += [_word(value) for value in values if value not in (None, "")]
    for case_id, words in said.items():
        yield case_id, "\n".join((f"case {case_id}", *words))


def _word(value: object) -> str:
    spoken = value.replace("_", " ") if isinstance(value, Band) else value
    return str(spoken).lower()


def _of_case() -> Select[*tuple[Any, ...]]:
    row = CaseRow
    words = (row.filename, row.notes, row.reader, row.anatom_site, row.laterality, row.body_region, row.sex)
    others = (PatientRow.pseudonym, LesionRow.label, LesionRow.anatom_site)
    machine = (PredictionRow.model_name, PredictionRow.model_version, PredictionRow.band)
    return (
        select(row.id, *words, *others, *machine)
        .join(PredictionRow, PredictionRow.id == row.prediction_id)
        .outerjoin(PatientRow, PatientRow.id == row.patient_id)
        .outerjoin(LesionRow, LesionRow.id == row.lesion_id)
    )


def _of_others() -> Iterator[Select[*tuple[Any, ...]]]:
    review, diagnosis, read, final = ReviewRow, DiagnosisRow, FirstReadRow, FinalAssessmentRow
    yield select(review.case_id, review.assessment, review.note, review.reviewer)
    yield select(diagnosis.case_id, diagnosis.diagnosis, diagnosis.confirm_type, diagnosis.note, diagnosis.recorded_by)
    yield select(read.case_id, read.impression, read.diagnosis, read.reader)
    yield select(final.case_id, final.impression, final.diagnosis, final.decision, final.reader)
    yield select(SignOffRow.case_id, SignOffRow.signed_by)
