import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.classifier.classifier import Classifier
from core.domain import ModelIdentity, Prediction, Upload
from core.errors import WeightsMissing
from core.settings import Settings
from core.taxonomy import BatchState, ItemState
from dashboard import worker as worker_module
from dashboard.shelf import ClassifierShelf
from dashboard.worker import BatchWorker
from dashboard.workflow import batch_review, batches
from dashboard.workflow.intake import TakenIn
from dashboard.workflow.record import Record
from tests.dashboard.conftest import IDENTITY, DarknessClassifier, draw, shade

MANY = 40


class Shelf(ClassifierShelf):
    """Holds one network, or says that it is missing."""

    def __init__(self, classifier: Classifier | None) -> None:
        super().__init__(Path("nowhere"), threads=1)
        self.classifier = classifier
        self.asked: list[str] = []

    def get(self, name: str) -> Classifier:
        self.asked.append(name)
        if self.classifier is None:
            raise WeightsMissing(f"The network {name!r} is not installed.")
        return self.classifier


@pytest.fixture
def begin(record: Record) -> Callable[..., int]:
    def begin_one(n: int = 3, network: ModelIdentity | None = None) -> int:
        taken = [TakenIn(Upload(f"{k:02}.png", shade(60 + k, k))) for k in range(n)]
        return batches.create_batch(name="morning", taken=taken, reader="dr a", record=record, network=network)

    return begin_one


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_true():
        assert time.monotonic() < deadline, "waited for 20 s"
        time.sleep(0.01)


def is_finished(record: Record, batch_id: int) -> bool:
    return batches.load_summary(batch_id=batch_id, record=record).state is BatchState.FINISHED


def test_a_new_batch_is_scored_by_the_network_that_was_asked_for(
    record: Record, classifier: DarknessClassifier, begin: Callable[..., int]
) -> None:
    shelf = Shelf(classifier)
    worker = BatchWorker(record, shelf)
    first = begin()
    worker.start("first")
    wait_until(lambda: is_finished(record, first))
    second = begin()
    worker.wake("second")
    wait_until(lambda: is_finished(record, second))
    assert shelf.asked == ["first", "second"]
    assert classifier.n_scored == 6
    assert worker.trouble is None


def test_a_batch_that_a_crash_interrupted_goes_on_after_the_restart(
    record: Record, classifier: DarknessClassifier, begin: Callable[..., int]
) -> None:
    batch_id = begin(MANY)
    classifier.fails_after = 35
    with pytest.raises(RuntimeError):
        batches.run_batch(batch_id=batch_id, classifier=classifier, record=record)
    [left, *_] = record.staging.names()
    classifier.fails_after = None

    BatchWorker(record, Shelf(classifier)).start("any")
    wait_until(lambda: is_finished(record, batch_id))
    _, items = batch_review.load_items(batch_id=batch_id, record=record)
    assert sorted(item.filename for item in items) == [f"{k:02}.png" for k in range(MANY)]
    assert {item.state for item in items} == {ItemState.SCORED}
    assert classifier.n_scored == MANY
    assert not record.staging.has(left)


def test_a_batch_stays_with_the_network_that_it_was_begun_with(
    record: Record, classifier: DarknessClassifier, begin: Callable[..., int]
) -> None:
    shelf = Shelf(classifier)
    worker = BatchWorker(record, shelf)
    batch_id = begin(network=IDENTITY)
    worker.start("in force since")
    wait_until(lambda: is_finished(record, batch_id))
    assert shelf.asked == [IDENTITY.name]


def test_a_batch_of_other_weights_waits_and_the_next_one_is_scored(
    record: Record, classifier: DarknessClassifier, begin: Callable[..., int]
) -> None:
    newer, other = begin(), begin(network=replace(IDENTITY, weights_sha256="0" * 64))
    worker = BatchWorker(record, Shelf(classifier))
    last = begin(network=IDENTITY)
    worker.start("any")
    wait_until(lambda: is_finished(record, last) and is_finished(record, newer) and worker.trouble is not None)
    assert "has other weights now" in str(worker.trouble)
    left = batches.load_summary(batch_id=other, record=record)
    assert (left.n_waiting, left.state, left.model_name) == (3, BatchState.RUNNING, IDENTITY.name)
    assert len(record.staging.names()) == 3
    batches.cancel_batch(batch_id=other, record=record)  # or the worker would try again, and say so, in other tests


def test_cancelled_and_folder_batches_are_left_alone(
    record: Record, classifier: DarknessClassifier, begin: Callable[..., int], tmp_path: Path
) -> None:
    cancelled = begin()
    batches.cancel_batch(batch_id=cancelled, record=record)
    (tmp_path / "a.jpg").write_bytes(draw())
    folder = batches.open_folder_batch(folder=tmp_path, reader="terminal", record=record)
    last = begin()
    BatchWorker(record, Shelf(classifier)).start("any")
    wait_until(lambda: is_finished(record, last))
    assert batches.load_summary(batch_id=cancelled, record=record).n_waiting == 3
    assert batches.load_summary(batch_id=folder, record=record).n_waiting == 1


def test_a_missing_network_is_told_and_the_batch_waits_for_it(
    record: Record, classifier: DarknessClassifier, begin: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "_RETRY_S", 0.05)
    shelf, batch_id = Shelf(None), begin()
    worker = BatchWorker(record, shelf)
    worker.start("absent")
    wait_until(lambda: worker.trouble is not None)
    assert "not installed" in str(worker.trouble)
    assert batches.load_summary(batch_id=batch_id, record=record).n_waiting == 3
    shelf.classifier = classifier
    wait_until(lambda: is_finished(record, batch_id))
    wait_until(lambda: worker.trouble is None)


class PoisonedClassifier(DarknessClassifier):
    """Breaks down at the darkest picture of all."""

    def predict_frames(self, frames: NDArray[np.uint8]) -> list[Prediction]:
        if any(frame.mean() < 30 for frame in frames):
            raise RuntimeError("the network broke down")
        return super().predict_frames(frames)


def test_a_batch_with_a_poisonous_file_is_set_aside_and_the_next_one_is_scored(
    record: Record, begin: Callable[..., int], classifier: DarknessClassifier, caplog: pytest.LogCaptureFixture
) -> None:
    poisoned = batches.create_batch(
        name="poisoned", taken=[TakenIn(Upload("p.png", shade(5)))], reader="dr a", record=record
    )
    healthy, shelf = begin(), Shelf(PoisonedClassifier())
    worker = BatchWorker(record, shelf)
    worker.start("any")
    wait_until(lambda: is_finished(record, healthy))
    left = batches.load_summary(batch_id=poisoned, record=record)
    assert (left.state, left.n_waiting) == (BatchState.PAUSED, 1)
    assert "could not be worked on" in str(worker.why_paused(poisoned))
    assert "the network broke down" not in str(worker.why_paused(poisoned))  # that is for the log alone
    assert "the network broke down" in caplog.text
    assert worker.why_paused(healthy) is None

    shelf.classifier = classifier
    batches.resume_batch(batch_id=poisoned, record=record)
    worker.wake("any")
    wait_until(lambda: is_finished(record, poisoned))
    assert worker.why_paused(poisoned) is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_outside_of_any_batch_is_told_and_the_worker_begins_anew(
    record: Record, classifier: DarknessClassifier, begin: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("no batch's fault")

    worker = BatchWorker(record, Shelf(classifier))
    with monkeypatch.context() as patch:
        patch.setattr(worker_module, "sweep_staging", fail)
        worker.start("any")
        wait_until(lambda: worker.trouble is not None)
    assert worker.trouble is not None
    assert "Start the program again" in worker.trouble.next_step
    batch_id = begin()
    worker.wake("any")
    wait_until(lambda: is_finished(record, batch_id))
    assert worker.trouble is None


def test_what_an_earlier_crash_left_staged_is_removed(
    record: Record, settings: Settings, classifier: DarknessClassifier
) -> None:
    left = settings.home / "staging" / record.stage(b"with a name in it")
    os.utime(left, (time.time() - 3600,) * 2)
    BatchWorker(record, Shelf(classifier)).start("any")
    wait_until(lambda: not left.exists())
