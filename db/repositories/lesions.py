"""Whose lesion a case is about: found by the clinician's words, made at the first mention, dropped after the last."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.orm import Session

from core.domain import CaseDraft
from db.repositories.statements import insert_once
from db.tables import CaseRow, LesionRow, PatientRow, RecallRow, VisitRow

_SITE = ("anatom_site", "laterality", "body_region")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case is filed; None where the clinician named nothing."""

    patient_id: int | None
    lesion_id: int | None
    visit_id: int | None


def file_case(session: Session, draft: CaseDraft, visited_on: date) -> Place:
    """The place for these words; one label means one lesion only within a named patient."""
    patient_id = _patient(session, draft.pseudonym) if draft.pseudonym else None
    lesion_id = _find_or_make_lesion(session, patient_id, draft) if draft.lesion_label else None
    return Place(patient_id, lesion_id, _visit(session, patient_id, lesion_id, visited_on))


def correct_site(session: Session, lesion_id: int | None, draft: CaseDraft) -> None:
    """Give a lesion the site that a corrected case names; what it leaves open stays."""
    named = {name: value for name, value in _site(draft).items() if value is not None}
    if named:
        session.execute(update(LesionRow).where(LesionRow.id == lesion_id).values(named))


def hand_over_recalls(session: Session, before: Place, after: Place) -> None:
    """Recalls of a lesion that no case mentions any more go with the case that was corrected, if it names a lesion."""
    if before.lesion_id is None or after.lesion_id is None or before.lesion_id == after.lesion_id:
        return
    has_case = exists().where(CaseRow.lesion_id == before.lesion_id)
    moved = update(RecallRow).where(RecallRow.lesion_id == before.lesion_id, ~has_case)
    session.execute(moved.values(lesion_id=after.lesion_id), execution_options={"synchronize_session": False})


def drop_unused(session: Session, place: Place) -> None:
    """Remove the visit, lesion and patient of a place that no case mentions any more, such as a mistyped name.

    A lesion with a recall stays, for somebody is to be seen again.
    """
    is_visited = exists().where(CaseRow.visit_id == VisitRow.id)
    session.execute(delete(VisitRow).where(VisitRow.id == place.visit_id, ~is_visited))
    has_case = exists().where(CaseRow.lesion_id == LesionRow.id)
    has_recall = exists().where(RecallRow.lesion_id == LesionRow.id)
    session.execute(delete(LesionRow).where(LesionRow.id == place.lesion_id, ~has_case, ~has_recall))
    is_known = exists().where(CaseRow.patient_id == PatientRow.id) | exists().where(
        LesionRow.patient_id == PatientRow.id
    )
    session.execute(delete(PatientRow).where(PatientRow.id == place.patient_id, ~is_known))


def _patient(session: Session, pseudonym: str) -> int:
    session.execute(insert_once(session, PatientRow), {"pseudonym": pseudonym})
    return session.execute(select(PatientRow.id).where(PatientRow.pseudonym == pseudonym)).scalar_one()


def _find_or_make_lesion(session: Session, patient_id: int | None, draft: CaseDraft) -> int:
    values = {"patient_id": patient_id, "label": draft.lesion_label} | _site(draft)
    if patient_id is None:
        return session.execute(insert(LesionRow).values(values).returning(LesionRow.id)).scalar_one()
    session.execute(insert_once(session, LesionRow), values)
    is_meant = (LesionRow.patient_id == patient_id) & (LesionRow.label == draft.lesion_label)
    row = session.execute(select(LesionRow).where(is_meant), execution_options={"populate_existing": True}).scalar_one()
    missing = {name: value for name, value in _site(draft).items() if getattr(row, name) is None}
    session.execute(update(LesionRow).where(is_meant).values(missing)) if missing else None
    return row.id


def _visit(session: Session, patient_id: int | None, lesion_id: int | None, visited_on: date) -> int | None:
    if patient_id is None and lesion_id is None:
        return None
    values = {"patient_id": patient_id, "lesion_id": lesion_id, "visited_on": visited_on}
    session.execute(insert_once(session, VisitRow), values)
    by_patient = VisitRow.lesion_id.is_(None) & (VisitRow.patient_id == patient_id)
    is_whose = VisitRow.lesion_id == lesion_id if lesion_id is not None else by_patient
    return session.execute(select(VisitRow.id).where(is_whose, VisitRow.visited_on == visited_on)).scalar_one()


def _site(draft: CaseDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in _SITE}
