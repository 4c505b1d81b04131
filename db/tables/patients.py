"""Whose lesion it is, and when it was seen."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.taxonomy import AnatomSite, BodyRegion, Laterality
from db.tables.base import KEEPS_IDS, Table, unique_where


class PatientRow(Table):
    """A person, known by a pseudonym only."""

    __tablename__ = "patients"
    id: Mapped[int] = mapped_column(primary_key=True)
    pseudonym: Mapped[str] = mapped_column(unique=True)
    __table_args__ = KEEPS_IDS


class LesionRow(Table):
    """A lesion of one patient; `patient_id` is NULL while nobody has named the patient."""

    __tablename__ = "lesions"
    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    label: Mapped[str]
    anatom_site: Mapped[AnatomSite | None]
    laterality: Mapped[Laterality | None]
    body_region: Mapped[BodyRegion | None]
    __table_args__ = (UniqueConstraint("patient_id", "label"), KEEPS_IDS)


class VisitRow(Table):
    """A day on which a lesion was imaged, or a patient where no lesion is named; once for each."""

    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    lesion_id: Mapped[int | None] = mapped_column(ForeignKey("lesions.id"))
    visited_on: Mapped[date]
    __table_args__: tuple[Any, ...] = (
        CheckConstraint("patient_id IS NOT NULL OR lesion_id IS NOT NULL", name="of_somebody"),
        unique_where("uq_visits_lesion_id_visited_on", "lesion_id", "visited_on", where="lesion_id IS NOT NULL"),
        unique_where("uq_visits_patient_id_visited_on", "patient_id", "visited_on", where="lesion_id IS NULL"),
        Index(None, "patient_id"),
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
    __table_args__ = (Index(None, "done_at", "due_on"), KEEPS_IDS)
