"""What a batch's rows hold, and how they are read."""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, exists, func, or_, select, true

from core.domain import Assignment, BatchItem, Checks, Prediction, StoredImage
from core.taxonomy import ItemState
from db.repositories.predictions import to_image, to_prediction
from db.tables import BatchItemRow, BatchRow, EmbeddingRow, FirstReadRow, ImageRow, PredictionRow, SignOffRow

ItemOrder = Literal["given", "name", "risk"]
WorklistPart = Literal["all", "scored", "unsaved", "read", "open", "deferred", "decided", "signed", "gated", "rejected"]
_ASSIGNED = ("pseudonym", "lesion_label", "anatom_site", "age_years", "sex", "taken_on")


ITEM_ENTITY = "batch item"  # in the audit trail
SUBMISSION = "batch-item-"  # and the id of the file: the submission that it is read and saved as


def is_read() -> ColumnElement[bool]:
    """Whether a first read of a file is kept; for statements on the files of batches."""
    is_of_item = FirstReadRow.submission_id == SUBMISSION + cast(BatchItemRow.id, String)
    return exists().where(is_of_item).correlate(BatchItemRow)


class BatchFile(NamedTuple):
    """A file to put into a batch; `staged` says where its bytes wait, "" where `source` and `filename` say it."""

    filename: str
    upload_sha256: str | None = None
    staged: str = ""
    assigned: Assignment = Assignment()


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file of a batch that nobody has looked at yet."""

    item_id: int
    filename: str
    upload_sha256: str | None
    staged: str


@dataclass(frozen=True, slots=True, eq=False)
class ScoredFile:
    """What became of one file of a batch; `checks` is what the gates measured, where there are any."""

    item_id: int
    image: StoredImage
    prediction: Prediction
    checks: Checks | None = None


@dataclass(frozen=True, slots=True)
class GatedFile:
    """A file that a gate held back: it has a picture and a reason, and no score."""

    item_id: int
    image: StoredImage
    reason: str


def select_summaries(batch_ids: Select[int]) -> Select[Any]:
    """These batches with their counts, newest first: the fields of BatchSummary."""

    def count(state: ItemState) -> Any:  # noqa: ANN401 (a labelled column of integers)
        return func.count(case((BatchItemRow.state == state, 1))).label(f"n_{state}")

    row = BatchRow
    columns = (row.id.label("batch_id"), row.name, row.source, row.state, row.created_at, row.reader, row.mode)
    network = (row.model_name, row.weights_sha256)
    counts = (func.count(BatchItemRow.id).label("n_total"), *map(count, ItemState))
    return (
        select(*columns, *network, *counts, func.count(SignOffRow.case_id).label("n_signed"))
        .outerjoin(BatchItemRow, BatchItemRow.batch_id == row.id)
        .outerjoin(SignOffRow, SignOffRow.case_id == BatchItemRow.case_id)
        .where(row.id.in_(batch_ids))
        .group_by(row.id)
        .order_by(row.created_at.desc(), row.id.desc())
    )


def select_items() -> Select[*tuple[Any, ...]]:
    """Files of batches with what is known of them: the input of `to_item`."""
    columns = (BatchItemRow, ImageRow, PredictionRow, EmbeddingRow.values, SignOffRow.signed_by)
    return (
        select(*columns, is_read().label("is_read"))
        .outerjoin(ImageRow, ImageRow.id == BatchItemRow.image_id)
        .outerjoin(PredictionRow, PredictionRow.id == BatchItemRow.prediction_id)
        .outerjoin(EmbeddingRow, EmbeddingRow.prediction_id == BatchItemRow.prediction_id)
        .outerjoin(SignOffRow, SignOffRow.case_id == BatchItemRow.case_id)
        .execution_options(populate_existing=True)
    )


def ordered(statement: Select[Any], order: ItemOrder) -> Select[Any]:
    """Files as they came, by name, or by falling malignant probability with the unscored ones last.

    The statement must join the predictions.
    """
    if order == "name":
        statement = statement.order_by(BatchItemRow.filename)
    if order == "risk":
        statement = statement.order_by(PredictionRow.malignant_probability.desc().nulls_last())
    return statement.order_by(BatchItemRow.position)


def part_of(part: WorklistPart) -> ColumnElement[bool]:
    """Which files of a batch a part of its worklist holds."""
    row = BatchItemRow
    has_score = row.prediction_id.is_not(None)
    is_signed = exists().where(SignOffRow.case_id == row.case_id).correlate(row)
    is_decided = row.assessment.is_not(None)
    conditions: dict[WorklistPart, ColumnElement[bool]] = {
        "all": true(),
        "scored": has_score,
        "unsaved": row.state == ItemState.SCORED,
        "read": and_(row.state == ItemState.SCORED, is_read()),
        "open": and_(has_score, ~is_decided, ~row.is_deferred, ~is_signed),
        "deferred": and_(row.is_deferred, ~is_signed),
        "decided": and_(is_decided, or_(row.case_id.is_(None), ~is_signed)),
        "signed": is_signed,
        "gated": and_(row.state == ItemState.REJECTED, row.image_id.is_not(None)),
        "rejected": row.state == ItemState.REJECTED,
    }
    return conditions[part]


def assigned_values(assigned: Assignment) -> dict[str, object]:
    """An assignment as the columns of a row."""
    return {name: getattr(assigned, name) for name in _ASSIGNED}


def to_item(found: Any) -> BatchItem:  # noqa: ANN401 (a Row of the six columns above)
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
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
        case_id=row.case_id,
        assigned=Assignment(**{name: getattr(row, name) for name in _ASSIGNED}),
        is_deferred=row.is_deferred,
        signed_by=found.signed_by or "",
        is_read=found.is_read,
    )
