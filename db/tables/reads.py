"""What readers said of a case, and what the lesion turned out to be."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.taxonomy import Band, Confidence, ConfirmType, Diagnosis, Impression, ReadMode
from db.tables.base import Table, one_of


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
        one_of("mode", ReadMode),
        one_of("impression", Impression),
        one_of("confidence", Confidence),
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
        one_of("impression", Impression),
        one_of("decision", Band),
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
    __table_args__ = (one_of("assessment", Band), Index(None, "case_id", "reviewed_at"))


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
