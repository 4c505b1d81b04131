"""Filters of the case history that the practice keeps under a name."""

from core.domain import CaseFilter, SavedFilter
from dashboard.workflow.record import Record, utc_now


def keep_filter(*, name: str, wanted: CaseFilter, who: str, record: Record) -> int:
    """Keep a filter under a name, in place of an earlier one of that name; gives its id. Raises StorageFailed."""
    with record.writing() as work:
        return work.saved_filters.save(name, wanted, who=who, at=utc_now())


def saved_filters(*, record: Record) -> list[SavedFilter]:
    """All saved filters, by name."""
    with record.reading() as work:
        return work.saved_filters.all()


def forget_filter(*, filter_id: int, record: Record) -> None:
    """Forget a filter. Raises StorageFailed."""
    with record.writing() as work:
        work.saved_filters.remove(filter_id)
