"""Cases, and what belongs to exactly one of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.taxonomy import AnatomSite, Band, BodyRegion, HeatmapMethod, Laterality, Sex, SkinType
from db.tables.base import KEEPS_IDS, Table


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
        KEEPS_IDS,
    )


class CaseWordsRow(Table):
    """All that can be searched for in a case, in lower case: one narrow row, so that 100,000 are read in no time.

    PostgreSQL, which is given more than that, finds words by their trigrams.
    """

    __tablename__ = "case_words"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    words: Mapped[str]
    __table_args__ = (
        Index(None, "words", postgresql_using="gin", postgresql_ops={"words": "gin_trgm_ops"}).ddl_if("postgresql"),
    )


class CaseFactsRow(Table):
    """What the history is narrowed by and ordered by: one narrow row, so that any filter over 1,000,000 is soon done.

    It repeats what other tables say, and is written anew with the words whenever something is said about the case.
    """

    __tablename__ = "case_facts"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    created_at: Mapped[datetime]
    anatom_site: Mapped[AnatomSite | None]
    band: Mapped[Band]
    model_version: Mapped[str]
    is_reviewed: Mapped[bool]
    is_confirmed_malignant: Mapped[bool | None]
    flags: Mapped[str]
    is_overridden: Mapped[bool]
    __table_args__ = (
        Index(None, "created_at", "case_id"),
        Index(None, "anatom_site", "created_at", "case_id"),
        Index(None, "band", "created_at", "case_id"),
        Index(None, "model_version", "created_at", "case_id"),
        Index(None, "is_reviewed", "created_at", "case_id"),
        Index(None, "is_confirmed_malignant", "created_at", "case_id"),
        Index(None, "is_overridden", "created_at", "case_id"),
    )


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
