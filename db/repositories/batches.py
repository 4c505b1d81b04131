"""Batches: many files, each waiting, scored, rejected or saved."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.orm import Session

from core.domain import BatchItem, BatchSummary, Prediction, StoredImage
from core.errors import RecordNotFound
from core.taxonomy import Band, BatchState, ItemState
from db.repositories.batch_rows import ScoredFile, WaitingFile, select_items, select_summaries, to_item
from db.repositories.predictions import store_scores
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
        files: Sequence[tuple[str, str | None, str]] = (),
    ) -> int:
        """A running batch with its files waiting; gives its id.

        `source` is a folder's path or "upload". Raises sqlalchemy's IntegrityError if that folder has a running batch:
        look with `find_by_source` first.
        """
        values = {"name": name, "source": source, "reader": reader, "created_at": created_at}
        statement = insert(BatchRow).values(state=BatchState.RUNNING, **values).returning(BatchRow.id)
        batch_id = self._session.execute(statement).scalar_one()
        self.append(batch_id, files)
        return batch_id

    def append(self, batch_id: int, files: Sequence[tuple[str, str | None, str]]) -> None:
        """Put further files at the end of a batch."""
        if not files:
            return
        last = select(func.max(BatchItemRow.position)).where(BatchItemRow.batch_id == batch_id)
        highest = self._session.scalar(last)
        first = 0 if highest is None else highest + 1
        blank = {"batch_id": batch_id, "state": ItemState.WAITING, "reason": "", "note": ""}
        rows = [
            blank | {"position": position, "filename": filename, "upload_sha256": sha256, "staged": staged}
            for position, (filename, sha256, staged) in enumerate(files, start=first)
        ]
        self._session.execute(insert(BatchItemRow), rows)

    def find_by_source(self, source: str) -> BatchSummary | None:
        """The newest batch of a folder, for going on with it; None if there is none."""
        found = self._summaries(select_summaries().where(BatchRow.source == source).limit(1))
        return found[0] if found else None

    def get(self, batch_id: int) -> BatchSummary:
        """One batch with its counts. Raises RecordNotFound."""
        found = self._summaries(select_summaries().where(BatchRow.id == batch_id))
        if not found:
            raise RecordNotFound(f"There is no batch {batch_id}.")
        return found[0]

    def summaries(self, *, limit: int | None = None, offset: int = 0) -> list[BatchSummary]:
        """Batches with their counts, newest first."""
        return self._summaries(select_summaries().limit(limit).offset(offset))

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

    def items(
        self,
        batch_id: int,
        *,
        states: Collection[ItemState] | None = None,
        by_risk: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[BatchItem]:
        """The files of a batch as they came, or by falling malignant probability with the unscored ones last."""
        statement = select_items().where(BatchItemRow.batch_id == batch_id)
        if states is not None:
            statement = statement.where(BatchItemRow.state.in_(states))
        if by_risk:
            statement = statement.order_by(PredictionRow.malignant_probability.desc().nulls_last())
        rows = self._session.execute(statement.order_by(BatchItemRow.position).limit(limit).offset(offset))
        return [to_item(row) for row in rows]

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
                "id": file.item_id,
                "state": ItemState.SCORED,
                "upload_sha256": file.image.upload_sha256,
                "image_id": image_id,
                "prediction_id": prediction_id,
                "reason": "",
            }
            for file, (image_id, prediction_id) in zip(files, ids, strict=True)
        ]
        self._session.execute(update(BatchItemRow), rows)

    def record_rejected(self, item_id: int, reason: str) -> None:
        """Keep why a file got no score. Raises RecordNotFound."""
        self._change(item_id, state=ItemState.REJECTED, reason=reason)

    def record_assessment(self, item_id: int, assessment: Band | None, note: str) -> None:
        """Keep what the clinician thinks of a file. Raises RecordNotFound."""
        self._change(item_id, assessment=assessment, note=note)

    def mark_saved(self, item_id: int, case_id: int) -> None:
        """Keep which case a file has become. Raises RecordNotFound."""
        self._change(item_id, state=ItemState.SAVED, case_id=case_id)

    def set_state(self, batch_id: int, state: BatchState) -> None:
        """Say where the batch stands. Raises RecordNotFound."""
        statement = update(BatchRow).where(BatchRow.id == batch_id).values(state=state)
        if self._session.scalar(statement.returning(BatchRow.id)) is None:
            raise RecordNotFound(f"There is no batch {batch_id}.")

    def _change(self, item_id: int, **values: object) -> None:
        statement = update(BatchItemRow).where(BatchItemRow.id == item_id).values(**values)
        if self._session.scalar(statement.returning(BatchItemRow.id)) is None:
            raise RecordNotFound(f"There is no picture {item_id} in any batch.")

    def _summaries(self, statement: Select[Any]) -> list[BatchSummary]:
        return [BatchSummary(**row) for row in self._session.execute(statement).mappings()]
