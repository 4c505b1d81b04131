"""What the practice chose, and who did what."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Table, probability


class SavedFilterRow(Table):
    """A filter of the case history under a name; `wanted` is a JSON object of what it narrows to."""

    __tablename__ = "saved_filters"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    wanted: Mapped[str]
    saved_by: Mapped[str]
    saved_at: Mapped[datetime]


class SettingChangeRow(Table):
    """One change of a setting; newest counts."""

    __tablename__ = "setting_changes"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(index=True)
    value: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


class ThresholdChangeRow(Table):
    """A referral threshold of the practice's own, for one network's weights as `temperature` calibrated them; NULL
    returns to the model card's. Newest counts."""

    __tablename__ = "threshold_changes"
    id: Mapped[int] = mapped_column(primary_key=True)
    model_name: Mapped[str]
    weights_sha256: Mapped[str] = mapped_column(index=True)
    refer_threshold: Mapped[float | None]
    reason: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]
    temperature: Mapped[float | None]
    __table_args__ = (probability("refer_threshold"), CheckConstraint("reason <> ''", name="reason"))


class AuditRow(Table):
    """Who did what to which record, when; `detail` is a JSON object."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str]
    action: Mapped[str]
    entity: Mapped[str]
    entity_id: Mapped[str]
    detail: Mapped[str]
    __table_args__ = (Index(None, "entity", "entity_id"),)
