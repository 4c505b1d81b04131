"""Referral thresholds that a practice set for itself, and the statistics of its pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from db.tables import ImageRow, ImageStatisticsRow, ThresholdChangeRow


@dataclass(frozen=True, slots=True)
class ThresholdChange:
    """One change; `refer_threshold` is None where the model card's own was put back, `temperature`, of the calibration
    that it was set on, where a version of the program that did not keep it made the change."""

    model_name: str
    weights_sha256: str
    refer_threshold: float | None
    reason: str
    changed_by: str
    changed_at: datetime
    temperature: float | None = None

    def is_of(self, temperature: float) -> bool:
        """Whether it was set on probabilities that this temperature gives, as far as that is known."""
        return self.temperature is None or self.temperature == temperature


def add_threshold_change(session: Session, change: ThresholdChange) -> None:
    """Put a threshold in force; what was in force stays in the history."""
    session.add(
        ThresholdChangeRow(
            model_name=change.model_name,
            weights_sha256=change.weights_sha256,
            refer_threshold=change.refer_threshold,
            temperature=change.temperature,
            reason=change.reason,
            changed_by=change.changed_by,
            changed_at=change.changed_at,
        )
    )


def threshold_history(session: Session, weights_sha256: str) -> tuple[ThresholdChange, ...]:
    """All changes for one network's weights, the newest, which is in force, first."""
    statement = select(ThresholdChangeRow).where(ThresholdChangeRow.weights_sha256 == weights_sha256)
    return tuple(
        ThresholdChange(
            model_name=row.model_name,
            weights_sha256=row.weights_sha256,
            refer_threshold=row.refer_threshold,
            reason=row.reason,
            changed_by=row.changed_by,
            changed_at=row.changed_at,
            temperature=row.temperature,
        )
        for row in session.scalars(statement.order_by(ThresholdChangeRow.id.desc()))
    )


def add_statistics(session: Session, found: Mapping[int, Mapping[str, float]]) -> None:
    """Statistics by image id; a picture that was measured meanwhile stays as it is, one that was erased is left out."""
    known = select(ImageStatisticsRow.image_id).where(ImageStatisticsRow.image_id.in_(found))
    there = select(ImageRow.id).where(ImageRow.id.in_(found)).with_for_update(read=True, key_share=True)
    wanted = set(session.scalars(there)) - set(session.scalars(known))
    rows = [{"image_id": image_id, **values} for image_id, values in found.items() if image_id in wanted]
    if rows:
        session.execute(insert(ImageStatisticsRow), rows)
