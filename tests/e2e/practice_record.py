"""A record like that of a practice that has used the network for a while: drawn pictures, scores and diagnoses."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.classifier.card import ModelCard, read_card
from core.domain import Analysis, CaseDraft, ConfirmedDiagnosis, ModelIdentity, Prediction, Review, Upload
from core.evaluation.operating_points import OperatingPoints, band_of
from core.evaluation.reference import read_reference
from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, as_jpeg, draw_lesion
from core.settings import Settings
from core.taxonomy import Band, ConfirmType, Diagnosis
from dashboard.workflow.cases import confirm_diagnosis, review_case, save_case
from dashboard.workflow.practice import change_practice, load_practice
from dashboard.workflow.record import Record, open_record, utc_now

READER = "dr e2e"


def fill_practice(home: Path, *, n_malignant: int, n_benign: int) -> ModelCard:
    """Save confirmed cases of the network in use in the record of a home, every second one reviewed; gives its card."""
    settings = replace(Settings.from_environment(), home=home, database_url=f"sqlite:///{home / 'lesionwise.db'}")
    record, card = open_record(settings), read_card(settings.model_folder)
    practice = load_practice(record=record, settings=settings)
    change_practice(practice=replace(practice, readers=(READER,)), who=READER, record=record, settings=settings)
    rng = np.random.default_rng(2)
    reference = read_reference(settings.model_folder)
    assert reference is not None
    usual = np.array(reference["embedding_mean"], dtype=np.float16)
    drawn = draw_lesion(DrawnLesion(width_px=128, height_px=96, seed=1))
    for i in range(n_malignant + n_benign):
        is_malignant = i < n_malignant
        logit = rng.normal(1.5 if is_malignant else -1.5, 1.2)
        pixels = drawn.copy()
        pixels[:8, :8] = i  # or the pictures were one, and all cases had the score of the first
        case_id = _save(record, card, i, as_jpeg(pixels, 92), float(1 / (1 + np.exp(-logit))), usual)
        _confirm(record, case_id, is_malignant=is_malignant)
        if i % 2:
            review_case(case_id=case_id, review=Review(Band.REFER, "", READER, utc_now()), record=record)
    return card


def _save(
    record: Record, card: ModelCard, number: int, content: bytes, probability: float, embedding: NDArray[np.float16]
) -> int:
    prediction = Prediction(
        malignant_probability=probability,
        raw_probability=probability,
        band=band_of(probability, OperatingPoints(card.refer_threshold, card.no_concern_threshold)),
        operating_threshold=card.refer_threshold,
        no_concern_threshold=card.no_concern_threshold,
        model=ModelIdentity(card.name, card.version, card.weights_sha256, card.card_sha256),
        embedding=embedding,
    )
    upload = Upload(f"{number}.jpg", content)
    analysis = Analysis(upload, decode(content), (), prediction, utc_now(), f"practice-{number}")
    draft = CaseDraft(f"practice-{number}", upload.filename, pseudonym=f"P-{number}", lesion_label="L1", reader=READER)
    return save_case(draft=draft, analysis=analysis, record=record)


def _confirm(record: Record, case_id: int, *, is_malignant: bool) -> None:
    name = Diagnosis.MELANOMA if is_malignant else Diagnosis.NEVUS
    found = ConfirmedDiagnosis(name, is_malignant, ConfirmType.HISTOPATHOLOGY, None, "", READER, utc_now())
    confirm_diagnosis(case_id=case_id, diagnosis=found, record=record)
