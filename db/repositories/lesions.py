"""Whose lesion a case is about: found by the clinician's words, made at the first mention, dropped after the last."""

from dataclasses import dataclass

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.orm import Session

from core.taxonomy import AnatomSite
from db.repositories.statements import insert_once
from db.tables import CaseRow, LesionRow, PatientRow


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case is filed; None where the clinician named nothing."""

    patient_id: int | None
    lesion_id: int | None


def file_case(session: Session, *, pseudonym: str, lesion_label: str, anatom_site: AnatomSite | None) -> Place:
    """The place for these words; one label means one lesion only within a named patient."""
    patient_id = _patient(session, pseudonym) if pseudonym else None
    if not lesion_label:
        return Place(patient_id, None)
    if patient_id is None:
        return Place(None, _new_lesion_of_nobody(session, lesion_label, anatom_site))
    return Place(patient_id, _lesion(session, patient_id, lesion_label, anatom_site))


def drop_unused(session: Session, place: Place) -> None:
    """Remove the lesion and the patient of a place that no case mentions any more, such as a mistyped name."""
    has_case = exists().where(CaseRow.lesion_id == LesionRow.id)
    session.execute(delete(LesionRow).where(LesionRow.id == place.lesion_id, ~has_case))
    is_known = exists().where(CaseRow.patient_id == PatientRow.id) | exists().where(
        LesionRow.patient_id == PatientRow.id
    )
    session.execute(delete(PatientRow).where(PatientRow.id == place.patient_id, ~is_known))


def _patient(session: Session, pseudonym: str) -> int:
    session.execute(insert_once(session, PatientRow), {"pseudonym": pseudonym})
    return session.execute(select(PatientRow.id).where(PatientRow.pseudonym == pseudonym)).scalar_one()


def _lesion(session: Session, patient_id: int, label: str, anatom_site: AnatomSite | None) -> int:
    values = {"patient_id": patient_id, "label": label, "anatom_site": anatom_site}
    session.execute(insert_once(session, LesionRow), values)
    is_meant = (LesionRow.patient_id == patient_id) & (LesionRow.label == label)
    session.execute(update(LesionRow).where(is_meant, LesionRow.anatom_site.is_(None)).values(anatom_site=anatom_site))
    return session.execute(select(LesionRow.id).where(is_meant)).scalar_one()


def _new_lesion_of_nobody(session: Session, label: str, anatom_site: AnatomSite | None) -> int:
    statement = insert(LesionRow).values(label=label, anatom_site=anatom_site).returning(LesionRow.id)
    return session.execute(statement).scalar_one()
