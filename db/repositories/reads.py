"""What a reader thought before and after the machine's result was shown; kept by submission, before there is a case."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.domain import FinalAssessment, FirstRead
from db.repositories.statements import insert_once
from db.tables import CaseRow, FinalAssessmentRow, FirstReadRow


class ReadRepository:
    """First reads are written once; final assessments are added and the newest counts.

    A submission is what a case or a batch item will be saved as. Where it was saved already, the read names its case.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_first(self, read: FirstRead) -> FirstRead:
        """Keep a first read; a second one for the same submission changes nothing. Gives the one that is kept."""
        values = asdict(read) | {"case_id": self._case_of(read.submission_id)}
        self._session.execute(insert_once(self._session, FirstReadRow), values)
        return self.firsts([read.submission_id])[read.submission_id]

    def firsts(self, submission_ids: Sequence[str]) -> dict[str, FirstRead]:
        """The first read of each submission that has one."""
        statement = select(FirstReadRow).where(FirstReadRow.submission_id.in_(submission_ids))
        rows = self._session.scalars(statement, execution_options={"populate_existing": True})
        return {row.submission_id: _to_first(row) for row in rows}

    def mark_revealed(self, submission_id: str, at: datetime) -> None:
        """Keep when the machine's result was first shown (UTC); later times change nothing."""
        is_first = (FirstReadRow.submission_id == submission_id) & FirstReadRow.revealed_at.is_(None)
        self._session.execute(update(FirstReadRow).where(is_first).values(revealed_at=at))

    def add_final(self, final: FinalAssessment) -> None:
        """Keep a final assessment."""
        values = asdict(final) | {"case_id": self._case_of(final.submission_id)}
        self._session.execute(insert(FinalAssessmentRow), values)

    def finals(self, submission_ids: Sequence[str]) -> dict[str, tuple[FinalAssessment, ...]]:
        """The final assessments of each submission that has any, newest first."""
        row = FinalAssessmentRow
        statement = select(row).where(row.submission_id.in_(submission_ids))
        found: dict[str, tuple[FinalAssessment, ...]] = {}
        for final in self._session.scalars(statement.order_by(row.assessed_at.desc(), row.id.desc())):
            found[final.submission_id] = (*found.get(final.submission_id, ()), _to_final(final))
        return found

    def _case_of(self, submission_id: str) -> int | None:
        return self._session.scalar(select(CaseRow.id).where(CaseRow.submission_id == submission_id))


def link_reads(session: Session, submission_ids: Sequence[str]) -> None:
    """Tie what was said about submissions to the cases that they have become."""
    for row in (FirstReadRow, FinalAssessmentRow):
        its_case = select(CaseRow.id).where(CaseRow.submission_id == row.submission_id).scalar_subquery()
        statement = update(row).where(row.submission_id.in_(submission_ids)).values(case_id=its_case)
        session.execute(statement, execution_options={"synchronize_session": False})


def _to_first(row: FirstReadRow) -> FirstRead:
    return FirstRead(
        submission_id=row.submission_id,
        mode=row.mode,
        reader=row.reader,
        kept_at=row.kept_at,
        impression=row.impression,
        confidence=row.confidence,
        diagnosis=row.diagnosis,
        revealed_at=row.revealed_at,
    )


def _to_final(row: FinalAssessmentRow) -> FinalAssessment:
    return FinalAssessment(
        submission_id=row.submission_id,
        impression=row.impression,
        reader=row.reader,
        assessed_at=row.assessed_at,
        diagnosis=row.diagnosis,
        decision=row.decision,
        is_switch=row.is_switch,
    )
