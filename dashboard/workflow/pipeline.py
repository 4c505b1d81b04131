"""The files of a batch through decoding, scoring and storing, each of which goes on while the others do.

Threads suffice: Pillow, onnxruntime and SQLite give up the interpreter lock for most of their work. What is underway is
bounded: two groups being decoded, one at the network, one on its way into the database.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core import APP_VERSION
from core.classifier.classifier import Classifier
from core.domain import StoredImage, Upload
from core.errors import CorruptImage, ImageRejected
from core.imaging.decode import decode
from dashboard.workflow.record import Record, utc_now
from db.repositories.batch_rows import ScoredFile, WaitingFile

GROUP = 32  # files that go through the network, and into the database, together
_DECODERS = 2
_GROUPS_AHEAD = 2


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """A file ready for the network, or the reason why it is not."""

    item_id: int
    frame: NDArray[np.uint8] | None = None
    image: StoredImage | None = None
    rejection: str = ""


def score_files(
    *,
    waiting: Sequence[WaitingFile],
    source: str,
    classifier: Classifier,
    record: Record,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Iterator[list[int]]:
    """Score files and keep what the model said; gives the ids of each group once its rows are written.

    A group's pictures are on the disk before its rows name them, and its rows are written at once: what a crash
    interrupts is done again, and nothing twice. Raises StorageFailed.
    """
    decoders, writer = ThreadPoolExecutor(_DECODERS, "decode"), ThreadPoolExecutor(1, "store")
    stored: Future[list[int]] | None = None
    try:
        for prepared in _prepare_ahead(decoders, waiting, source, classifier, record):
            if is_stopped():
                break
            scored = _score(prepared, classifier)
            if stored is not None:
                yield stored.result()
            stored = writer.submit(_store, prepared, scored, record)
        if stored is not None:
            yield stored.result()
    finally:
        for pool in (decoders, writer):
            pool.shutdown(cancel_futures=True)


def _prepare_ahead(
    pool: ThreadPoolExecutor, waiting: Sequence[WaitingFile], source: str, classifier: Classifier, record: Record
) -> Iterator[list[_Prepared]]:
    """Prepared groups in order; while one is worked on, the next ones are being decoded."""
    ahead: deque[list[Future[_Prepared]]] = deque()
    for start in range(0, len(waiting), GROUP):
        group = waiting[start : start + GROUP]
        ahead.append([pool.submit(_prepare, row, source, classifier, record) for row in group])
        if len(ahead) > _GROUPS_AHEAD:
            yield [future.result() for future in ahead.popleft()]
    while ahead:
        yield [future.result() for future in ahead.popleft()]


def _prepare(row: WaitingFile, source: str, classifier: Classifier, record: Record) -> _Prepared:
    try:
        upload = Upload(row.filename, _read(row, source, record))
        image = decode(upload.content)
    except ImageRejected as error:
        return _Prepared(row.item_id, rejection=str(error))
    return _Prepared(row.item_id, classifier.prepare(image), record.keep_picture(upload.content, image))


def _read(row: WaitingFile, source: str, record: Record) -> bytes:
    path = record.staging / row.staged if row.staged else Path(source) / row.filename
    try:
        return path.read_bytes()
    except OSError as error:
        raise CorruptImage(f"This file cannot be read: {error.strerror}.") from error


def _score(prepared: Sequence[_Prepared], classifier: Classifier) -> list[ScoredFile]:
    ready = [(p.item_id, p.frame, p.image) for p in prepared if p.frame is not None and p.image is not None]
    predictions = classifier.predict_frames(np.stack([frame for _, frame, _ in ready])) if ready else []
    rows = zip(ready, predictions, strict=True)
    return [ScoredFile(item_id, image, prediction) for (item_id, _, image), prediction in rows]


def _store(prepared: Sequence[_Prepared], scored: Sequence[ScoredFile], record: Record) -> list[int]:
    with record.writing() as work:
        work.batches.record_scored_many(scored, predicted_at=utc_now(), app_version=APP_VERSION)
        for p in prepared:
            if p.rejection:
                work.batches.record_rejected(p.item_id, p.rejection)
    return [p.item_id for p in prepared]
