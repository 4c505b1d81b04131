"""What a batch's rows hold, and how they are read."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, select

from core.domain import BatchItem, Prediction, StoredImage
from core.taxonomy import ItemState
from db.repositories.predictions import to_image, to_prediction
from db.tables import BatchItemRow, BatchRow, EmbeddingRow, ImageRow, PredictionRow


class BatchFile(NamedTuple):
    """A file to put into a batch; `staged` says where its bytes wait, "" where `source` and `filename` say it."""

    filename: str
    upload_sha256: str | None = None
    staged: str = ""


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file of a batch that nobody has looked at yet."""

    item_id: int
    filename: str
    upload_sha256: str | None
    staged: str


@dataclass(frozen=True, slots=True, eq=False)
class ScoredFile:
    """What became of one file of a batch."""

    item_id: int
    image: StoredImage
    prediction: Prediction


def select_summaries() -> Select[Any]:
    """Batches with their counts, newest first: the fields of BatchSummary."""

    def count(state: ItemState) -> Any:  # noqa: ANN401 (a labelled column of integers)
        return func.count(case((BatchItemRow.state == state, 1))).label(f"n_{state}")

    row = BatchRow
    columns = (row.id.label("batch_id"), row.name, row.source, row.state, row.created_at, row.reader)
    counts = (func.count(BatchItemRow.id).label("n_total"), *map(count, ItemState))
    return (
        select(*columns, *counts)
        .outerjoin(BatchItemRow, BatchItemRow.batch_id == row.id)
        .group_by(row.id)
        .order_by(row.created_at.desc(), row.id.desc())
    )


def select_items() -> Select[*tuple[Any, ...]]:
    """Files of batches with what is known of them: the input of `to_item`."""
    return (
        select(BatchItemRow, ImageRow, PredictionRow, EmbeddingRow.values)
        .outerjoin(ImageRow, ImageRow.id == BatchItemRow.image_id)
        .outerjoin(PredictionRow, PredictionRow.id == BatchItemRow.prediction_id)
        .outerjoin(EmbeddingRow, EmbeddingRow.prediction_id == BatchItemRow.prediction_id)
        .execution_options(populate_existing=True)
    )


def to_item(found: Any) -> BatchItem:  # noqa: ANN401 (a Row of the four columns above)
    """One file of a batch."""
    row: BatchItemRow = found.BatchItemRow
    return BatchItem(
        item_id=row.id,
        position=row.position,
        filename=row.filename,
        state=row.state,
        reason=row.reason,
        image=None if found.ImageRow is None else to_image(found.ImageRow),
        prediction=None if found.PredictionRow is None else to_prediction(found.PredictionRow, found.values),
        assessment=row.assessment,
        note=row.note,
        case_id=row.case_id,
    )
