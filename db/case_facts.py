"""What the history is narrowed by: kept in one narrow row beside each case, from what the other tables say of it."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, delete, exists, func, insert, select
from sqlalchemy.orm import Session

from db.case_columns import newest_diagnosis_id
from db.tables import CaseChecksRow, CaseFactsRow, CaseRow, DiagnosisRow, PredictionRow, ReviewRow


def refresh_facts(session: Session, case_ids: Collection[int]) -> None:
    """Write the rows of these cases anew; those that are not there are passed over."""
    session.execute(delete(CaseFactsRow).where(CaseFactsRow.case_id.in_(case_ids)))
    facts = select_facts().where(CaseRow.id.in_(case_ids))
    session.execute(insert(CaseFactsRow).from_select([column.name for column in facts.selected_columns], facts))


def select_facts() -> Select[Any]:
    """The facts of all cases: the columns of CaseFactsRow."""
    is_malignant = select(DiagnosisRow.is_malignant).where(DiagnosisRow.id == newest_diagnosis_id())
    return (
        select(
            CaseRow.id.label("case_id"),
            CaseRow.created_at,
            CaseRow.anatom_site,
            PredictionRow.band,
            PredictionRow.model_version,
            exists().where(ReviewRow.case_id == CaseRow.id).correlate(CaseRow).label("is_reviewed"),
            is_malignant.correlate(CaseRow).scalar_subquery().label("is_confirmed_malignant"),
            func.coalesce(CaseChecksRow.flags, "").label("flags"),
            (func.coalesce(CaseChecksRow.override_reason, "") != "").label("is_overridden"),
        )
        .join(PredictionRow, PredictionRow.id == CaseRow.prediction_id)
        .outerjoin(CaseChecksRow, CaseChecksRow.case_id == CaseRow.id)
    )
