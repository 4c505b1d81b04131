"""What is known of a patient: the lesions, and when they were seen."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from core.domain import LesionSummary
from db.case_columns import newest_case_id
from db.tables import CaseRow, LesionRow, PatientRow, VisitRow


class PatientRepository:
    """Patients are made and dropped with their cases; here they are only looked at."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lesions(self, pseudonym: str) -> tuple[LesionSummary, ...]:
        """The lesions of a patient by label; none where nobody of that pseudonym is known."""
        return self._summaries(PatientRow.pseudonym == pseudonym)

    def other_lesions(self, case_id: int) -> tuple[LesionSummary, ...]:
        """The lesions of a case's patient but the case's own one, by label."""
        of_case = select(CaseRow.patient_id).where(CaseRow.id == case_id).scalar_subquery()
        own = select(func.coalesce(CaseRow.lesion_id, 0)).where(CaseRow.id == case_id).scalar_subquery()
        return self._summaries((PatientRow.id == of_case) & (LesionRow.id != own))

    def _summaries(self, is_wanted: ColumnElement[bool]) -> tuple[LesionSummary, ...]:
        rows = self._session.execute(_select_summaries().where(is_wanted)).mappings()
        return tuple(LesionSummary(**row) for row in rows)


def _select_summaries() -> Select[*tuple[Any, ...]]:
    lesion = (LesionRow.id.label("lesion_id"), LesionRow.label, LesionRow.anatom_site)
    place = (LesionRow.laterality, LesionRow.body_region)
    return (
        select(
            *lesion,
            *place,
            func.count(CaseRow.id).label("n_images"),
            func.count(CaseRow.visit_id.distinct()).label("n_visits"),
            newest_case_id(LesionRow.id).label("newest_case_id"),
            func.max(VisitRow.visited_on).label("newest_on"),
        )
        .join(PatientRow, PatientRow.id == LesionRow.patient_id)
        .join(CaseRow, CaseRow.lesion_id == LesionRow.id)
        .join(VisitRow, VisitRow.id == CaseRow.visit_id)
        .group_by(*lesion, *place)
        .order_by(LesionRow.label)
    )
