"""A group of a batch's files: made ready, scored, and written into the record."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core import APP_VERSION
from core.classifier.classifier import Classifier
from core.domain import LesionImage, QualityReport, StoredImage
from core.errors import CorruptImage, ImageRejected
from core.imaging.decode import decode
from dashboard.workflow.record import Record, utc_now
from db.places import open_place
from db.repositories.batch_rows import GatedFile, ScoredFile, WaitingFile
from db.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from core.gates.assess import Gates


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A file ready for the network, or the reason why it is not."""

    item_id: int
    frame: NDArray[np.uint8] | None = None
    kept: Future[StoredImage] | None = None
    quality: QualityReport | None = None
    rejection: str = ""
    keep_again: Callable[[], object] = lambda: None

    @property
    def image(self) -> StoredImage | None:
        """The picture, once it lies on the disk. Raises StorageFailed."""
        return None if self.kept is None else self.kept.result()


@dataclass(frozen=True, slots=True)
class Preparer:
    """What a file is made ready with."""

    source: str
    classifier: Classifier
    gates: "Gates | None"
    record: Record
    keep: Callable[[bytes, LesionImage], Future[StoredImage]]

    def prepare(self, row: WaitingFile) -> Prepared:
        """Decode and measure a file, and have its picture kept meanwhile."""
        try:
            content = _read(row, self.source, self.record)
            image = decode(content)
        except ImageRejected as error:
            return Prepared(row.item_id, rejection=str(error))
        kept = self.keep(content, image)
        quality, frame = self.gates.measure(image) if self.gates else None, self.classifier.prepare(image)
        again = partial(_keep_again, row, self.source, self.record)
        return Prepared(row.item_id, frame, kept, quality, keep_again=again)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
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


def score_group(
    *, rows: Sequence[WaitingFile], source: str, classifier: Classifier, record: Record, gates: "Gates | None"
) -> ScoredGroup:
    """One group as `score_files` takes it, up to its rows: the part that another machine can do."""
    preparer = Preparer(source, classifier, gates, record, lambda *shown: _done(record.keep_picture(*shown)))
    prepared = [preparer.prepare(row) for row in rows]
    outcome = score_prepared(prepared, classifier, gates)
    rejected = {p.item_id: p.rejection for p in prepared if p.rejection}
    return ScoredGroup([row.item_id for row in rows], outcome.scored, outcome.gated, rejected)


def store_group(*, group: ScoredGroup, pictures: Mapping[str, bytes], record: Record) -> list[int]:
    """Keep the pictures of a group, by their SHA-256, and then write its rows; gives its ids. Raises StorageFailed."""
    images = {file.item_id: file.image for file in group.scored} | {file.item_id: file.image for file in group.gated}
    for content in pictures.values():
        record.blobs.put(content)
    prepared = [
        Prepared(item_id, kept=_done(image), keep_again=partial(record.blobs.put, pictures[image.blob_sha256]))
        for item_id, image in images.items()
    ]
    prepared += [Prepared(item_id, rejection=reason) for item_id, reason in group.rejected.items()]
    store_prepared(prepared, Outcome(group.scored, group.gated), record)
    return group.item_ids


def _done(image: StoredImage) -> Future[StoredImage]:
    """A picture that is kept already."""
    future: Future[StoredImage] = Future()
    future.set_result(image)
    return future


def _keep_again(row: WaitingFile, source: str, record: Record) -> None:
    content = _read(row, source, record)
    record.keep_picture(content, decode(content))


def _read(row: WaitingFile, source: str, record: Record) -> bytes:
    try:
        return record.staging.read(row.staged) if row.staged else open_place(source).read(row.filename)
    except OSError as error:
        raise CorruptImage(f"This file cannot be read: {error.strerror}.") from error


def score_prepared(prepared: Sequence[Prepared], classifier: Classifier, gates: "Gates | None") -> Outcome:
    """Pass a group through the network and the gates; the scope gate judges what the network saw."""
    ready = [(p, p.frame) for p in prepared if p.frame is not None]
    readings = classifier.read_frames(np.stack([frame for _, frame in ready])) if ready else []
    outcome = Outcome([], [])
    for (p, _), reading in zip(ready, readings, strict=True):
        checks = gates.judge(p.quality, reading) if gates and p.quality else None
        if p.image is None:
            raise ValueError(f"expected a picture that is kept, got none for file {p.item_id}")
        if checks is None or checks.is_passed:
            outcome.scored.append(ScoredFile(p.item_id, p.image, reading.prediction, checks))
        else:
            outcome.gated.append(GatedFile(p.item_id, p.image, " ".join(checks.reasons)))
    return outcome


def store_prepared(prepared: Sequence[Prepared], outcome: Outcome, record: Record) -> list[int]:
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


def _match_blobs(prepared: Sequence[Prepared], wanted: set[int], work: UnitOfWork, record: Record) -> None:
    """Erasing another patient may have taken a picture that a row names now; one that none names goes."""
    pictures = {p.item_id: p.image.blob_sha256 for p in prepared if p.image is not None}
    for p in prepared:
        if p.item_id in wanted & set(pictures) and not record.blobs.has(pictures[p.item_id]):
            p.keep_again()
    in_vain = {sha256 for item_id, sha256 in pictures.items() if item_id not in wanted}
    for sha256 in work.erasure.unnamed(in_vain):
        record.blobs.remove(sha256)
