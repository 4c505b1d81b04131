"""Cases: saved once for each submission, read whole."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import Session

from core.domain import CaseDraft, CaseRecord, Prediction, StoredImage
from core.errors import RecordNotFound
from core.taxonomy import AnatomSite, Sex
from db.repositories.lesions import Place, drop_unused, file_case
from db.repositories.predictions import store_scores, to_image, to_prediction
from db.repositories.reviews import DiagnosisRepository, ReviewRepository
from db.repositories.statements import insert_once
from db.tables import CaseRow, EmbeddingRow, ImageRow, LesionRow, PatientRow, PredictionRow


class CaseRepository:
    """The clinician's words about one picture, with the picture and its prediction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        draft: CaseDraft,
        image: StoredImage,
        prediction: Prediction,
        *,
        predicted_at: datetime,
        app_version: str,
        created_at: datetime,
    ) -> int:
        """Save a case and give its id; a second time with the same `submission_id` gives the first one's id."""
        known = self.find_by_submission(draft.submission_id)
        if known is not None:
            return known
        [(image_id, prediction_id)] = store_scores(
            self._session, [(image, prediction)], predicted_at=predicted_at, app_version=app_version
        )
        values = _words(draft) | {"image_id": image_id, "prediction_id": prediction_id}
        values |= {"app_version": app_version, "created_at": created_at}
        return self._insert_once(values, draft)

    def get(self, case_id: int) -> CaseRecord:
        """The whole case. Raises RecordNotFound if there is none with that id."""
        found = self._records(CaseRow.id == case_id)
        if not found:
            raise RecordNotFound(f"There is no case {case_id}.")
        return found[0]

    def find_by_submission(self, submission_id: str) -> int | None:
        """The id of the case that this submission has become; None if it was not saved."""
        return self._session.scalar(select(CaseRow.id).where(CaseRow.submission_id == submission_id))

    def find_by_upload(self, upload_sha256: str) -> tuple[CaseRecord, ...]:
        """Earlier cases of exactly the same file, newest first."""
        return self._records(ImageRow.upload_sha256 == upload_sha256)[::-1]

    def of_lesion(self, case_id: int) -> tuple[CaseRecord, ...]:
        """The other cases of the same patient's lesion, oldest first; none where the case names no lesion."""
        lesion_id = select(CaseRow.lesion_id).where(CaseRow.id == case_id).scalar_subquery()
        return self._records((CaseRow.lesion_id == lesion_id) & (CaseRow.id != case_id))

    def update_words(
        self,
        case_id: int,
        *,
        pseudonym: str,
        lesion_label: str,
        anatom_site: AnatomSite | None,
        age_years: int | None,
        sex: Sex | None,
        notes: str,
    ) -> None:
        """Replace the clinician's words; picture, prediction and times stay. Raises RecordNotFound."""
        before = self._place(case_id)
        after = file_case(self._session, pseudonym=pseudonym, lesion_label=lesion_label, anatom_site=anatom_site)
        words = {"anatom_site": anatom_site, "age_years": age_years, "sex": sex, "notes": notes}
        statement = update(CaseRow).where(CaseRow.id == case_id)
        self._session.execute(
            statement.values(patient_id=after.patient_id, lesion_id=after.lesion_id, **words),
            execution_options={"synchronize_session": False},
        )
        drop_unused(self._session, before)

    def _insert_once(self, values: dict[str, Any], draft: CaseDraft) -> int:
        place = file_case(
            self._session,
            pseudonym=draft.pseudonym,
            lesion_label=draft.lesion_label,
            anatom_site=draft.anatom_site,
        )
        values |= {"patient_id": place.patient_id, "lesion_id": place.lesion_id}
        statement = insert_once(self._session, CaseRow).values(values).returning(CaseRow.id)
        new_id: int | None = self._session.scalar(statement)
        if new_id is not None:
            return new_id
        drop_unused(self._session, place)
        is_it = CaseRow.submission_id == draft.submission_id
        return self._session.execute(select(CaseRow.id).where(is_it)).scalar_one()

    def _place(self, case_id: int) -> Place:
        statement = select(CaseRow.patient_id, CaseRow.lesion_id).where(CaseRow.id == case_id)
        row = self._session.execute(statement).one_or_none()
        if row is None:
            raise RecordNotFound(f"There is no case {case_id}.")
        return Place(row.patient_id, row.lesion_id)

    def _records(self, is_wanted: ColumnElement[bool]) -> tuple[CaseRecord, ...]:
        rows = self._session.execute(_whole_cases().where(is_wanted)).all()
        ids = [row.CaseRow.id for row in rows]
        reviews = ReviewRepository(self._session).of_cases(ids)
        diagnoses = DiagnosisRepository(self._session).of_cases(ids)
        return tuple(
            CaseRecord(
                **_read(row),
                reviews=reviews.get(row.CaseRow.id, ()),
                diagnosis=diagnoses.get(row.CaseRow.id),
            )
            for row in rows
        )


def _words(draft: CaseDraft) -> dict[str, Any]:
    names = ("submission_id", "filename", "anatom_site", "age_years", "sex", "notes", "reader")
    return {name: getattr(draft, name) for name in names}


def _whole_cases() -> Select[*tuple[Any, ...]]:
    columns = (CaseRow, ImageRow, PredictionRow, EmbeddingRow.values, PatientRow.pseudonym, LesionRow.label)
    return (
        select(*columns)
        .join(ImageRow, ImageRow.id == CaseRow.image_id)
        .join(PredictionRow, PredictionRow.id == CaseRow.prediction_id)
        .join(EmbeddingRow, EmbeddingRow.prediction_id == CaseRow.prediction_id)
        .outerjoin(PatientRow, PatientRow.id == CaseRow.patient_id)
        .outerjoin(LesionRow, LesionRow.id == CaseRow.lesion_id)
        .order_by(CaseRow.created_at, CaseRow.id)
        .execution_options(populate_existing=True)
    )


def _read(row: Any) -> dict[str, Any]:  # noqa: ANN401 (a Row of the six columns above)
    case: CaseRow = row.CaseRow
    names = ("submission_id", "filename", "anatom_site", "age_years", "sex", "notes", "reader")
    return {name: getattr(case, name) for name in (*names, "created_at", "app_version")} | {
        "case_id": case.id,
        "pseudonym": row.pseudonym or "",
        "lesion_label": row.label or "",
        "image": to_image(row.ImageRow),
        "prediction": to_prediction(row.PredictionRow, row.values),
        "predicted_at": row.PredictionRow.predicted_at,
    }
