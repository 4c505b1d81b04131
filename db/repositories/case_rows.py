"""What a case's row holds, and how it is written and read."""

from typing import Any

from sqlalchemy import Select, select

from core.domain import CaseDraft, History
from db.repositories.predictions import to_image, to_prediction
from db.tables import CaseRow, EmbeddingRow, ImageRow, LesionRow, PatientRow, PredictionRow, VisitRow

_ABOUT_LESION = ("anatom_site", "laterality", "body_region", "age_years", "sex", "notes")
_HISTORY = ("fitzpatrick_skin_type", "clin_size_long_diam_mm", "personal_hx_mm", "family_hx_mm", "is_change_noticed")
_OF_SUBMISSION = ("submission_id", "filename", "reader")
_BELONGING = ("patient_id", "lesion_id", "visit_id", "created_at", "app_version")


def changeable(draft: CaseDraft) -> dict[str, Any]:
    """The columns of a case that the clinician may correct later."""
    words = {name: getattr(draft, name) for name in _ABOUT_LESION}
    return words | {name: getattr(draft.history, name) for name in _HISTORY}


def fixed(draft: CaseDraft) -> dict[str, Any]:
    """The columns of a case that stay as they were when it was saved."""
    return {name: getattr(draft, name) for name in _OF_SUBMISSION}


def select_cases() -> Select[*tuple[Any, ...]]:
    """Cases with all that lies in other tables once for each, oldest first: the input of `to_fields`."""
    columns = (CaseRow, ImageRow, PredictionRow, EmbeddingRow.values, PatientRow.pseudonym, LesionRow.label)
    return (
        select(*columns, VisitRow.visited_on)
        .join(ImageRow, ImageRow.id == CaseRow.image_id)
        .join(PredictionRow, PredictionRow.id == CaseRow.prediction_id)
        .join(EmbeddingRow, EmbeddingRow.prediction_id == CaseRow.prediction_id)
        .outerjoin(PatientRow, PatientRow.id == CaseRow.patient_id)
        .outerjoin(LesionRow, LesionRow.id == CaseRow.lesion_id)
        .outerjoin(VisitRow, VisitRow.id == CaseRow.visit_id)
        .order_by(CaseRow.created_at, CaseRow.id)
        .execution_options(populate_existing=True)
    )


def to_fields(row: Any) -> dict[str, Any]:  # noqa: ANN401 (a Row of the seven columns above)
    """The fields of a CaseRecord but what was added to the case later."""
    case: CaseRow = row.CaseRow
    names = (*_OF_SUBMISSION, *_ABOUT_LESION, *_BELONGING)
    return {name: getattr(case, name) for name in names} | {
        "case_id": case.id,
        "pseudonym": row.pseudonym or "",
        "lesion_label": row.label or "",
        "visited_on": row.visited_on,
        "history": History(**{name: getattr(case, name) for name in _HISTORY}),
        "image": to_image(row.ImageRow),
        "prediction": to_prediction(row.PredictionRow, row.values),
        "predicted_at": row.PredictionRow.predicted_at,
    }
