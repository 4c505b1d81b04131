"""The files of a batch through decoding, scoring and storing, each of which goes on while the others do.

Threads suffice: Pillow, onnxruntime and SQLite give up the interpreter lock for most of their work. What is underway is
bounded: two groups being decoded, one at the network, one on its way into the database.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core import APP_VERSION
from core.classifier.classifier import Classifier
from core.domain import QualityReport, StoredImage, Upload
from core.errors import CorruptImage, ImageRejected
from core.imaging.decode import decode
from dashboard.workflow.record import Record, utc_now
from db.repositories.batch_rows import GatedFile, ScoredFile, WaitingFile

if TYPE_CHECKING:
    from core.gates.assess import Gates

GROUP = 32  # files that go through the network, and into the database, together
_DECODERS = 2
_GROUPS_AHEAD = 2


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """A file ready for the network, or the reason why it is not."""

    item_id: int
    frame: NDArray[np.uint8] | None = None
    image: StoredImage | None = None
    quality: QualityReport | None = None
    rejection: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Outcome:
    """What became of a group's readable files."""

    scored: list[ScoredFile]
    gated: list[GatedFile]


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
    decoders, writer = ThreadPoolExecutor(_DECODERS, "decode"), ThreadPoolExecutor(1, "store")
    stored: Future[list[int]] | None = None
    try:
        for prepared in _prepare_ahead(decoders, waiting, source, classifier, gates, record):
            if is_stopped():
                break
            outcome = _score(prepared, classifier, gates)
            if stored is not None:
                yield stored.result()
            stored = writer.submit(_store, prepared, outcome, record)
        if stored is not None:
            yield stored.result()
    finally:
        for pool in (decoders, writer):
            pool.shutdown(cancel_futures=True)


def _prepare_ahead(
    pool: ThreadPoolExecutor,
    waiting: Sequence[WaitingFile],
    source: str,
    classifier: Classifier,
    gates: "Gates | None",
    record: Record,
) -> Iterator[list[_Prepared]]:
    """Prepared groups in order; while one is worked on, the next ones are being decoded."""
    ahead: deque[list[Future[_Prepared]]] = deque()
    for start in range(0, len(waiting), GROUP):
        group = waiting[start : start + GROUP]
        ahead.append([pool.submit(_prepare, row, source, classifier, gates, record) for row in group])
        if len(ahead) > _GROUPS_AHEAD:
            yield [future.result() for future in ahead.popleft()]
    while ahead:
        yield [future.result() for future in ahead.popleft()]


def _prepare(row: WaitingFile, source: str, classifier: Classifier, gates: "Gates | None", record: Record) -> _Prepared:
    try:
        upload = Upload(row.filename, _read(row, source, record))
        image = decode(upload.content)
    except ImageRejected as error:
        return _Prepared(row.item_id, rejection=str(error))
    quality = gates.measure(image) if gates else None
    return _Prepared(row.item_id, classifier.prepare(image), record.keep_picture(upload.content, image), quality)


def _read(row: WaitingFile, source: str, record: Record) -> bytes:
    path = record.staging / row.staged if row.staged else Path(source) / row.filename
    try:
        return path.read_bytes()
    except OSError as error:
        raise CorruptImage(f"This file cannot be read: {error.strerror}.") from error


def _score(prepared: Sequence[_Prepared], classifier: Classifier, gates: "Gates | None") -> _Outcome:
    """Pass a group through the network and the gates; the scope gate judges what the network saw."""
    ready = [(p, p.frame, p.image) for p in prepared if p.frame is not None and p.image is not None]
    predictions = classifier.predict_frames(np.stack([frame for _, frame, _ in ready])) if ready else []
    outcome = _Outcome([], [])
    for (p, _, image), prediction in zip(ready, predictions, strict=True):
        checks = gates.judge(p.quality, prediction.embedding) if gates and p.quality else None
        if checks is None or checks.is_passed:
            outcome.scored.append(ScoredFile(p.item_id, image, prediction))
        else:
            outcome.gated.append(GatedFile(p.item_id, image, " ".join(checks.reasons)))
    return outcome


def _store(prepared: Sequence[_Prepared], outcome: _Outcome, record: Record) -> list[int]:
    with record.writing() as work:
        work.batches.record_scored_many(outcome.scored, predicted_at=utc_now(), app_version=APP_VERSION)
        work.batches.record_gated_many(outcome.gated, stored_at=utc_now())
        for p in prepared:
            if p.rejection:
                work.batches.record_rejected(p.item_id, p.rejection)
    return [p.item_id for p in prepared]
