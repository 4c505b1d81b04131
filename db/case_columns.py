"""The columns of the case history and of its export, by the names that tables and charts use."""

from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, String, func, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, aliased

from db.tables import (
    BatchRow,
    CaseRow,
    DiagnosisRow,
    FirstReadRow,
    ImageRow,
    LesionRow,
    PatientRow,
    PredictionRow,
    ReviewRow,
    SignOffRow,
    VisitRow,
)

Columns = dict[str, ColumnElement[Any]]

DIFFERENTIAL: Final = "differential"  # a mapping; an export has a column for each diagnosis in its place


def newest_review_id() -> ScalarSelect[int]:
    """The review that counts for a case of the surrounding query."""
    row = aliased(ReviewRow)
    found = select(row.id).where(row.case_id == CaseRow.id).order_by(row.reviewed_at.desc(), row.id.desc())
    return found.limit(1).correlate(CaseRow).scalar_subquery()


def newest_diagnosis_id(case_id: InstrumentedAttribute[int] = CaseRow.id) -> ScalarSelect[int]:
    """The confirmed diagnosis that counts for a case of the surrounding query, which has `case_id`."""
    row = aliased(DiagnosisRow)
    found = select(row.id).where(row.case_id == case_id).order_by(row.recorded_at.desc(), row.id.desc())
    return found.limit(1).correlate_except(row).scalar_subquery()


def newest_case_id(lesion_id: InstrumentedAttribute[int], weights_sha256: str = "") -> ScalarSelect[int]:
    """The case of a lesion's latest visit, of one day the one saved last; the surrounding query has `lesion_id`.

    An older picture may be saved later. Every case of a lesion has a visit, on the day of saving where none was named.
    With `weights_sha256` only cases that those weights scored count.
    """
    row, visit, prediction = aliased(CaseRow), aliased(VisitRow), aliased(PredictionRow)
    found = select(row.id).join(visit, visit.id == row.visit_id).where(row.lesion_id == lesion_id)
    if weights_sha256:
        found = found.join(prediction, prediction.id == row.prediction_id)
        found = found.where(prediction.weights_sha256 == weights_sha256)
    newest = found.order_by(visit.visited_on.desc(), row.id.desc()).limit(1)
    return newest.correlate_except(row, visit, prediction).scalar_subquery()


def _word(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    return type_coerce(column, String)


def _or_empty(column: InstrumentedAttribute[str]) -> ColumnElement[Any]:
    return func.coalesce(column, "")


LISTED: Final[Columns] = {
    "case_id": CaseRow.id.expression,
    "created_at": CaseRow.created_at.expression,
    "pseudonym": _or_empty(PatientRow.pseudonym),
    "lesion_label": _or_empty(LesionRow.label),
    "anatom_site": _word(CaseRow.anatom_site),
    "age_years": CaseRow.age_years.expression,
    "sex": _word(CaseRow.sex),
    "filename": CaseRow.filename.expression,
    "blob_sha256": ImageRow.blob_sha256.expression,
    "orientation": ImageRow.orientation.expression,
    "malignant_probability": PredictionRow.malignant_probability.expression,
    "band": _word(PredictionRow.band),
    "model_name": PredictionRow.model_name.expression,
    "model_version": PredictionRow.model_version.expression,
    "assessment": _word(ReviewRow.assessment),
    "reviewer": ReviewRow.reviewer.expression,
    "diagnosis": _word(DiagnosisRow.diagnosis),
    "is_malignant": DiagnosisRow.is_malignant.expression,
    "notes": CaseRow.notes.expression,
    "signed_by": SignOffRow.signed_by.expression,
}

EXPORTED: Final[Columns] = LISTED | {
    "submission_id": CaseRow.submission_id.expression,
    "reader": CaseRow.reader.expression,
    "lesion_id": CaseRow.lesion_id.expression,
    "visited_on": VisitRow.visited_on.expression,
    "laterality": _word(CaseRow.laterality),
    "body_region": _word(CaseRow.body_region),
    "fitzpatrick_skin_type": _word(CaseRow.fitzpatrick_skin_type),
    "clin_size_long_diam_mm": CaseRow.clin_size_long_diam_mm.expression,
    "personal_hx_mm": CaseRow.personal_hx_mm.expression,
    "family_hx_mm": CaseRow.family_hx_mm.expression,
    "is_change_noticed": CaseRow.is_change_noticed.expression,
    "app_version": CaseRow.app_version.expression,
    "upload_sha256": ImageRow.upload_sha256.expression,
    "image_format": ImageRow.format.expression,
    "width_px": ImageRow.width_px.expression,
    "height_px": ImageRow.height_px.expression,
    "raw_probability": PredictionRow.raw_probability.expression,
    "operating_threshold": PredictionRow.operating_threshold.expression,
    "no_concern_threshold": PredictionRow.no_concern_threshold.expression,
    "weights_sha256": PredictionRow.weights_sha256.expression,
    "card_sha256": PredictionRow.card_sha256.expression,
    "architecture": PredictionRow.architecture.expression,
    "predicted_by_app_version": PredictionRow.app_version.expression,
    "predicted_at": PredictionRow.predicted_at.expression,
    "batch_mode": _word(BatchRow.mode),
    "read_mode": _word(FirstReadRow.mode),
    "first_impression": _word(FirstReadRow.impression),
    "first_reader": FirstReadRow.reader.expression,
    "first_read_at": FirstReadRow.kept_at.expression,
    "review_note": ReviewRow.note.expression,
    "reviewed_at": ReviewRow.reviewed_at.expression,
    "confirm_type": _word(DiagnosisRow.confirm_type),
    "confirmed_on": DiagnosisRow.confirmed_on.expression,
    "diagnosis_note": DiagnosisRow.note.expression,
    "recorded_by": DiagnosisRow.recorded_by.expression,
    "recorded_at": DiagnosisRow.recorded_at.expression,
    "signed_at": SignOffRow.signed_at.expression,
    DIFFERENTIAL: PredictionRow.differential.expression,
}

_UTC: Final = "datetime64[us, UTC]"

# Said for every column that is not text, so that an empty or a patchy table has the same types as a full one.
DTYPES: Final[dict[str, str]] = {
    "case_id": "int64",
    "created_at": _UTC,
    "age_years": "Int64",
    "orientation": "int64",
    "malignant_probability": "float64",
    "is_malignant": "boolean",
    "width_px": "int64",
    "height_px": "int64",
    "raw_probability": "float64",
    "operating_threshold": "float64",
    "no_concern_threshold": "float64",
    "predicted_at": _UTC,
    "reviewed_at": _UTC,
    "confirmed_on": "object",
    "recorded_at": _UTC,
    "lesion_id": "Int64",
    "visited_on": "object",
    "clin_size_long_diam_mm": "float64",
    "personal_hx_mm": "boolean",
    "family_hx_mm": "boolean",
    "is_change_noticed": "boolean",
    "first_read_at": _UTC,
    "signed_at": _UTC,
    DIFFERENTIAL: "object",
}
