"""Pictures, and what networks and gates said of them."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.taxonomy import Band, Diagnosis, Gate
from db.differential import DifferentialJson
from db.tables.base import Table, one_of, probability


class ImageRow(Table):
    """A picture, once for each upload's bytes."""

    __tablename__ = "images"
    id: Mapped[int] = mapped_column(primary_key=True)
    upload_sha256: Mapped[str] = mapped_column(unique=True)
    blob_sha256: Mapped[str]
    format: Mapped[str]
    orientation: Mapped[int]
    width_px: Mapped[int]
    height_px: Mapped[int]
    created_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("orientation BETWEEN 1 AND 8", name="orientation"),
        CheckConstraint("width_px > 0 AND height_px > 0", name="size"),
    )


class ImageStatisticsRow(Table):
    """What a picture looks like as a whole, in grey levels (0-255), for drift; measured once."""

    __tablename__ = "image_statistics"
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"), primary_key=True)
    brightness: Mapped[float]
    contrast: Mapped[float]
    saturation: Mapped[float]
    redness: Mapped[float]


class PredictionRow(Table):
    """What one model said about one picture: one row, written once."""

    __tablename__ = "predictions"
    id: Mapped[int] = mapped_column(primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"))
    model_name: Mapped[str]
    model_version: Mapped[str] = mapped_column(index=True)
    weights_sha256: Mapped[str]
    card_sha256: Mapped[str]
    architecture: Mapped[str]
    raw_probability: Mapped[float]
    malignant_probability: Mapped[float] = mapped_column(index=True)
    band: Mapped[Band] = mapped_column(index=True)
    operating_threshold: Mapped[float]
    no_concern_threshold: Mapped[float]
    differential: Mapped[Mapping[Diagnosis, float]] = mapped_column(DifferentialJson, nullable=True)
    app_version: Mapped[str]
    predicted_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("image_id", "weights_sha256", "card_sha256"),
        one_of("band", Band),
        *map(probability, ("raw_probability", "malignant_probability", "operating_threshold", "no_concern_threshold")),
    )


class EmbeddingRow(Table):
    """float16 (D,), little-endian; apart, because 2.5 kB in each prediction would slow every walk over the history."""

    __tablename__ = "embeddings"
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"), primary_key=True)
    values: Mapped[bytes]


class RefusalRow(Table):
    """A picture of the Analyse page that a gate held back, counted once a day, for the rates of a practice.

    It carries nothing of a patient: no picture, no file name, no pseudonym, no case. `day_mark` tells the same picture
    on the same day and is forgotten with the next day's first refusal, and whenever a patient is erased.
    """

    __tablename__ = "refusals"
    id: Mapped[int] = mapped_column(primary_key=True)
    refused_at: Mapped[datetime] = mapped_column(index=True)
    model_name: Mapped[str]
    model_version: Mapped[str]
    weights_sha256: Mapped[str]
    gate: Mapped[Gate]
    reason: Mapped[str]
    reader: Mapped[str]
    day_mark: Mapped[str | None] = mapped_column(unique=True)
    __table_args__ = (one_of("gate", Gate),)
