"""Scores batches beside the sessions: one thread, which goes on after a restart where it was."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.errors import LesionwiseError
from dashboard.shelf import ClassifierShelf
from dashboard.workflow.batches import is_running, load_summary, pause_batch, run_batch, running_uploads
from dashboard.workflow.record import Record
from dashboard.workflow.staging import sweep_staging

if TYPE_CHECKING:
    from core.gates.assess import Gates

_LOG = logging.getLogger(__name__)
_RETRY_S = 15.0  # after a storage error or with an unusable network: long enough not to be in the way
_AFTER_SETTING_ASIDE = "Resume it to try again, or stop it: what is scored stays. The log names the fault."
_AFTER_FAULT = "Start the program again: what is scored is kept, and the batch goes on where it was."


class BatchWorker:
    """Works off running batches in the order in which they came. It never calls Streamlit."""

    def __init__(
        self, record: Record, shelf: ClassifierShelf, load_gates: "Callable[[str], Gates | None]" = lambda model: None
    ) -> None:
        self._record = record
        self._load_gates = load_gates
        self._shelf = shelf
        self._model = ""
        self._wake = threading.Event()
        self._told: LesionwiseError | None = None
        self._set_aside: dict[int, LesionwiseError] = {}
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def trouble(self) -> LesionwiseError | None:
        """What keeps the batches from being scored; shown on the batch page. They stay as they are."""
        if self._thread is not None and not self._thread.is_alive():
            return LesionwiseError("Scoring has stopped because of a fault in the program.", _AFTER_FAULT)
        return self._told

    def why_paused(self, batch_id: int) -> LesionwiseError | None:
        """Why the worker itself set a batch aside; None where it did not."""
        return self._set_aside.get(batch_id)

    def start(self, model: str) -> None:
        """Start the thread; batches that an earlier run of the app left are taken up at once."""
        self.wake(model)

    def wake(self, model: str) -> None:
        """Say that there is a new batch; a thread that a fault ended is begun anew.

        `model` scores the batches that name no network.
        """
        self._model = model
        self._wake.set()
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="batch-worker", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._wake.wait(timeout=_RETRY_S if self._told else None)
            self._wake.clear()
            try:
                sweep_staging(record=self._record)
                self._told = self._work_off()
            except LesionwiseError as error:
                self._told = error
                _LOG.warning("batch worker: %s", error)

    def _work_off(self) -> LesionwiseError | None:
        """Score what is to be scored; a batch that cannot be does not keep the next ones from it."""
        told = None
        for batch_id in running_uploads(record=self._record):
            self._set_aside.pop(batch_id, None)
            try:
                self._score(batch_id)
            except LesionwiseError as error:
                told = error
                _LOG.warning("batch %d: %s", batch_id, error)
            except Exception as error:  # noqa: BLE001 (a file that no code expected must not stop the other batches)
                self._put_aside(batch_id, error)
        return told

    def _put_aside(self, batch_id: int, error: Exception) -> None:
        _LOG.error("batch %d is set aside", batch_id, exc_info=error)
        self._set_aside[batch_id] = LesionwiseError(
            f"Batch {batch_id} is paused: one of its files could not be worked on.", _AFTER_SETTING_ASIDE
        )
        pause_batch(batch_id=batch_id, record=self._record)

    def _score(self, batch_id: int) -> None:
        model = load_summary(batch_id=batch_id, record=self._record).model_name or self._model
        classifier = self._shelf.get(model)
        run_batch(
            batch_id=batch_id,
            classifier=classifier,
            record=self._record,
            gates=self._load_gates(model),
            is_stopped=lambda: not is_running(batch_id=batch_id, record=self._record),
        )
