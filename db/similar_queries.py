"""Embeddings for similar cases and the ugly duckling, and what may be told of a case that is not the reader's."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.taxonomy import ConfirmType, Diagnosis
from db.case_columns import newest_case_id, newest_diagnosis_id
from db.repositories.predictions import EMBEDDING_TYPE
from db.tables import CaseRow, DiagnosisRow, EmbeddingRow, ImageRow, LesionRow, PredictionRow

_CHUNK = 500  # ids in one statement


@dataclass(frozen=True, slots=True)
class ConfirmedCase:
    """What is told of a confirmed case without saying whose it is: no pseudonym, no file name, no words.

    `group` numbers the lesion, or the case where it names none, so that a lesion is told once.
    """

    case_id: int
    group: tuple[str, int]
    diagnosis: Diagnosis
    is_malignant: bool
    confirm_type: ConfirmType
    blob_sha256: str
    orientation: int


def confirmed_state(session: Session) -> tuple[int, int]:
    """A number pair that changes when a diagnosis is added or erased."""
    counted = select(func.count(DiagnosisRow.id), func.coalesce(func.max(DiagnosisRow.id), 0))
    n, newest = session.execute(counted).one()
    return int(n), int(newest)


def confirmed_embeddings(session: Session, weights_sha256: str) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
    """Case ids (N,) and embeddings float16 (N, D) of the cases with a confirmed diagnosis that these weights scored."""
    statement = (
        select(CaseRow.id, EmbeddingRow.values)
        .join(PredictionRow, PredictionRow.id == CaseRow.prediction_id)
        .join(EmbeddingRow, EmbeddingRow.prediction_id == CaseRow.prediction_id)
        .where(
            PredictionRow.weights_sha256 == weights_sha256,
            CaseRow.id.in_(select(DiagnosisRow.case_id)),
        )
        .order_by(CaseRow.id)
    )
    rows = session.execute(statement).all()
    return np.array([row.id for row in rows], np.int64), to_matrix([row.values for row in rows])


def confirmed_cases_of(session: Session, case_ids: list[int]) -> dict[int, ConfirmedCase]:
    """What is told of these cases, by id; those that are not there, or not confirmed any more, are left out."""
    found: dict[int, ConfirmedCase] = {}
    for start in range(0, len(case_ids), _CHUNK):
        statement = (
            select(CaseRow.id, CaseRow.lesion_id, DiagnosisRow, ImageRow.blob_sha256, ImageRow.orientation)
            .select_from(CaseRow)
            .join(DiagnosisRow, DiagnosisRow.id == newest_diagnosis_id())
            .join(ImageRow, ImageRow.id == CaseRow.image_id)
            .where(CaseRow.id.in_(case_ids[start : start + _CHUNK]))
        )
        for case_id, lesion_id, diagnosis, blob, orientation in session.execute(statement):
            found[case_id] = ConfirmedCase(
                case_id=case_id,
                group=("case", case_id) if lesion_id is None else ("lesion", lesion_id),
                diagnosis=diagnosis.diagnosis,
                is_malignant=diagnosis.is_malignant,
                confirm_type=diagnosis.confirm_type,
                blob_sha256=blob,
                orientation=orientation,
            )
    return found


def cases_of_same(session: Session, *, upload_sha256: str, lesion_id: int | None) -> set[int]:
    """The cases that show the same file or the same lesion, which are no other cases."""
    is_same = [ImageRow.upload_sha256 == upload_sha256]
    if lesion_id is not None:
        is_same.append(CaseRow.lesion_id == lesion_id)
    statement = select(CaseRow.id).join(ImageRow, ImageRow.id == CaseRow.image_id).where(or_(*is_same))
    return set(session.scalars(statement))


def newest_of_lesions(
    session: Session, *, patient_id: int, weights_sha256: str
) -> tuple[list[tuple[int, str, int]], NDArray[np.float16]]:
    """Of each of a patient's lesions its id, label and newest case that these weights scored, and the embeddings."""
    statement = (
        select(LesionRow.id, LesionRow.label, CaseRow.id.label("case_id"), EmbeddingRow.values)
        .select_from(LesionRow)
        .join(CaseRow, CaseRow.id == newest_case_id(LesionRow.id, weights_sha256))
        .join(EmbeddingRow, EmbeddingRow.prediction_id == CaseRow.prediction_id)
        .where(LesionRow.patient_id == patient_id)
        .order_by(LesionRow.label)
    )
    rows = session.execute(statement).all()
    return [(row.id, row.label, row.case_id) for row in rows], to_matrix([row.values for row in rows])


def to_matrix(values: list[bytes]) -> NDArray[np.float16]:
    """Stored embeddings of one network as float16 (N, D)."""
    flat = np.frombuffer(b"".join(values), EMBEDDING_TYPE)
    return flat.reshape(len(values), -1) if values else flat.reshape(0, 0)
