"""Which cases a named reader stands for."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.domain import SignOff
from db.case_words import touch
from db.repositories.reviews import require_case
from db.repositories.statements import insert_once
from db.tables import SignOffRow


class SignOffRepository:
    """A sign-off is given once and never changed; taking it back is the audit trail's to tell."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, case_id: int, *, signed_by: str, signed_at: datetime) -> bool:
        """Sign a case off; False where it was signed already. Raises RecordNotFound if there is no such case."""
        require_case(self._session, case_id)
        values = {"case_id": case_id, "signed_by": signed_by, "signed_at": signed_at}
        statement = insert_once(self._session, SignOffRow).values(values).returning(SignOffRow.case_id)
        touch(self._session, case_id)
        return self._session.scalar(statement) is not None

    def withdraw(self, case_id: int) -> None:
        """Take the sign-off of a case back, where there is one."""
        self._session.execute(delete(SignOffRow).where(SignOffRow.case_id == case_id))
        touch(self._session, case_id)

    def of_cases(self, case_ids: Collection[int]) -> dict[int, SignOff]:
        """The sign-offs of those of the cases that have one."""
        rows = self._session.scalars(select(SignOffRow).where(SignOffRow.case_id.in_(case_ids)))
        return {row.case_id: SignOff(row.case_id, row.signed_by, row.signed_at) for row in rows}
