"""Batches: many files, each waiting, scored, rejected or saved."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, func, insert, select, update

from core.domain import BatchItem, BatchSummary, Checks, ModelIdentity
from core.errors import RecordNotFound
from core.taxonomy import Band, BatchMode, BatchState, ItemState
from db.checks import from_details
from db.repositories.batch_results import BatchResults
from db.repositories.batch_rows import (
    BatchFile,
    ItemOrder,
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
from db.tables import BatchItemRow, BatchRow, PredictionRow


class BatchRepository(BatchResults):
    """Batches and their files; a file's state only ever moves on."""

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

    def _summaries(self, batch_ids: Select[int]) -> list[BatchSummary]:
        rows = self._session.execute(select_summaries(batch_ids)).mappings()
        return [BatchSummary(**row) for row in rows]


def _newest() -> Select[int]:
    return select(BatchRow.id).order_by(BatchRow.created_at.desc(), BatchRow.id.desc())
