"""Pictures and what a model said about them: each kept once, and never changed afterwards."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import ModelIdentity, Prediction, StoredImage
from db.repositories.statements import insert_once
from db.tables import EmbeddingRow, ImageRow, PredictionRow

EMBEDDING_TYPE = np.dtype("<f2")

_Key = tuple[int, str, str]


class PredictionRepository:
    """What was computed before, so that it is not computed again."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, upload_sha256: str, weights_sha256: str, card_sha256: str) -> Prediction | None:
        """What exactly this model said about exactly these bytes; None if it has not seen them."""
        statement = (
            select(PredictionRow, EmbeddingRow.values)
            .join(ImageRow, ImageRow.id == PredictionRow.image_id)
            .join(EmbeddingRow, EmbeddingRow.prediction_id == PredictionRow.id)
            .where(
                ImageRow.upload_sha256 == upload_sha256,
                PredictionRow.weights_sha256 == weights_sha256,
                PredictionRow.card_sha256 == card_sha256,
            )
        )
        row = self._session.execute(statement).one_or_none()
        return None if row is None else to_prediction(*row)


def store_images(session: Session, images: Sequence[StoredImage], created_at: datetime) -> dict[str, int]:
    """Store pictures, and give their ids by the SHA-256 of the upload; what is there stays as it is."""
    if not images:
        return {}
    session.execute(insert_once(session, ImageRow), [asdict(image) | {"created_at": created_at} for image in images])
    uploads = {image.upload_sha256 for image in images}
    statement = select(ImageRow.upload_sha256, ImageRow.id).where(ImageRow.upload_sha256.in_(uploads))
    return dict(session.execute(statement).all())


def store_scores(
    session: Session,
    scores: Sequence[tuple[StoredImage, Prediction]],
    *,
    predicted_at: datetime,
    app_version: str,
) -> list[tuple[int, int]]:
    """Store pictures with their predictions, and give the ids of both in the same order; what is there stays as is."""
    if not scores:
        return []
    image_ids = store_images(session, [image for image, _ in scores], predicted_at)
    values = [
        _prediction_values(image_ids[image.upload_sha256], prediction)
        | {"predicted_at": predicted_at, "app_version": app_version}
        for image, prediction in scores
    ]
    session.execute(insert_once(session, PredictionRow), values)
    found = _prediction_ids(session, set(image_ids.values()))
    ids = [found[value["image_id"], value["weights_sha256"], value["card_sha256"]] for value in values]
    embeddings = [
        {"prediction_id": prediction_id, "values": prediction.embedding.astype(EMBEDDING_TYPE).tobytes()}
        for prediction_id, (_, prediction) in zip(ids, scores, strict=True)
    ]
    session.execute(insert_once(session, EmbeddingRow), embeddings)
    return [(value["image_id"], prediction_id) for value, prediction_id in zip(values, ids, strict=True)]


def to_image(row: ImageRow) -> StoredImage:
    """The picture of a row."""
    return StoredImage(
        upload_sha256=row.upload_sha256,
        blob_sha256=row.blob_sha256,
        format=row.format,
        orientation=row.orientation,
        width_px=row.width_px,
        height_px=row.height_px,
    )


def to_prediction(row: PredictionRow, embedding: bytes) -> Prediction:
    """The prediction of a row; `embedding` is float16 (D,) as stored, and comes back read-only."""
    return Prediction(
        malignant_probability=row.malignant_probability,
        raw_probability=row.raw_probability,
        band=row.band,
        operating_threshold=row.operating_threshold,
        no_concern_threshold=row.no_concern_threshold,
        model=ModelIdentity(
            name=row.model_name,
            version=row.model_version,
            weights_sha256=row.weights_sha256,
            card_sha256=row.card_sha256,
            architecture=row.architecture,
        ),
        embedding=np.frombuffer(embedding, EMBEDDING_TYPE),
        differential=row.differential,
    )


def _prediction_values(image_id: int, prediction: Prediction) -> dict[str, Any]:
    return {
        "image_id": image_id,
        "model_name": prediction.model.name,
        "model_version": prediction.model.version,
        "weights_sha256": prediction.model.weights_sha256,
        "card_sha256": prediction.model.card_sha256,
        "architecture": prediction.model.architecture,
        "raw_probability": prediction.raw_probability,
        "malignant_probability": prediction.malignant_probability,
        "band": prediction.band,
        "operating_threshold": prediction.operating_threshold,
        "no_concern_threshold": prediction.no_concern_threshold,
        "differential": prediction.differential,
    }


def _prediction_ids(session: Session, image_ids: set[int]) -> dict[_Key, int]:
    row = PredictionRow
    statement = select(row.image_id, row.weights_sha256, row.card_sha256, row.id).where(row.image_id.in_(image_ids))
    return {(image, weights, card): found for image, weights, card, found in session.execute(statement)}
