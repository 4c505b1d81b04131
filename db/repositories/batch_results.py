"""What becomes of the files of a batch: scored, rejected or held back, decided, and saved as cases."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from core.domain import BatchItem, Prediction, StoredImage
from core.errors import RecordNotFound
from core.taxonomy import Band, ItemState
from db.checks import to_details
from db.repositories.batch_rows import GatedFile, ScoredFile, part_of, select_items, to_item
from db.repositories.predictions import store_images, store_scores
from db.tables import BatchItemRow


class BatchResults:
    """The part of the batches' repository that moves a file on."""

    def __init__(self, session: Session) -> None:
        self._session = session

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

    def record_assessment(
        self, item_id: int, assessment: Band | None, note: str, *, who: str = "", at: datetime | None = None
    ) -> None:
        """Keep what a clinician thinks of a file, and since when; it is no longer deferred. Raises RecordNotFound."""
        decided = {"assessment": assessment, "decided_by": who, "decided_at": at}
        self._change(item_id, **decided, note=note, is_deferred=False)

    def defer(self, item_id: int, note: str) -> None:
        """Keep that the decision was put off, and take back an earlier one. Raises RecordNotFound."""
        self._change(item_id, assessment=None, decided_by="", decided_at=None, note=note, is_deferred=True)

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

    def _reject(self, item_id: int, **values: object) -> None:
        is_waiting = (BatchItemRow.id == item_id) & (BatchItemRow.state == ItemState.WAITING)
        self._session.execute(update(BatchItemRow).where(is_waiting).values(state=ItemState.REJECTED, **values))
        self.item(item_id)

    def _change(self, item_id: int, **values: object) -> None:
        statement = update(BatchItemRow).where(BatchItemRow.id == item_id).values(**values)
        if self._session.scalar(statement.returning(BatchItemRow.id)) is None:
            raise RecordNotFound(f"There is no picture {item_id} in any batch.")
