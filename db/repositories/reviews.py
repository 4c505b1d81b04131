"""What clinicians add to a case later: their own assessment, and what the lesion turned out to be."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from core.domain import ConfirmedDiagnosis, Review
from core.errors import RecordNotFound
from db.case_words import touch
from db.tables import CaseRow, DiagnosisRow, ReviewRow


class ReviewRepository:
    """Reviews are added and never changed: the newest counts, the older ones stay as the case's history."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, case_id: int, review: Review) -> int:
        """Keep a review and give its id. Raises RecordNotFound if there is no such case."""
        require_case(self._session, case_id)
        touch(self._session, case_id)
        statement = insert(ReviewRow).values(case_id=case_id, **asdict(review)).returning(ReviewRow.id)
        return self._session.execute(statement).scalar_one()

    def of_cases(self, case_ids: Sequence[int]) -> dict[int, tuple[Review, ...]]:
        """The reviews of each case that has any, newest first."""
        statement = select(ReviewRow).where(ReviewRow.case_id.in_(case_ids))
        newest_first = statement.order_by(ReviewRow.reviewed_at.desc(), ReviewRow.id.desc())
        found: dict[int, tuple[Review, ...]] = {}
        for row in self._session.scalars(newest_first):
            found[row.case_id] = (*found.get(row.case_id, ()), _to_review(row))
        return found


class DiagnosisRepository:
    """Confirmed diagnoses are added and never changed: a correction is a newer one."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, case_id: int, diagnosis: ConfirmedDiagnosis) -> int:
        """Keep a confirmed diagnosis and give its id. Raises RecordNotFound if there is no such case."""
        require_case(self._session, case_id)
        touch(self._session, case_id)
        statement = insert(DiagnosisRow).values(case_id=case_id, **asdict(diagnosis)).returning(DiagnosisRow.id)
        return self._session.execute(statement).scalar_one()

    def history(self, case_id: int) -> tuple[ConfirmedDiagnosis, ...]:
        """All that was ever recorded for a case, newest first."""
        statement = select(DiagnosisRow).where(DiagnosisRow.case_id == case_id)
        newest_first = statement.order_by(DiagnosisRow.recorded_at.desc(), DiagnosisRow.id.desc())
        return tuple(_to_diagnosis(row) for row in self._session.scalars(newest_first))

    def of_cases(self, case_ids: Sequence[int]) -> dict[int, ConfirmedDiagnosis]:
        """The diagnosis in force of each case that has one."""
        statement = select(DiagnosisRow).where(DiagnosisRow.case_id.in_(case_ids))
        newest_last = statement.order_by(DiagnosisRow.recorded_at, DiagnosisRow.id)
        return {row.case_id: _to_diagnosis(row) for row in self._session.scalars(newest_last)}


def require_case(session: Session, case_id: int) -> None:
    """Raises RecordNotFound if there is no such case."""
    if not session.execute(select(exists().where(CaseRow.id == case_id))).scalar_one():
        raise RecordNotFound(f"There is no case {case_id}.")


def _to_review(row: ReviewRow) -> Review:
    return Review(assessment=row.assessment, note=row.note, reviewer=row.reviewer, reviewed_at=row.reviewed_at)


def _to_diagnosis(row: DiagnosisRow) -> ConfirmedDiagnosis:
    return ConfirmedDiagnosis(
        diagnosis=row.diagnosis,
        is_malignant=row.is_malignant,
        confirm_type=row.confirm_type,
        confirmed_on=row.confirmed_on,
        note=row.note,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
    )
