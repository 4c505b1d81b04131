"""What is due when: lesions that are to be seen again."""

from dataclasses import dataclass
from datetime import date

from core.domain import Recall
from dashboard.workflow.record import Record, utc_now

MOST_LISTED = 200  # one screen of work; what is due later comes up as the earlier ones are done


@dataclass(frozen=True, slots=True)
class RecallList:
    """Recalls as listed, and how many there are to be done in all and overdue."""

    recalls: tuple[Recall, ...]
    n_open: int
    n_overdue: int


def set_recall(*, lesion_id: int, due_on: date, reason: str, who: str, record: Record) -> int:
    """Note that a lesion is to be seen again, and give the recall's id. Raises RecordNotFound or StorageFailed."""
    with record.writing() as work:
        recall_id = work.recalls.add(lesion_id, due_on=due_on, reason=reason, set_by=who, set_at=utc_now())
        work.audit.add(
            at=utc_now(),
            who=who,
            action="set recall",
            entity="recall",
            entity_id=recall_id,
            detail={"due_on": due_on.isoformat()},
        )
    return recall_id


def finish_recall(*, recall_id: int, who: str, record: Record) -> bool:
    """Note that a recall is done; False where it was already. Raises RecordNotFound or StorageFailed."""
    with record.writing() as work:
        is_new = work.recalls.mark_done(recall_id, done_by=who, done_at=utc_now())
        if is_new:
            work.audit.add(at=utc_now(), who=who, action="finish recall", entity="recall", entity_id=recall_id)
    return is_new


def list_recalls(*, is_done: bool, today: date, record: Record) -> RecallList:
    """What is to be done, overdue first; or what was done, the latest first."""
    with record.reading() as work:
        found = work.recalls.done(limit=MOST_LISTED) if is_done else work.recalls.open(limit=MOST_LISTED)
        return RecallList(found, work.recalls.count_open(), work.recalls.count_open(due_before=today))


def recalls_of(*, lesion_id: int, record: Record) -> tuple[Recall, ...]:
    """All recalls of one lesion, what is due first at the top."""
    with record.reading() as work:
        return work.recalls.of_lesion(lesion_id)
