"""The files of a batch through decoding, scoring and storing, each of which goes on while the others do.

Threads suffice: Pillow, onnxruntime and SQLite give up the interpreter lock for most of their work. What is underway is
bounded: two groups being decoded, one at the network, one on its way into the database.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from core import APP_VERSION
from core.classifier.classifier import Classifier
from core.domain import QualityReport, StoredImage, Upload
from core.errors import CorruptImage, ImageRejected
from core.imaging.decode import decode
from dashboard.workflow.record import Record, utc_now
from db.repositories.batch_rows import GatedFile, ScoredFile, WaitingFile
from db.unit_of_work import UnitOfWork

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
    keep_again: Callable[[], object] = lambda: None


@dataclass(frozen=True, slots=True, eq=False)
class _Outcome:
    """What became of a group's readable files."""

    scored: list[ScoredFile]
    gated: list[GatedFile]


@dataclass(frozen=True, slots=True, eq=False)
class ScoredGroup:
    """What became of a group of files on another machine; `rejected` gives the reasons by the files' ids."""

    item_ids: list[int]
    scored: list[ScoredFile]
    gated: list[GatedFile]
    rejected: dict[int, str]


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


def score_group(
    *, rows: Sequence[WaitingFile], source: str, classifier: Classifier, record: Record, gates: "Gates | None"
) -> ScoredGroup:
    """One group as `score_files` takes it, up to its rows: the part that another machine can do."""
    prepared = [_prepare(row, source, classifier, gates, record) for row in rows]
    outcome = _score(prepared, classifier, gates)
    rejected = {p.item_id: p.rejection for p in prepared if p.rejection}
    return ScoredGroup([row.item_id for row in rows], outcome.scored, outcome.gated, rejected)


def store_group(*, group: ScoredGroup, pictures: Mapping[str, bytes], record: Record) -> list[int]:
    """Keep the pictures of a group, by their SHA-256, and then write its rows; gives its ids. Raises StorageFailed."""
    images = {file.item_id: file.image for file in group.scored} | {file.item_id: file.image for file in group.gated}
    for content in pictures.values():
        record.blobs.put(content)
    prepared = [
        _Prepared(item_id, image=image, keep_again=partial(record.blobs.put, pictures[image.blob_sha256]))
        for item_id, image in images.items()
    ]
    prepared += [_Prepared(item_id, rejection=reason) for item_id, reason in group.rejected.items()]
    _store(prepared, _Outcome(group.scored, group.gated), record)
    return group.item_ids


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
    quality, frame = gates.measure(image) if gates else None, classifier.prepare(image)
    again = partial(_keep_again, row, source, record)
    return _Prepared(row.item_id, frame, record.keep_picture(upload.content, image), quality, keep_again=again)


def _keep_again(row: WaitingFile, source: str, record: Record) -> None:
    content = _read(row, source, record)
    record.keep_picture(content, decode(content))


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
            outcome.scored.append(ScoredFile(p.item_id, image, prediction, checks))
        else:
            outcome.gated.append(GatedFile(p.item_id, image, " ".join(checks.reasons)))
    return outcome


def _store(prepared: Sequence[_Prepared], outcome: _Outcome, record: Record) -> list[int]:
    """Write a group's rows, but for files that were erased with their patient meanwhile."""
    with record.writing() as work:
        wanted = work.batches.still_waiting([p.item_id for p in prepared])
        scored = [file for file in outcome.scored if file.item_id in wanted]
        work.batches.record_scored_many(scored, predicted_at=utc_now(), app_version=APP_VERSION)
        gated = [file for file in outcome.gated if file.item_id in wanted]
        work.batches.record_gated_many(gated, stored_at=utc_now())
        for p in prepared:
            if p.rejection and p.item_id in wanted:
                work.batches.record_rejected(p.item_id, p.rejection)
        _match_blobs(prepared, wanted, work, record)
    return [p.item_id for p in prepared]


def _match_blobs(prepared: Sequence[_Prepared], wanted: set[int], work: UnitOfWork, record: Record) -> None:
    """Erasing another patient may have taken a picture that a row names now; one that none names goes."""
    pictures = {p.item_id: p.image.blob_sha256 for p in prepared if p.image is not None}
    for p in prepared:
        if p.item_id in wanted & set(pictures) and not record.blobs.has(pictures[p.item_id]):
            p.keep_again()
    in_vain = {sha256 for item_id, sha256 in pictures.items() if item_id not in wanted}
    for sha256 in work.erasure.unnamed(in_vain):
        record.blobs.remove(sha256)
