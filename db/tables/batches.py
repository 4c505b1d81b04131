"""Many pictures at once."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from core.taxonomy import AnatomSite, Band, BatchMode, BatchState, ItemState, Sex
from db.tables.base import KEEPS_IDS, Table, one_of, unique_where

UPLOADED = "upload"  # the source of a batch that came through the browser and not from a folder


class BatchRow(Table):
    """Many pictures at once; a folder has one running batch at most, so that two terminals share it.

    `model_name` and `weights_sha256` say which network scores all of it; "" where the one in force does.
    """

    __tablename__ = "batches"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    source: Mapped[str]
    state: Mapped[BatchState]
    reader: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
    mode: Mapped[BatchMode] = mapped_column(server_default=BatchMode.TRIAGE)  # which all were before there was a choice
    model_name: Mapped[str] = mapped_column(server_default=text("''"))
    weights_sha256: Mapped[str] = mapped_column(server_default=text("''"))
    __table_args__: tuple[Any, ...] = (
        one_of("state", BatchState),
        one_of("mode", BatchMode),
        unique_where("uq_batches_source_running", "source", where=f"source <> '{UPLOADED}' AND state = 'running'"),
        Index(None, "source"),
    )


class BatchItemRow(Table):
    """One file of a batch; `staged` says where its bytes wait, `checks` what the gates measured of it, `decided_by` and
    `decided_at` whose the assessment is and since when."""

    __tablename__ = "batch_items"
    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    position: Mapped[int]
    filename: Mapped[str]
    state: Mapped[ItemState]
    reason: Mapped[str]
    upload_sha256: Mapped[str | None]
    staged: Mapped[str]
    image_id: Mapped[int | None] = mapped_column(ForeignKey("images.id"))
    prediction_id: Mapped[int | None] = mapped_column(ForeignKey("predictions.id"))
    assessment: Mapped[Band | None]
    decided_by: Mapped[str] = mapped_column(server_default=text("''"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    is_deferred: Mapped[bool] = mapped_column(server_default=false())
    pseudonym: Mapped[str] = mapped_column(server_default=text("''"))
    lesion_label: Mapped[str] = mapped_column(server_default=text("''"))
    anatom_site: Mapped[AnatomSite | None]
    age_years: Mapped[int | None]
    sex: Mapped[Sex | None]
    taken_on: Mapped[date | None]
    checks: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    __table_args__ = (
        UniqueConstraint("batch_id", "position"),
        Index(None, "batch_id", "state"),
        one_of("state", ItemState),
        one_of("assessment", Band),
        KEEPS_IDS,
    )
