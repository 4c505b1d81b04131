"""A batch: taken in, scored file by file without stopping at a broken one, reviewed, saved."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core import APP_VERSION
from core.classifier.classifier import Classifier
from core.domain import BatchItem, BatchSummary, CaseDraft, Review, StoredImage, Upload
from core.errors import CorruptImage, ImageRejected, RecordNotFound
from core.imaging.decode import EXTENSIONS, decode
from core.taxonomy import Band, BatchState, ItemState
from dashboard.workflow.cases import to_csv
from dashboard.workflow.intake import TakenIn
from dashboard.workflow.record import LARGEST_ID, Record, utc_now
from dashboard.workflow.staging import forget_staged
from db.repositories.batch_rows import ScoredFile, WaitingFile
from db.unit_of_work import UnitOfWork

CHUNK = 32  # files that go through the network, and into the database, together
UPLOADED = "upload"
_DECODERS = 2  # decoding runs ahead of the network; Pillow gives up the interpreter lock while it decodes


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """A file ready for the network, or the reason why it is not."""

    item_id: int
    frame: NDArray[np.uint8] | None = None
    image: StoredImage | None = None
    rejection: str = ""


def create_batch(*, name: str, taken: Sequence[TakenIn], reader: str, record: Record) -> int:
    """Stage the files and put them into a running batch; gives its id. Raises StorageFailed."""
    staged: list[tuple[str, str | None, str]] = []
    try:
        for item in taken:
            staged.append(_stage(item, record))
        return _create(name, taken, staged, reader, record)
    except BaseException:  # no row names these files, and they still carry their metadata
        forget_staged(names=(name for _, _, name in staged), record=record)
        raise


def open_folder_batch(*, folder: Path, reader: str, record: Record) -> int:
    """The batch of a folder: begun on the first call, gone on with, and joined by new files, on later ones."""
    source = str(folder.resolve())
    names = sorted(path.name for path in folder.iterdir() if path.suffix.lower().lstrip(".") in EXTENSIONS)
    with record.writing() as work:
        known = work.batches.find_by_source(source)
        if known is None:
            files = [(name, None, "") for name in names]
            return work.batches.create(
                name=folder.resolve().name, source=source, reader=reader, created_at=utc_now(), files=files
            )
        new = sorted(set(names) - work.batches.filenames(known.batch_id))
        if new:
            work.batches.append(known.batch_id, [(name, None, "") for name in new])
            work.batches.set_state(known.batch_id, BatchState.RUNNING)
        return known.batch_id


def run_batch(
    *,
    batch_id: int,
    classifier: Classifier,
    record: Record,
    report: Callable[[int], object] = lambda n_done: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Score every waiting file of a batch; a broken file becomes a row with its reason.

    Files are decoded one chunk ahead of the network, and each chunk is written at once: what a crash interrupts is
    done again, and nothing twice. Raises StorageFailed.
    """
    with record.reading() as work:
        source = work.batches.get(batch_id).source
        waiting = work.batches.waiting(batch_id)
    staged = {row.item_id: row.staged for row in waiting}
    for prepared in _prepare_ahead(waiting, source, classifier, record):
        if is_stopped():
            return
        _score_chunk(prepared, classifier, record)
        forget_staged(names=(staged[item.item_id] for item in prepared), record=record)
        report(len(prepared))
    with record.writing() as work:
        work.batches.set_state(batch_id, BatchState.FINISHED)


def save_items(*, batch_id: int, item_ids: Sequence[int] | None, reader: str, record: Record) -> int:
    """Make cases of the scored files of a batch (of those given, or of all); gives how many were new.

    Each file has one submission id for good, so that saving again saves nothing twice. Raises StorageFailed.
    """
    with record.writing() as work:
        items = work.batches.items(batch_id, states=[ItemState.SCORED])
        chosen = [item for item in items if item_ids is None or item.item_id in set(item_ids)]
        for item in chosen:
            _save_item(work, item, reader)
    return len(chosen)


def assess_item(*, item_id: int, assessment: Band | None, note: str, record: Record) -> None:
    """Keep the clinician's own assessment of one file. Raises RecordNotFound or StorageFailed."""
    with record.writing() as work:
        work.batches.record_assessment(item_id, assessment, note)


def load_batch(*, batch_id: int, record: Record) -> tuple[BatchSummary, list[BatchItem]]:
    """A batch and its files by falling risk, the rejected ones last. Raises RecordNotFound."""
    if batch_id > LARGEST_ID:
        raise RecordNotFound(f"There is no batch {batch_id}.")
    with record.reading() as work:
        return work.batches.get(batch_id), work.batches.items(batch_id, by_risk=True)


def load_summary(*, batch_id: int, record: Record) -> BatchSummary:
    """A batch's state and counts. Raises RecordNotFound."""
    with record.reading() as work:
        return work.batches.get(batch_id)


def list_batches(*, record: Record, limit: int = 20) -> list[BatchSummary]:
    """The newest batches."""
    with record.reading() as work:
        return work.batches.summaries(limit=limit)


def cancel_batch(*, batch_id: int, record: Record) -> None:
    """Stop scoring a batch; what is scored stays. Raises RecordNotFound or StorageFailed."""
    with record.writing() as work:
        work.batches.set_state(batch_id, BatchState.CANCELLED)
        waiting = work.batches.waiting(batch_id)
    forget_staged(names=(row.staged for row in waiting), record=record)


def batch_table(items: Iterable[BatchItem]) -> pd.DataFrame:
    """One row per file, for the table and the CSV."""
    return pd.DataFrame([_as_row(item) for item in items], columns=list(_COLUMNS))


def batch_csv(items: Iterable[BatchItem]) -> bytes:
    """The table of a batch as CSV."""
    return to_csv(batch_table(items))


_COLUMNS = (
    "file",
    "state",
    "malignant_probability",
    "band",
    "operating_threshold",
    "assessment",
    "note",
    "reason",
    "case_id",
    "model_name",
    "model_version",
    "weights_sha256",
)


def _as_row(item: BatchItem) -> dict[str, object]:
    p = item.prediction
    return {
        "file": item.filename,
        "state": str(item.state),
        "malignant_probability": p.malignant_probability if p else None,
        "band": str(p.band) if p else "",
        "operating_threshold": p.operating_threshold if p else None,
        "assessment": str(item.assessment or ""),
        "note": item.note,
        "reason": item.reason,
        "case_id": item.case_id,
        "model_name": p.model.name if p else "",
        "model_version": p.model.version if p else "",
        "weights_sha256": p.model.weights_sha256 if p else "",
    }


def _create(
    name: str, taken: Sequence[TakenIn], staged: Sequence[tuple[str, str | None, str]], reader: str, record: Record
) -> int:
    with record.writing() as work:
        batch_id = work.batches.create(name=name, source=UPLOADED, reader=reader, created_at=utc_now(), files=staged)
        waiting = work.batches.waiting(batch_id)
        for item, row in zip(taken, waiting, strict=True):
            if item.rejection:
                work.batches.record_rejected(row.item_id, item.rejection)
    return batch_id


def _stage(item: TakenIn, record: Record) -> tuple[str, str | None, str]:
    """Keep the file as it came, until the worker has looked at it."""
    if item.rejection:
        return item.upload.filename, None, ""
    return item.upload.filename, None, record.stage(item.upload.content)


def _prepare_ahead(
    waiting: Sequence[WaitingFile], source: str, classifier: Classifier, record: Record
) -> Iterator[list[_Prepared]]:
    """Prepared chunks in order; while one is worked on, the next is being decoded."""
    chunks = [waiting[i : i + CHUNK] for i in range(0, len(waiting), CHUNK)]
    with ThreadPoolExecutor(_DECODERS, "decode") as pool:

        def submit(chunk: Sequence[WaitingFile]) -> list[Future[_Prepared]]:
            return [pool.submit(_prepare, row, source, classifier, record) for row in chunk]

        ahead = submit(chunks[0]) if chunks else []
        for following in [*chunks[1:], []]:
            current, ahead = ahead, submit(following)
            if current:
                yield [future.result() for future in current]


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


def _score_chunk(prepared: Sequence[_Prepared], classifier: Classifier, record: Record) -> None:
    ready = [(p.item_id, p.frame, p.image) for p in prepared if p.frame is not None and p.image is not None]
    predictions = classifier.predict_frames(np.stack([frame for _, frame, _ in ready])) if ready else []
    scored = [
        ScoredFile(item_id, image, prediction)
        for (item_id, _, image), prediction in zip(ready, predictions, strict=True)
    ]
    with record.writing() as work:
        work.batches.record_scored_many(scored, predicted_at=utc_now(), app_version=APP_VERSION)
        for p in prepared:
            if p.rejection:
                work.batches.record_rejected(p.item_id, p.rejection)


def _save_item(work: UnitOfWork, item: BatchItem, reader: str) -> None:
    if item.image is None or item.prediction is None:
        raise ValueError(f"expected a scored file, got {item.filename} in state {item.state}")
    draft = CaseDraft(f"batch-item-{item.item_id}", filename=item.filename, notes=item.note, reader=reader)
    now = utc_now()
    case_id = work.cases.add(
        draft, item.image, item.prediction, predicted_at=now, app_version=APP_VERSION, created_at=now
    )
    if item.assessment is not None:
        work.reviews.add(case_id, Review(item.assessment, item.note, reader, now))
    work.batches.mark_saved(item.item_id, case_id)
    work.audit.add(at=now, who=reader, action="save", entity="case", entity_id=case_id, detail={"from": "batch"})
