"""The read side of the agreement figures: blind reads of saved cases with all that became of them."""

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, exists, select
from sqlalchemy.orm import Session, aliased

from core.domain import ReadOutcome
from core.taxonomy import BatchMode, ReadMode
from db.case_columns import newest_diagnosis_id
from db.tables import BatchItemRow, BatchRow, CaseRow, DiagnosisRow, FinalAssessmentRow, FirstReadRow, PredictionRow


def blind_reads(session: Session) -> tuple[ReadOutcome, ...]:
    """Every blind first read of a saved case, oldest first, with the newest final assessment of the same reader.

    Cases of a batch read by risk are left out, and so is a read of a picture that the same reader had saved as a case
    before, with its result in view: that was not blind.
    """
    statement = (
        select(
            CaseRow.id.label("case_id"),
            CaseRow.lesion_id,
            FirstReadRow.reader,
            FirstReadRow.impression.label("first"),
            PredictionRow.band,
            FinalAssessmentRow.impression.label("final"),
            DiagnosisRow.is_malignant,
        )
        .join(CaseRow, CaseRow.id == FirstReadRow.case_id)
        .join(PredictionRow, PredictionRow.id == CaseRow.prediction_id)
        .outerjoin(FinalAssessmentRow, FinalAssessmentRow.id == newest_own_final_id())
        .outerjoin(DiagnosisRow, DiagnosisRow.id == newest_diagnosis_id())
        .where(FirstReadRow.mode == ReadMode.BLIND, ~_is_of_triage(), ~_was_shown_before())
        .order_by(CaseRow.id)
    )
    return tuple(ReadOutcome(**row) for row in session.execute(statement).mappings())


def newest_own_final_id() -> ScalarSelect[Any]:
    """The newest final assessment by the reader of the first read; for statements on first reads."""
    row, read = aliased(FinalAssessmentRow), FirstReadRow
    found = select(row.id).where(row.submission_id == read.submission_id, row.reader == read.reader)
    return found.order_by(row.assessed_at.desc(), row.id.desc()).limit(1).correlate(read).scalar_subquery()


def _is_of_triage() -> ColumnElement[bool]:
    is_its_batch = (BatchItemRow.case_id == CaseRow.id) & (BatchRow.mode == BatchMode.TRIAGE)
    return exists().where(is_its_batch, BatchRow.id == BatchItemRow.batch_id)


def _was_shown_before() -> ColumnElement[bool]:
    earlier = aliased(CaseRow)
    is_same_picture = (earlier.image_id == CaseRow.image_id) & (earlier.id != CaseRow.id)
    is_theirs = earlier.reader == FirstReadRow.reader
    return (
        exists()
        .where(is_same_picture, is_theirs, earlier.created_at < FirstReadRow.kept_at)
        .correlate(CaseRow, FirstReadRow)
    )
