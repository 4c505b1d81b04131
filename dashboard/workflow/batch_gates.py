"""Files of a batch that a gate held back: scored all the same, for a reason that is kept."""

from core import APP_VERSION
from core.classifier.classifier import Classifier
from core.domain import BatchItem
from core.gates.assess import Gates, assess
from dashboard.workflow.cases import read_stored
from dashboard.workflow.record import Record, utc_now
from db.repositories.batch_rows import ITEM_ENTITY, ScoredFile

_ACTION = "override"


def override_item(
    *, item: BatchItem, reason: str, classifier: Classifier, gates: Gates, reader: str, record: Record
) -> bool:
    """Score a file that a gate held back; False where it has a score by now.

    The reason is kept in the audit trail, and with the case once the file is saved, as is all that was measured. Raises
    ValueError without a reason, RecordNotFound, ImageRejected or StorageFailed.
    """
    if not reason.strip():
        raise ValueError("expected a reason for scoring against the gates, got none")
    if item.image is None:
        raise ValueError(f"expected a file whose picture is stored, got {item.filename}")
    image = read_stored(record, item.image.blob_sha256, item.image.orientation)
    found = assess(classifier, gates, image, override_reason=reason.strip())
    scored, now = ScoredFile(item.item_id, item.image, found.reading.prediction, found.checks), utc_now()
    said = f"Scored against the gates ({reason.strip()}): {item.reason}"
    with record.writing() as work:
        if not work.batches.record_override(scored, reason=said, predicted_at=now, app_version=APP_VERSION):
            return False
        detail = {"reason": reason.strip()}
        work.audit.add(at=now, who=reader, action=_ACTION, entity=ITEM_ENTITY, entity_id=item.item_id, detail=detail)
    return True


def override_all(
    *, batch_id: int, reason: str, classifier: Classifier, gates: Gates, reader: str, record: Record
) -> int:
    """Score every file of a batch that a gate held back, for one reason; gives how many. Raises as `override_item`."""
    with record.reading() as work:
        items = work.batches.items(batch_id, part="gated")
    return sum(
        override_item(item=item, reason=reason, classifier=classifier, gates=gates, reader=reader, record=record)
        for item in items
    )
