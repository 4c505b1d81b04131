"""The files of a batch through decoding, scoring and storing, each of which goes on while the others do.

Threads suffice: Pillow, onnxruntime and SQLite give up the interpreter lock for most of their work, and those that keep
pictures wait for the disk most of the time. What is underway is bounded: two groups being decoded, one at the network
and one that waits for it, one on its way into the database.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Protocol

from core.classifier.classifier import Classifier
from dashboard.workflow.group import Outcome, Prepared, Preparer, score_prepared, store_prepared
from dashboard.workflow.record import Record
from db.repositories.batch_rows import WaitingFile

if TYPE_CHECKING:
    from core.gates.assess import Gates

GROUP = 32  # files that go through the network, and into the database, together
_DECODERS = 2
_KEEPERS = 4  # several at once wait no longer for the disk than one
_SCORED_AHEAD = 2  # groups with the one thread that scores, in their order: one is begun as soon as one is done
_GROUPS_AHEAD = 2


class ScoreFiles(Protocol):
    """Whoever scores the waiting files of a batch and keeps what came of them, as `score_files` does."""

    def __call__(
        self,
        *,
        waiting: Sequence[WaitingFile],
        source: str,
        classifier: Classifier,
        record: Record,
        gates: "Gates | None",
        is_stopped: Callable[[], bool],
    ) -> Iterator[list[int]]:
        """Give the ids of each group once its rows are written."""


def score_files(
    *,
    waiting: Sequence[WaitingFile],
    source: str,
    classifier: Classifier,
    record: Record,
    gates: "Gates | None" = None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Iterator[list[int]]:
    """Score files and keep what the model said; gives the ids of each group once its rows are written.

    A group's pictures are on the disk before its rows name them, and its rows are written at once: what a crash
    interrupts is done again, and nothing twice. What one of the `gates` holds back is kept with the reason and without
    a score. Raises StorageFailed.
    """
    sizes = {"decode": _DECODERS, "keep": _KEEPERS, "score": 1, "store": 1}
    pools = {name: ThreadPoolExecutor(size, name) for name, size in sizes.items()}
    keepers, writer = pools["keep"], pools["store"]
    preparer = Preparer(source, classifier, gates, record, lambda *shown: keepers.submit(record.keep_picture, *shown))
    ready = _prepare_ahead(pools["decode"], waiting, preparer)
    stored: Future[list[int]] | None = None
    try:
        for prepared, outcome in _score_ahead(pools["score"], ready, classifier, gates, is_stopped):
            if stored is not None:
                yield stored.result()
            stored = writer.submit(store_prepared, prepared, outcome, record)
        if stored is not None:
            yield stored.result()
    finally:
        wait([stored] if stored else [])  # what is scored is not lost with what fails after it
        for pool in pools.values():
            pool.shutdown(cancel_futures=True)


def _prepare_ahead(
    pool: ThreadPoolExecutor, waiting: Sequence[WaitingFile], preparer: Preparer
) -> Iterator[list[Prepared]]:
    """Prepared groups in order; while one is worked on, the next ones are being decoded."""
    ahead: deque[list[Future[Prepared]]] = deque()
    for start in range(0, len(waiting), GROUP):
        ahead.append([pool.submit(preparer.prepare, row) for row in waiting[start : start + GROUP]])
        if len(ahead) > _GROUPS_AHEAD:
            yield [future.result() for future in ahead.popleft()]
    while ahead:
        yield [future.result() for future in ahead.popleft()]


def _score_ahead(
    pool: ThreadPoolExecutor,
    ready: Iterator[list[Prepared]],
    classifier: Classifier,
    gates: "Gates | None",
    is_stopped: Callable[[], bool],
) -> Iterator[tuple[list[Prepared], Outcome]]:
    """Scored groups in order; the next one waits for its turn while one is at the network."""
    ahead: deque[tuple[list[Prepared], Future[Outcome]]] = deque()
    for prepared in ready:
        if is_stopped():
            break
        ahead.append((prepared, pool.submit(score_prepared, prepared, classifier, gates)))
        if len(ahead) == _SCORED_AHEAD:
            done, outcome = ahead.popleft()
            yield done, outcome.result()
    for done, outcome in ahead:
        yield done, outcome.result()
