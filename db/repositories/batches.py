"""Batches: many files, each waiting, scored, rejected or saved."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from core.domain import BatchItem, BatchSummary, Checks, ModelIdentity, Prediction, StoredImage
from core.errors import RecordNotFound
from core.taxonomy import Band, BatchMode, BatchState, ItemState
from db.checks import from_details, to_details
from db.repositories.batch_rows import (
    BatchFile,
    GatedFile,
    ItemOrder,
    ScoredFile,
    WaitingFile,
    WorklistPart,
    assigned_values,
    is_read,
    ordered,
    part_of,
    select_items,
    select_summaries,
    to_item,
)
from db.repositories.predictions import store_images, store_scores
from db.tables import BatchItemRow, BatchRow, PredictionRow


class BatchRepository:
    """Batches and their files; a file's state only ever moves on."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def create(
        self,
        *,
        name: str,
        source: str,
        reader: str,
        created_at: datetime,
        files: Sequence[BatchFile] = (),
        mode: BatchMode = BatchMode.BLIND,
        network: ModelIdentity | None = None,
    ) -> int:
        """A running batch with its files waiting, all for one network or for any; gives its id.

        `source` is a folder's path or "upload". Raises sqlalchemy's IntegrityError if that folder has a running batch:
        look with `find_by_source` first.
        """
        values: dict[str, object] = {"name": name, "source": source, "reader": reader, "created_at": created_at}
        values |= {"mode": mode}
        if network is not None:
            values |= {"model_name": network.name, "weights_sha256": network.weights_sha256}
        statement = insert(BatchRow).values(state=BatchState.RUNNING, **values).returning(BatchRow.id)
        batch_id = self._session.execute(statement).scalar_one()
        self.append(batch_id, files)
        return batch_id

    def append(self, batch_id: int, files: Sequence[BatchFile]) -> None:
        """Put further files at the end of a batch."""
        if not files:
            return
        last = select(func.max(BatchItemRow.position)).where(BatchItemRow.batch_id == batch_id)
        highest = self._session.scalar(last)
        first = 0 if highest is None else highest + 1
        blank = {"batch_id": batch_id, "state": ItemState.WAITING, "reason": "", "note": ""}
        rows = [
            blank
            | {"position": position, "filename": file.filename}
            | {"upload_sha256": file.upload_sha256, "staged": file.staged}
            | assigned_values(file.assigned)
            for position, file in enumerate(files, start=first)
        ]
        self._session.execute(insert(BatchItemRow), rows)

    def find_by_source(self, source: str) -> BatchSummary | None:
        """The newest batch of a folder, for going on with it; None if there is none."""
        found = self._summaries(_newest().where(BatchRow.source == source).limit(1))
        return found[0] if found else None

    def get(self, batch_id: int) -> BatchSummary:
        """One batch with its counts. Raises RecordNotFound."""
        found = self._summaries(select(BatchRow.id).where(BatchRow.id == batch_id))
        if not found:
            raise RecordNotFound(f"There is no batch {batch_id}.")
        return found[0]

    def state(self, batch_id: int) -> BatchState:
        """Where a batch stands, without counting its files. Raises RecordNotFound."""
        found = self._session.scalar(select(BatchRow.state).where(BatchRow.id == batch_id))
        if found is None:
            raise RecordNotFound(f"There is no batch {batch_id}.")
        return found

    def summaries(
        self, *, limit: int | None = None, offset: int = 0, states: Collection[BatchState] = tuple(BatchState)
    ) -> list[BatchSummary]:
        """Batches with their counts, newest first."""
        return self._summaries(_newest().where(BatchRow.state.in_(states)).limit(limit).offset(offset))

    def filenames(self, batch_id: int) -> set[str]:
        """The names of all files in a batch, whatever became of them."""
        statement = select(BatchItemRow.filename).where(BatchItemRow.batch_id == batch_id)
        return set(self._session.scalars(statement))

    def waiting(self, batch_id: int, *, limit: int | None = None) -> list[WaitingFile]:
        """The files that nobody has looked at yet, in the order in which they came."""
        row = BatchItemRow
        statement = select(row.id, row.filename, row.upload_sha256, row.staged).where(
            row.batch_id == batch_id, row.state == ItemState.WAITING
        )
        rows = self._session.execute(statement.order_by(row.position).limit(limit))
        return [WaitingFile(*found) for found in rows]

    def still_waiting(self, item_ids: Collection[int]) -> set[int]:
        """Those of these files that are there and that nobody has looked at meanwhile."""
        row = BatchItemRow
        return set(self._session.scalars(select(row.id).where(row.id.in_(item_ids), row.state == ItemState.WAITING)))

    def staged_in_vain(self, batch_id: int) -> list[str]:
        """Where the bytes of files lay that were looked at since; a crash may have left them there."""
        row = BatchItemRow
        is_past = (row.batch_id == batch_id) & (row.state != ItemState.WAITING) & (row.staged != "")
        return list(self._session.scalars(select(row.staged).where(is_past)))

    def items(
        self,
        batch_id: int,
        *,
        part: WorklistPart = "all",
        order: ItemOrder = "given",
        limit: int | None = None,
        offset: int = 0,
    ) -> list[BatchItem]:
        """One page of a part of a batch's files."""
        statement = select_items().where(BatchItemRow.batch_id == batch_id, part_of(part))
        rows = self._session.execute(ordered(statement, order).limit(limit).offset(offset))
        return [to_item(row) for row in rows]

    def item_ids(self, batch_id: int, *, part: WorklistPart = "all", order: ItemOrder = "given") -> list[int]:
        """The ids of a part of a batch's files in order, for going from one to the next."""
        joined = select(BatchItemRow.id).outerjoin(PredictionRow, PredictionRow.id == BatchItemRow.prediction_id)
        statement = joined.where(BatchItemRow.batch_id == batch_id, part_of(part))
        return list(self._session.scalars(ordered(statement, order)))

    def items_of(self, item_ids: Sequence[int]) -> list[BatchItem]:
        """These files, in the order of the ids; those that are not there are left out."""
        rows = self._session.execute(select_items().where(BatchItemRow.id.in_(item_ids)))
        found = {row.BatchItemRow.id: to_item(row) for row in rows}
        return [found[item_id] for item_id in item_ids if item_id in found]

    def checks_of(self, item_ids: Sequence[int]) -> dict[int, Checks]:
        """What the gates measured of each of these files that passed them, or was scored against them."""
        row = BatchItemRow
        statement = select(row.id, row.checks).where(row.id.in_(item_ids), row.checks.is_not(None))
        return {item_id: from_details(details) for item_id, details in self._session.execute(statement)}

    def band_counts(self, batch_id: int, *, is_only_read: bool) -> dict[Band, int]:
        """How many scored files are in each band; with `is_only_read`, of those whose first read is kept."""
        joined = select(PredictionRow.band, func.count()).join(
            BatchItemRow, BatchItemRow.prediction_id == PredictionRow.id
        )
        statement = joined.where(BatchItemRow.batch_id == batch_id).group_by(PredictionRow.band)
        if is_only_read:
            statement = statement.where(is_read())
        return dict.fromkeys(Band, 0) | dict(self._session.execute(statement).all())

    def item(self, item_id: int) -> BatchItem:
        """One file of a batch. Raises RecordNotFound."""
        row = self._session.execute(select_items().where(BatchItemRow.id == item_id)).one_or_none()
        if row is None:
            raise RecordNotFound(f"There is no picture {item_id} in any batch.")
        return to_item(row)

    def record_scored(
        self, item_id: int, image: StoredImage, prediction: Prediction, *, predicted_at: datetime, app_version: str
    ) -> None:
        """Keep what the model said about one file."""
        scored = ScoredFile(item_id, image, prediction)
        self.record_scored_many([scored], predicted_at=predicted_at, app_version=app_version)

    def record_scored_many(self, files: Sequence[ScoredFile], *, predicted_at: datetime, app_version: str) -> None:
        """Keep what the model said about many files, in as many statements as for one."""
        if not files:
            return
        scores = [(file.image, file.prediction) for file in files]
        ids = store_scores(self._session, scores, predicted_at=predicted_at, app_version=app_version)
        rows = [
            {
                "item_id": file.item_id,
                "state": ItemState.SCORED,
                "upload_sha256": file.image.upload_sha256,
                "image_id": image_id,
                "prediction_id": prediction_id,
                "checks": to_details(file.checks) if file.checks else None,
                "reason": "",
            }
            for file, (image_id, prediction_id) in zip(files, ids, strict=True)
        ]
        # A file that another process has saved meanwhile stays saved.
        is_waiting = (BatchItemRow.id == bindparam("item_id")) & (BatchItemRow.state == ItemState.WAITING)
        statement = update(BatchItemRow).where(is_waiting)
        self._session.connection().execute(statement, rows)

    def record_rejected(self, item_id: int, reason: str) -> None:
        """Keep why a waiting file got no score; one that was looked at stays as it is. Raises RecordNotFound."""
        self._reject(item_id, reason=reason)

    def record_gated_many(self, files: Sequence[GatedFile], *, stored_at: datetime) -> None:
        """Keep the pictures of waiting files that a gate held back, with the reasons. Raises RecordNotFound."""
        ids = store_images(self._session, [file.image for file in files], stored_at)
        for file in files:
            picture = {"upload_sha256": file.image.upload_sha256, "image_id": ids[file.image.upload_sha256]}
            self._reject(file.item_id, reason=file.reason, **picture)

    def record_override(self, file: ScoredFile, *, reason: str, predicted_at: datetime, app_version: str) -> bool:
        """Keep the score of a file that a gate held back; False where it is not held back any more."""
        row = BatchItemRow
        is_gated = (row.id == file.item_id) & part_of("gated")
        statement = update(row).where(is_gated).values(state=ItemState.WAITING).returning(row.id)
        if self._session.scalar(statement) is None:
            return False
        self.record_scored_many([file], predicted_at=predicted_at, app_version=app_version)
        self._change(file.item_id, reason=reason)
        return True

    def record_assessment(self, item_id: int, assessment: Band | None, note: str) -> None:
        """Keep what the clinician thinks of a file; it is no longer deferred. Raises RecordNotFound."""
        self._change(item_id, assessment=assessment, note=note, is_deferred=False)

    def defer(self, item_id: int, note: str) -> None:
        """Keep that the decision was put off, and take back an earlier one. Raises RecordNotFound."""
        self._change(item_id, assessment=None, note=note, is_deferred=True)

    def mark_saved(self, item_id: int, case_id: int) -> None:
        """Keep which case a file has become. Raises RecordNotFound."""
        self._change(item_id, state=ItemState.SAVED, case_id=case_id)

    def mark_saved_many(self, cases: Mapping[int, int]) -> None:
        """Keep which cases files have become, by the files' ids; one that is not there is passed over."""
        rows = [{"item_id": item_id, "its_case": case_id} for item_id, case_id in cases.items()]
        statement = update(BatchItemRow).where(BatchItemRow.id == bindparam("item_id"))
        if rows:
            values = {"state": ItemState.SAVED, "case_id": bindparam("its_case")}
            self._session.connection().execute(statement.values(values), rows)

    def set_state(self, batch_id: int, state: BatchState) -> None:
        """Say where the batch stands. Raises RecordNotFound."""
        statement = update(BatchRow).where(BatchRow.id == batch_id).values(state=state)
        if self._session.scalar(statement.returning(BatchRow.id)) is None:
            raise RecordNotFound(f"There is no batch {batch_id}.")

    def move_state(self, batch_id: int, *, to: BatchState, before: Collection[BatchState]) -> bool:
        """Move a batch on from one of the states before; says whether it was in one of them."""
        is_there = (BatchRow.id == batch_id) & BatchRow.state.in_(before)
        statement = update(BatchRow).where(is_there).values(state=to)
        return self._session.scalar(statement.returning(BatchRow.id)) is not None

    def _reject(self, item_id: int, **values: object) -> None:
        is_waiting = (BatchItemRow.id == item_id) & (BatchItemRow.state == ItemState.WAITING)
        self._session.execute(update(BatchItemRow).where(is_waiting).values(state=ItemState.REJECTED, **values))
        self.item(item_id)

    def _change(self, item_id: int, **values: object) -> None:
        statement = update(BatchItemRow).where(BatchItemRow.id == item_id).values(**values)
        if self._session.scalar(statement.returning(BatchItemRow.id)) is None:
            raise RecordNotFound(f"There is no picture {item_id} in any batch.")

    def _summaries(self, batch_ids: Select[int]) -> list[BatchSummary]:
        rows = self._session.execute(select_summaries(batch_ids)).mappings()
        return [BatchSummary(**row) for row in rows]


def _newest() -> Select[int]:
    return select(BatchRow.id).order_by(BatchRow.created_at.desc(), BatchRow.id.desc())
