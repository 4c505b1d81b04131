"""A batch as a job: taken in, scored file by file without stopping at a broken one, paused, resumed, cancelled."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.classifier.classifier import Classifier
from core.domain import Assignment, BatchSummary, ModelIdentity
from core.errors import RecordNotFound, WeightsUnusable
from core.imaging.decode import EXTENSIONS
from core.taxonomy import BatchMode, BatchState
from dashboard.workflow.intake import TakenIn
from dashboard.workflow.pipeline import ScoreFiles, score_files
from dashboard.workflow.record import LARGEST_ID, Record, utc_now
from dashboard.workflow.staging import forget_staged
from db.places import open_place
from db.repositories.batch_rows import BatchFile

if TYPE_CHECKING:
    from core.gates.assess import Gates

UPLOADED = "upload"
_MAY_END = tuple(BatchState)  # one that was paused or stopped while its last group was scored is through as well


def create_batch(
    *,
    name: str,
    taken: Sequence[TakenIn],
    reader: str,
    record: Record,
    mode: BatchMode = BatchMode.BLIND,
    assigned: Mapping[str, Assignment] = MappingProxyType({}),
    network: ModelIdentity | None = None,
) -> int:
    """Stage the files and put them into a running batch; gives its id. `assigned` is by file name.

    All of the batch is scored by `network`, whatever is in force later. Raises StorageFailed.
    """
    staged: list[BatchFile] = []
    with ExitStack() as undo:  # until a row names these files: they still carry their metadata
        undo.callback(lambda: forget_staged(names=[file.staged for file in staged], record=record))
        for item in taken:
            staged.append(_stage(item, assigned.get(item.upload.filename, Assignment()), record))
        batch_id = _create(name, taken, staged, reader, mode, network, record)
        undo.pop_all()
    return batch_id


def open_folder_batch(*, folder: Path | str, reader: str, record: Record) -> int:
    """The batch of a folder: begun on the first call, gone on with, and joined by new files, on later ones.

    A folder elsewhere is named by its address, such as s3://bucket/morning. Nobody reads its pictures before their
    scores are there, so it is one by risk. Raises StorageFailed.
    """
    source = str(folder.resolve()) if isinstance(folder, Path) else folder.rstrip("/")
    names = pictures_in(source)
    with record.writing() as work:
        known = work.batches.find_by_source(source)
        if known is None:
            return work.batches.create(
                name=PurePosixPath(source).name,
                source=source,
                reader=reader,
                created_at=utc_now(),
                files=[BatchFile(name) for name in names],
                mode=BatchMode.TRIAGE,
            )
        new = sorted(set(names) - work.batches.filenames(known.batch_id))
        work.batches.append(known.batch_id, [BatchFile(name) for name in new])
        work.batches.set_state(known.batch_id, BatchState.RUNNING)
        return known.batch_id


def pictures_in(source: str) -> list[str]:
    """The names of a folder's pictures, wherever it is, in alphabetical order. Raises StorageFailed."""
    return sorted(
        name for name in open_place(source).names() if PurePosixPath(name).suffix.lower().lstrip(".") in EXTENSIONS
    )


def run_batch(
    *,
    batch_id: int,
    classifier: Classifier,
    record: Record,
    gates: "Gates | None" = None,
    report: Callable[[int], object] = lambda n_done: None,
    is_stopped: Callable[[], bool] = lambda: False,
    score: ScoreFiles = score_files,
) -> None:
    """Score every waiting file of a batch; a broken one, or one that a gate holds back, becomes a row with its reason.

    `score` is who does it: this process, or a cluster. What a crash interrupts is done again, and nothing twice. Raises
    StorageFailed, and WeightsUnusable where the batch was begun with other weights.
    """
    with record.reading() as work:
        batch = work.batches.get(batch_id)
        waiting = work.batches.waiting(batch_id)
        left_behind = work.batches.staged_in_vain(batch_id)
    _require_its_network(batch, classifier)
    forget_staged(names=left_behind, record=record)
    staged = {row.item_id: row.staged for row in waiting}
    for item_ids in score(
        waiting=waiting, source=batch.source, classifier=classifier, record=record, gates=gates, is_stopped=is_stopped
    ):
        forget_staged(names=(staged[item_id] for item_id in item_ids), record=record)
        report(len(item_ids))
    with record.writing() as work:
        if not work.batches.waiting(batch_id, limit=1):  # another program may have added a file
            work.batches.move_state(batch_id, to=BatchState.FINISHED, before=_MAY_END)


def load_summary(*, batch_id: int, record: Record) -> BatchSummary:
    """A batch's state and counts. Raises RecordNotFound."""
    if batch_id > LARGEST_ID:
        raise RecordNotFound(f"There is no batch {batch_id}.")
    with record.reading() as work:
        return work.batches.get(batch_id)


def list_batches(*, record: Record, limit: int = 20) -> list[BatchSummary]:
    """The newest batches."""
    with record.reading() as work:
        return work.batches.summaries(limit=limit)


def is_running(*, batch_id: int, record: Record) -> bool:
    """Whether a batch is to be scored. Raises RecordNotFound."""
    with record.reading() as work:
        return work.batches.state(batch_id) is BatchState.RUNNING


def running_uploads(*, record: Record) -> list[int]:
    """The batches that came through the browser and are to be scored, the oldest first."""
    with record.reading() as work:
        running = work.batches.summaries(states=[BatchState.RUNNING])
    return [batch.batch_id for batch in reversed(running) if batch.source == UPLOADED]


def pause_batch(*, batch_id: int, record: Record) -> bool:
    """Stop scoring a running batch until it is resumed; False where it was not running. Raises StorageFailed."""
    with record.writing() as work:
        return work.batches.move_state(batch_id, to=BatchState.PAUSED, before=[BatchState.RUNNING])


def resume_batch(*, batch_id: int, record: Record) -> bool:
    """Let a paused batch run again; wake the worker afterwards. Raises StorageFailed."""
    with record.writing() as work:
        return work.batches.move_state(batch_id, to=BatchState.RUNNING, before=[BatchState.PAUSED])


def cancel_batch(*, batch_id: int, record: Record) -> None:
    """Stop scoring a batch for good; what is scored stays. Raises RecordNotFound or StorageFailed."""
    with record.writing() as work:
        work.batches.state(batch_id)
        unfinished = [BatchState.RUNNING, BatchState.PAUSED]
        if not work.batches.move_state(batch_id, to=BatchState.CANCELLED, before=unfinished):
            return
        waiting = work.batches.waiting(batch_id)
    forget_staged(names=(row.staged for row in waiting), record=record)


def _create(
    name: str,
    taken: Sequence[TakenIn],
    staged: Sequence[BatchFile],
    reader: str,
    mode: BatchMode,
    network: ModelIdentity | None,
    record: Record,
) -> int:
    with record.writing() as work:
        batch_id = work.batches.create(
            name=name, source=UPLOADED, reader=reader, created_at=utc_now(), files=staged, mode=mode, network=network
        )
        waiting = work.batches.waiting(batch_id)
        for item, row in zip(taken, waiting, strict=True):
            if item.rejection:
                work.batches.record_rejected(row.item_id, item.rejection)
    return batch_id


def _require_its_network(batch: BatchSummary, classifier: Classifier) -> None:
    if batch.weights_sha256 and batch.weights_sha256 != classifier.card.weights_sha256:
        raise WeightsUnusable(
            f"Batch {batch.batch_id} was begun with the network {batch.model_name}, which has other weights now.",
            "Put those weights back, or stop the batch: what is scored stays, the rest can be scored as a new batch.",
        )


def _stage(item: TakenIn, assigned: Assignment, record: Record) -> BatchFile:
    """Keep the file as it came, until the worker has looked at it."""
    staged = "" if item.rejection else record.stage(item.upload.content)
    return BatchFile(item.upload.filename, None, staged, assigned)
