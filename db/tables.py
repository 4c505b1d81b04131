"""The tables. `newest counts` means: rows are added, never changed, and the latest one is in force."""

import enum
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, DateTime, Enum, ForeignKey, Index, MetaData, UniqueConstraint, false, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from core.taxonomy import (
    AnatomSite,
    Band,
    BatchMode,
    BatchState,
    BodyRegion,
    Confidence,
    ConfirmType,
    Diagnosis,
    HeatmapMethod,
    Impression,
    ItemState,
    Laterality,
    ReadMode,
    Sex,
    SkinType,
)
from db.differential import DifferentialJson

UPLOADED = "upload"  # the source of a batch that came through the browser and not from a folder


class UtcDateTime(TypeDecorator[datetime]):
    """A time that is stored in UTC and comes back aware; a naive one is refused, for nobody knows its clock."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Raises ValueError for a naive time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected a time with a time zone, got the naive {value.isoformat()}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The stored time, aware."""
        return None if value is None else value.replace(tzinfo=UTC)


def _values(members: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in members]


def _one_of(column: str, members: Iterable[enum.StrEnum]) -> CheckConstraint:
    words = ", ".join(f"'{member}'" for member in members)
    return CheckConstraint(f"{column} IN ({words})", name=column)


def _probability(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} BETWEEN 0 AND 1", name=column)


class Table(DeclarativeBase):
    """What all tables share: names for constraints, UTC times, and enums stored as ISIC's words."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy's own way to say it)
        datetime: UtcDateTime(),
        enum.Enum: Enum(enum.Enum, native_enum=False, length=64, validate_strings=True, values_callable=_values),
    }


class PatientRow(Table):
    """A person, known by a pseudonym only."""

    __tablename__ = "patients"
    id: Mapped[int] = mapped_column(primary_key=True)
    pseudonym: Mapped[str] = mapped_column(unique=True)


class LesionRow(Table):
    """A lesion of one patient; `patient_id` is NULL while nobody has named the patient."""

    __tablename__ = "lesions"
    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    label: Mapped[str]
    anatom_site: Mapped[AnatomSite | None]
    laterality: Mapped[Laterality | None]
    body_region: Mapped[BodyRegion | None]
    __table_args__ = (UniqueConstraint("patient_id", "label"),)


class VisitRow(Table):
    """A day on which a lesion was imaged, or a patient where no lesion is named; once for each."""

    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    lesion_id: Mapped[int | None] = mapped_column(ForeignKey("lesions.id"))
    visited_on: Mapped[date]
    __table_args__: tuple[Any, ...] = (
        CheckConstraint("patient_id IS NOT NULL OR lesion_id IS NOT NULL", name="of_somebody"),
        Index(
            "uq_visits_lesion_id_visited_on",
            "lesion_id",
            "visited_on",
            unique=True,
            sqlite_where=text("lesion_id IS NOT NULL"),
            postgresql_where=text("lesion_id IS NOT NULL"),
        ),
        Index(
            "uq_visits_patient_id_visited_on",
            "patient_id",
            "visited_on",
            unique=True,
            sqlite_where=text("lesion_id IS NULL"),
            postgresql_where=text("lesion_id IS NULL"),
        ),
        Index(None, "patient_id"),
    )


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
        _one_of("band", Band),
        *map(_probability, ("raw_probability", "malignant_probability", "operating_threshold", "no_concern_threshold")),
    )


class EmbeddingRow(Table):
    """float16 (D,), little-endian; apart, because 2.5 kB in each prediction would slow every walk over the history."""

    __tablename__ = "embeddings"
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"), primary_key=True)
    values: Mapped[bytes]


class CaseRow(Table):
    """A saved case: the clinician's words about one picture and its prediction."""

    __tablename__ = "cases"
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[str] = mapped_column(unique=True)
    filename: Mapped[str]
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"), index=True)
    lesion_id: Mapped[int | None] = mapped_column(ForeignKey("lesions.id"), index=True)
    anatom_site: Mapped[AnatomSite | None]
    age_years: Mapped[int | None]
    sex: Mapped[Sex | None]
    notes: Mapped[str]
    reader: Mapped[str]
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"), index=True)
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"), index=True)
    app_version: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"), index=True)
    laterality: Mapped[Laterality | None]
    body_region: Mapped[BodyRegion | None]
    fitzpatrick_skin_type: Mapped[SkinType | None]
    clin_size_long_diam_mm: Mapped[float | None]
    personal_hx_mm: Mapped[bool | None]
    family_hx_mm: Mapped[bool | None]
    is_change_noticed: Mapped[bool | None]
    __table_args__ = (
        CheckConstraint("age_years BETWEEN 0 AND 85", name="age_years"),
        Index(None, "anatom_site", "created_at"),
    )


class FirstReadRow(Table):
    """What a reader thought before the machine's result was shown; one for a submission, before its case exists."""

    __tablename__ = "first_reads"
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    mode: Mapped[ReadMode]
    impression: Mapped[Impression | None]
    confidence: Mapped[Confidence | None]
    diagnosis: Mapped[Diagnosis | None]
    reader: Mapped[str]
    kept_at: Mapped[datetime]
    revealed_at: Mapped[datetime | None]
    __table_args__ = (
        _one_of("mode", ReadMode),
        _one_of("impression", Impression),
        _one_of("confidence", Confidence),
        CheckConstraint("(mode = 'blind') = (impression IS NOT NULL)", name="is_said"),
    )


class FinalAssessmentRow(Table):
    """What a reader thinks with the machine's result in view; newest counts."""

    __tablename__ = "final_assessments"
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    impression: Mapped[Impression]
    diagnosis: Mapped[Diagnosis | None]
    decision: Mapped[Band | None]
    is_switch: Mapped[bool]
    reader: Mapped[str]
    assessed_at: Mapped[datetime]
    __table_args__ = (
        _one_of("impression", Impression),
        _one_of("decision", Band),
        Index(None, "submission_id", "assessed_at"),
    )


class ReviewRow(Table):
    """The clinician's own assessment of a case; newest counts."""

    __tablename__ = "reviews"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    assessment: Mapped[Band]
    note: Mapped[str]
    reviewer: Mapped[str]
    reviewed_at: Mapped[datetime]
    __table_args__ = (_one_of("assessment", Band), Index(None, "case_id", "reviewed_at"))


class DiagnosisRow(Table):
    """What the lesion turned out to be; newest counts."""

    __tablename__ = "confirmed_diagnoses"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    diagnosis: Mapped[Diagnosis]
    is_malignant: Mapped[bool]
    confirm_type: Mapped[ConfirmType]
    confirmed_on: Mapped[date | None]
    note: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    __table_args__ = (Index(None, "case_id", "recorded_at"),)


class CaseWordsRow(Table):
    """All that can be searched for in a case, in lower case: one narrow row, so that 100,000 are read in no time."""

    __tablename__ = "case_words"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    words: Mapped[str]


class CaseChecksRow(Table):
    """What gates and measures found of a case's picture when it was scored. `details` holds all of it; the columns
    beside it are what the history is narrowed by, `flags` and `concerns` as words between bars, such as |hair|ink|."""

    __tablename__ = "case_checks"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    is_accepted: Mapped[bool]
    is_in_scope: Mapped[bool | None]
    override_reason: Mapped[str]
    flags: Mapped[str]
    concerns: Mapped[str]
    heat_outside: Mapped[float | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON)


class SignOffRow(Table):
    """A case that a named reader stands for; once for each case."""

    __tablename__ = "sign_offs"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    signed_by: Mapped[str]
    signed_at: Mapped[datetime]


class SavedFilterRow(Table):
    """A filter of the case history under a name; `wanted` is a JSON object of what it narrows to."""

    __tablename__ = "saved_filters"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    wanted: Mapped[str]
    saved_by: Mapped[str]
    saved_at: Mapped[datetime]


class BatchRow(Table):
    """Many pictures at once; a folder has one running batch at most, so that two terminals share it."""

    __tablename__ = "batches"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    source: Mapped[str]
    state: Mapped[BatchState]
    reader: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
    mode: Mapped[BatchMode] = mapped_column(server_default=BatchMode.TRIAGE)  # which all were before there was a choice
    __table_args__: tuple[Any, ...] = (
        _one_of("state", BatchState),
        _one_of("mode", BatchMode),
        Index(
            "uq_batches_source_running",
            "source",
            unique=True,
            sqlite_where=text(f"source <> '{UPLOADED}' AND state = 'running'"),
            postgresql_where=text(f"source <> '{UPLOADED}' AND state = 'running'"),
        ),
        Index(None, "source"),
    )


class BatchItemRow(Table):
    """One file of a batch; `staged` says where its bytes wait."""

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
    note: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    is_deferred: Mapped[bool] = mapped_column(server_default=false())
    pseudonym: Mapped[str] = mapped_column(server_default=text("''"))
    lesion_label: Mapped[str] = mapped_column(server_default=text("''"))
    anatom_site: Mapped[AnatomSite | None]
    age_years: Mapped[int | None]
    sex: Mapped[Sex | None]
    taken_on: Mapped[date | None]
    __table_args__ = (
        UniqueConstraint("batch_id", "position"),
        Index(None, "batch_id", "state"),
        _one_of("state", ItemState),
        _one_of("assessment", Band),
    )


class RecallRow(Table):
    """A day by which a lesion is to be seen again, and why; it stays once it is done."""

    __tablename__ = "recalls"
    id: Mapped[int] = mapped_column(primary_key=True)
    lesion_id: Mapped[int] = mapped_column(ForeignKey("lesions.id"), index=True)
    due_on: Mapped[date]
    reason: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime]
    done_by: Mapped[str]
    done_at: Mapped[datetime | None]
    __table_args__ = (Index(None, "done_at", "due_on"),)


class SignedReportRow(Table):
    """A report that a named reader signed; never changed, an amended one is a later revision."""

    __tablename__ = "signed_reports"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    revision: Mapped[int]
    content_sha256: Mapped[str]
    heatmap_method: Mapped[HeatmapMethod | None]
    signed_by: Mapped[str]
    signed_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("case_id", "revision"), CheckConstraint("signed_by <> ''", name="signed_by"))


class SignedReportFileRow(Table):
    """The signed PDF, byte for byte; apart, because it would slow every walk over the signatures."""

    __tablename__ = "signed_report_files"
    report_id: Mapped[int] = mapped_column(ForeignKey("signed_reports.id"), primary_key=True)
    content: Mapped[bytes]


class SettingChangeRow(Table):
    """One change of a setting; newest counts."""

    __tablename__ = "setting_changes"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(index=True)
    value: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


class ImageStatisticsRow(Table):
    """What a picture looks like as a whole, in grey levels (0-255), for drift; measured once."""

    __tablename__ = "image_statistics"
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"), primary_key=True)
    brightness: Mapped[float]
    contrast: Mapped[float]
    saturation: Mapped[float]
    redness: Mapped[float]


class ThresholdChangeRow(Table):
    """A referral threshold of the practice's own, for one network's weights; NULL returns to the model card's. Newest
    counts."""

    __tablename__ = "threshold_changes"
    id: Mapped[int] = mapped_column(primary_key=True)
    model_name: Mapped[str]
    weights_sha256: Mapped[str] = mapped_column(index=True)
    refer_threshold: Mapped[float | None]
    reason: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]
    __table_args__ = (_probability("refer_threshold"), CheckConstraint("reason <> ''", name="reason"))


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
