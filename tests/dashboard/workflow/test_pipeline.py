"""The pipeline of a batch: groups are stored in order while the next ones are decoded, and never more than a few."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.domain import LesionImage, Prediction
from core.errors import StorageFailed
from core.taxonomy import ItemState
from dashboard.workflow import pipeline
from dashboard.workflow.batches import open_folder_batch
from dashboard.workflow.pipeline import score_files
from dashboard.workflow.record import Record
from db.repositories.batch_rows import WaitingFile
from tests.dashboard.conftest import NOT_A_PICTURE, DarknessClassifier, shade

N_FILES, GROUP = 25, 4


@pytest.fixture(autouse=True)
def _small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "GROUP", GROUP)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures of rising brightness; the sixth file is none."""
    files = tmp_path / "files"
    files.mkdir()
    for n in range(N_FILES):
        (files / f"{n:02d}.png").write_bytes(NOT_A_PICTURE if n == 5 else shade(8 * n + 4, n))
    return files


@pytest.fixture
def waiting(folder: Path, record: Record) -> list[WaitingFile]:
    batch_id = open_folder_batch(folder=folder, reader="dr a", record=record)
    with record.reading() as work:
        return work.batches.waiting(batch_id)


class CountingClassifier(DarknessClassifier):
    """Counts how many pictures were decoded before each group was scored."""

    def __init__(self) -> None:
        super().__init__()
        self.n_prepared = 0
        self.ahead: list[int] = []
        self._counter = threading.Lock()

    def prepare(self, image: LesionImage) -> NDArray[np.uint8]:
        with self._counter:
            self.n_prepared += 1
        return super().prepare(image)

    def predict_frames(self, frames: NDArray[np.uint8]) -> list[Prediction]:
        until = time.monotonic() + 10
        while not self.ahead and self.n_prepared <= GROUP and time.monotonic() < until:
            time.sleep(0.01)  # the first group is at the network until the next one is begun
        self.ahead.append(self.n_prepared - self.n_scored)
        return super().predict_frames(frames)


def test_every_file_is_scored_or_rejected_in_its_order(
    folder: Path, waiting: list[WaitingFile], record: Record, classifier: DarknessClassifier
) -> None:
    groups = list(score_files(waiting=waiting, source=str(folder), classifier=classifier, record=record))
    assert [len(group) for group in groups] == [4, 4, 4, 4, 4, 4, 1]
    assert [item_id for group in groups for item_id in group] == [row.item_id for row in waiting]
    with record.reading() as work:
        items = [work.batches.item(row.item_id) for row in waiting]
    assert [item.state for item in items].count(ItemState.SCORED) == N_FILES - 1
    assert items[5].state is ItemState.REJECTED
    scores = [item.prediction.malignant_probability for item in items if item.prediction]
    assert scores == sorted(scores, reverse=True)  # the files get brighter: no score is another file's


def test_decoding_runs_ahead_by_a_few_groups_and_no_more(
    folder: Path, waiting: list[WaitingFile], record: Record
) -> None:
    classifier = CountingClassifier()
    assert sum(
        len(group) for group in score_files(waiting=waiting, source=str(folder), classifier=classifier, record=record)
    ) == len(waiting)
    assert GROUP < max(classifier.ahead) <= GROUP * (1 + pipeline._GROUPS_AHEAD + pipeline._SCORED_AHEAD)


def test_a_group_is_told_of_only_once_its_rows_are_written(
    folder: Path, waiting: list[WaitingFile], record: Record, classifier: DarknessClassifier
) -> None:
    for group in score_files(waiting=waiting, source=str(folder), classifier=classifier, record=record):
        with record.reading() as work:
            assert all(work.batches.item(item_id).state is not ItemState.WAITING for item_id in group)


def test_stopping_keeps_what_was_scored_and_leaves_the_rest_waiting(
    folder: Path, waiting: list[WaitingFile], record: Record, classifier: DarknessClassifier
) -> None:
    done = list(
        score_files(
            waiting=waiting,
            source=str(folder),
            classifier=classifier,
            record=record,
            is_stopped=lambda: classifier.n_scored >= 2 * GROUP - 1,
        )
    )
    assert 2 <= len(done) <= 2 + pipeline._SCORED_AHEAD  # those that were on their way are finished
    with record.reading() as work:
        states = [work.batches.item(row.item_id).state for row in waiting]
    assert states.count(ItemState.WAITING) == N_FILES - sum(map(len, done)) > 0


def test_a_failing_network_ends_it_without_losing_what_was_scored(
    folder: Path, waiting: list[WaitingFile], record: Record, classifier: DarknessClassifier
) -> None:
    classifier.fails_after = 2 * GROUP
    with pytest.raises(RuntimeError, match="broke down"):
        list(score_files(waiting=waiting, source=str(folder), classifier=classifier, record=record))
    with record.reading() as work:
        states = [work.batches.item(row.item_id).state for row in waiting]
    assert states[: 2 * GROUP].count(ItemState.WAITING) == 0
    assert not any(thread.name.startswith(("decode", "store")) for thread in threading.enumerate())


def test_a_failing_database_is_told(
    folder: Path,
    waiting: list[WaitingFile],
    record: Record,
    classifier: DarknessClassifier,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*args: object) -> list[int]:
        raise StorageFailed("The disk is full.", "Make room.")

    monkeypatch.setattr(pipeline, "store_prepared", fail)
    with pytest.raises(StorageFailed, match="disk is full"):
        list(score_files(waiting=waiting, source=str(folder), classifier=classifier, record=record))
