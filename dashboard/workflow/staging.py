"""Uploaded files between their arrival and their score: as they came, metadata and all, and so never for long."""

from collections.abc import Iterable
from datetime import timedelta

from core.taxonomy import BatchState
from dashboard.workflow.record import Record, utc_now

_NEW = timedelta(minutes=10)  # staging a morning's pictures takes seconds; a younger one may be of a batch to come


def forget_staged(*, names: Iterable[str], record: Record) -> None:
    """Remove staged files; "" and what is gone already are passed over. Raises StorageFailed."""
    for name in filter(None, names):
        record.staging.remove(name)


def sweep_staging(*, record: Record) -> None:
    """Remove what a crash left behind: staged files that are no longer new and that no unfinished batch waits for."""
    old = record.staging.names(before=utc_now() - _NEW)
    if not old:
        return
    with record.reading() as work:
        unfinished = work.batches.summaries(states=[BatchState.RUNNING, BatchState.PAUSED])
        wanted = {row.staged for batch in unfinished for row in work.batches.waiting(batch.batch_id)}
    forget_staged(names=set(old) - wanted, record=record)
