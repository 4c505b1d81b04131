"""A stand-in for the app that dies by SIGKILL at a given statement: `killed_app.py HOME KILL_AT N_FILES BROKEN`.

It begins a batch unless there is one, lets the worker score it and saves its cases. KILL_AT counts what is sent to the
database, commits among it; 0 lets it live. At its end it prints how many there were. File number BROKEN is no picture.
"""

import os
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

from conftest import (  # type: ignore[import-not-found]  # beside this file, which is run by its path
    NOT_A_PICTURE,
    DarknessClassifier,
    shade,
)
from sqlalchemy import event

from core.classifier.classifier import Classifier
from core.domain import Upload
from core.settings import Settings
from core.taxonomy import BatchMode, BatchState
from dashboard.shelf import ClassifierShelf
from dashboard.worker import BatchWorker
from dashboard.workflow.batch_review import save_items
from dashboard.workflow.batches import create_batch, list_batches, load_summary
from dashboard.workflow.intake import TakenIn
from dashboard.workflow.record import Record, open_record


class _OneNetwork(ClassifierShelf):
    def get(self, name: str) -> Classifier:
        classifier: Classifier = DarknessClassifier()
        return classifier


class _Death:
    """Counts down, and comes as a power cut does."""

    def __init__(self, at: int) -> None:
        self.n_seen = 0
        self._at = at
        self._lock = threading.Lock()  # the worker's thread and the main one

    def tick(self, *_: object) -> None:
        with self._lock:
            self.n_seen += 1
            if self.n_seen == self._at:
                os.kill(os.getpid(), signal.SIGKILL)


def main(home: Path, kill_at: int, n_files: int, broken: int) -> None:
    settings = replace(Settings.from_environment(), home=home, database_url=f"sqlite:///{home / 'lesionwise.db'}")
    record = open_record(settings)
    death = _Death(kill_at)
    for moment in ("before_cursor_execute", "commit"):
        event.listen(record.session_factory.kw["bind"], moment, death.tick)
    batch_id = _begin(record, n_files, broken)
    BatchWorker(record, _OneNetwork(Path("nowhere"), threads=1)).start("any")
    while load_summary(batch_id=batch_id, record=record).state is not BatchState.FINISHED:
        time.sleep(0.05)
    save_items(batch_id=batch_id, item_ids=None, reader="dr a", record=record)
    sys.stdout.write(str(death.n_seen))


def _begin(record: Record, n_files: int, broken: int) -> int:
    known = list_batches(record=record)
    if known:
        return known[0].batch_id
    contents = [NOT_A_PICTURE if n == broken else shade(40 + n, n) for n in range(n_files)]
    taken = [TakenIn(Upload(f"{n:03}.png", content)) for n, content in enumerate(contents)]
    return create_batch(name="morning", taken=taken, reader="dr a", record=record, mode=BatchMode.TRIAGE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
