"""What is due when: days by which a lesion is to be seen again."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from core.domain import Recall
from core.errors import RecordNotFound
from db.case_columns import newest_case_id
from db.tables import LesionRow, PatientRow, RecallRow


class RecallRepository:
    """Recalls are added, and done once."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, lesion_id: int, *, due_on: date, reason: str, set_by: str, set_at: datetime) -> int:
        """Keep a recall and give its id. Raises RecordNotFound if there is no such lesion."""
        if self._session.get(LesionRow, lesion_id) is None:
            raise RecordNotFound(f"There is no lesion {lesion_id}.")
        row = RecallRow(lesion_id=lesion_id, due_on=due_on, reason=reason, set_by=set_by, set_at=set_at, done_by="")
        self._session.add(row)
        self._session.flush()
        return row.id

    def mark_done(self, recall_id: int, *, done_by: str, done_at: datetime) -> bool:
        """Note that a recall is done; False where it was already. Raises RecordNotFound if there is no such recall."""
        if self._session.scalar(select(RecallRow.id).where(RecallRow.id == recall_id)) is None:
            raise RecordNotFound(f"There is no recall {recall_id}.")
        is_open = (RecallRow.id == recall_id) & RecallRow.done_at.is_(None)
        statement = update(RecallRow).where(is_open).values(done_by=done_by, done_at=done_at).returning(RecallRow.id)
        return self._session.scalar(statement, execution_options={"synchronize_session": False}) is not None

    def open(self, *, limit: int) -> tuple[Recall, ...]:
        """What is to be done yet, what is due first at the top."""
        statement = _recalls().where(RecallRow.done_at.is_(None)).order_by(RecallRow.due_on, RecallRow.id)
        return self._read(statement.limit(limit))

    def done(self, *, limit: int) -> tuple[Recall, ...]:
        """What was done, the latest first."""
        statement = _recalls().where(RecallRow.done_at.is_not(None))
        return self._read(statement.order_by(RecallRow.done_at.desc(), RecallRow.id.desc()).limit(limit))

    def of_lesion(self, lesion_id: int) -> tuple[Recall, ...]:
        """All recalls of one lesion, what is due first at the top."""
        statement = _recalls().where(RecallRow.lesion_id == lesion_id)
        return self._read(statement.order_by(RecallRow.due_on, RecallRow.id))

    def count_open(self, *, due_before: date | None = None) -> int:
        """How many are to be done yet, or only those due before a day."""
        statement = select(func.count(RecallRow.id)).where(RecallRow.done_at.is_(None))
        if due_before is not None:
            statement = statement.where(RecallRow.due_on < due_before)
        return self._session.execute(statement).scalar_one()

    def _read(self, statement: Select[*tuple[Any, ...]]) -> tuple[Recall, ...]:
        return tuple(_to_recall(row) for row in self._session.execute(statement))


def _recalls() -> Select[*tuple[Any, ...]]:
    newest = newest_case_id(RecallRow.lesion_id).label("case_id")
    columns = (RecallRow, LesionRow.label, LesionRow.anatom_site, PatientRow.pseudonym, newest)
    return (
        select(*columns)
        .join(LesionRow, LesionRow.id == RecallRow.lesion_id)
        .outerjoin(PatientRow, PatientRow.id == LesionRow.patient_id)
        .execution_options(populate_existing=True)
    )


def _to_recall(row: Any) -> Recall:  # noqa: ANN401 (a Row of the five columns above)
    recall: RecallRow = row.RecallRow
    return Recall(
        recall_id=recall.id,
        lesion_id=recall.lesion_id,
        pseudonym=row.pseudonym or "",
        lesion_label=row.label,
        anatom_site=row.anatom_site,
        newest_case_id=row.case_id,
        due_on=recall.due_on,
        reason=recall.reason,
        set_by=recall.set_by,
        set_at=recall.set_at,
        done_by=recall.done_by,
        done_at=recall.done_at,
    )
