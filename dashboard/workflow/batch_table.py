"""A batch as a table, a row per file."""

from collections.abc import Iterable

import pandas as pd

from core.domain import BatchItem
from dashboard.workflow.export import to_csv


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
    "patient",
    "lesion",
    "case_id",
    "signed_by",
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
        "assessment": "deferred" if item.is_deferred else str(item.assessment or ""),
        "note": item.note,
        "reason": item.reason,
        "patient": item.assigned.pseudonym,
        "lesion": item.assigned.lesion_label,
        "case_id": item.case_id,
        "signed_by": item.signed_by,
        "model_name": p.model.name if p else "",
        "model_version": p.model.version if p else "",
        "weights_sha256": p.model.weights_sha256 if p else "",
    }
