"""Uploaded files between their arrival and their score: as they came, metadata and all, and so never for long."""

import time
from collections.abc import Iterable
from pathlib import Path

from core.taxonomy import BatchState
from dashboard.workflow.record import Record
from db.failures import file_errors_told

_NEW_S = 600.0  # staging a morning's pictures takes seconds; a younger file may be of a batch about to begin


def forget_staged(*, names: Iterable[str], record: Record) -> None:
    """Remove staged files; "" and what is gone already are passed over. Raises StorageFailed."""
    for name in filter(None, names):
        with file_errors_told():
            (record.staging / name).unlink(missing_ok=True)


def sweep_staging(*, record: Record) -> None:
    """Remove what a crash left behind: staged files that are no longer new and that no unfinished batch waits for."""
    if not record.staging.is_dir():
        return
    with record.reading() as work:
        unfinished = work.batches.summaries(states=[BatchState.RUNNING, BatchState.PAUSED])
        wanted = {row.staged for batch in unfinished for row in work.batches.waiting(batch.batch_id)}
    old = {path.name for path in record.staging.iterdir() if _is_old(path)}
    forget_staged(names=old - wanted, record=record)


def _is_old(path: Path) -> bool:
    try:
        return path.stat().st_mtime < time.time() - _NEW_S
    except FileNotFoundError:  # its batch was stopped a moment ago
        return False
