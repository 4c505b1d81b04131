"""A year of a practice: two versions of a network, two readers, rejections, overrides, switches, confirmed diagnoses.

Everything is drawn with a seed and kept at the time at which it would have been said; in the fourth month the practice
is closed, and from the tenth on its pictures are brighter, as by a new lamp.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.classifier.card import ModelCard, read_card
from core.domain import (
    CaseDraft,
    Checks,
    ConfirmedDiagnosis,
    FinalAssessment,
    FirstRead,
    ModelIdentity,
    Prediction,
    QualityNote,
    QualityReport,
    Review,
    StoredImage,
)
from core.evaluation.operating_points import OperatingPoints, band_of
from core.evaluation.reference import read_reference
from core.imaging.decode import decode
from core.imaging.drawn import as_jpeg
from core.settings import Settings
from core.taxonomy import Band, BatchState, Confidence, ConfirmType, Diagnosis, Impression, ReadMode
from dashboard.workflow.practice import change_practice, load_practice
from dashboard.workflow.record import Record, open_record
from db.repositories.batch_rows import BatchFile
from db.unit_of_work import UnitOfWork

READERS = ("dr first", "dr second")
N_MONTHS, N_A_MONTH, CLOSED_MONTH, NEW_LAMP_MONTH = 12, 48, 3, 9
N_OLDER_MONTHS = 5  # in which an earlier version scored
OLDER_SHA256 = "0a" * 32
N_FILES, N_REJECTED = 20, 3  # of each month's batch
_DAYS = 30
_SKIN_RGB, _NEW_LAMP = np.array([190.0, 140.0, 140.0]), 1.25
_REASON = "the only picture that there is"


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One case as it was drawn."""

    number: int
    at: datetime
    is_malignant: bool
    probability: float
    is_confirmed: bool
    is_overridden: bool
    first: Impression
    final: Impression


def fill_year(home: Path, *, until: datetime) -> ModelCard:
    """Fill the record of a home with the twelve months before a time (UTC); gives the card of the newer network."""
    settings = replace(Settings.from_environment(), home=home, database_url=f"sqlite:///{home / 'lesionwise.db'}")
    record, card = open_record(settings), read_card(settings.model_folder)
    practice = load_practice(record=record, settings=settings)
    change_practice(practice=replace(practice, readers=READERS), who=READERS[0], record=record, settings=settings)
    reference = read_reference(settings.model_folder)
    assert reference is not None
    mean, deviation = (np.array(reference[name]) for name in ("embedding_mean", "embedding_std"))
    rng = np.random.default_rng(6)
    for month in (month for month in range(N_MONTHS) if month != CLOSED_MONTH):
        begun = until - timedelta(days=_DAYS * (N_MONTHS - month))
        drawn = list(_draw_month(rng, month, begun))
        pictures = [_keep(each, record, is_bright=month >= NEW_LAMP_MONTH) for each in drawn]
        network = _older(card) if month < N_OLDER_MONTHS else _identity(card)
        with record.writing() as work:
            for each, picture in zip(drawn, pictures, strict=True):
                embedding = rng.normal(mean, deviation).astype(np.float16)
                _save(work, each, picture, _predict(card, network, each.probability, embedding))
            _add_batch(work, month, begun)
    return card


def _draw_month(rng: np.random.Generator, month: int, begun: datetime) -> Iterator[_Drawn]:
    for i in range(N_A_MONTH):
        is_malignant = bool(rng.random() < 0.4)
        truth, other = (Impression.MALIGNANT, Impression.BENIGN)[:: 1 if is_malignant else -1]
        first = truth if rng.random() < 0.8 else other
        yield _Drawn(
            number=N_A_MONTH * month + i,
            at=begun + timedelta(days=_DAYS * i / N_A_MONTH),
            is_malignant=is_malignant,
            probability=float(1 / (1 + np.exp(-rng.normal(0.5 if is_malignant else -2.5, 1.3)))),
            is_confirmed=bool(rng.random() < (0.9 if is_malignant else 0.4)),
            is_overridden=i % 16 == 0,
            first=first,
            final=truth if rng.random() < 0.5 else first,
        )


def _keep(drawn: _Drawn, record: Record, *, is_bright: bool) -> StoredImage:
    """Grains on skin: small, and each number another picture, since equal ones would share their score."""
    rng = np.random.default_rng(drawn.number)
    grains = _SKIN_RGB + rng.normal(0, 12, (24, 32, 1)) + rng.normal(0, 14)
    content = as_jpeg(np.clip(grains * (_NEW_LAMP if is_bright else 1.0), 0, 255).astype(np.uint8), 92)
    return record.keep_picture(content, decode(content))


def _identity(card: ModelCard) -> ModelIdentity:
    return ModelIdentity(card.name, card.version, card.weights_sha256, card.card_sha256)


def _older(card: ModelCard) -> ModelIdentity:
    return ModelIdentity(card.name, "2026.01.01", OLDER_SHA256, "0b" * 32)


def _predict(card: ModelCard, network: ModelIdentity, probability: float, embedding: NDArray[np.float16]) -> Prediction:
    return Prediction(
        malignant_probability=probability,
        raw_probability=probability,
        band=band_of(probability, OperatingPoints(card.refer_threshold, card.no_concern_threshold)),
        operating_threshold=card.refer_threshold,
        no_concern_threshold=card.no_concern_threshold,
        model=network,
        embedding=embedding,
    )


def _save(work: UnitOfWork, drawn: _Drawn, picture: StoredImage, prediction: Prediction) -> None:
    submission, reader = f"year-{drawn.number}", READERS[drawn.number % 2]
    draft = CaseDraft(
        submission, f"{drawn.number}.jpg", pseudonym=f"P-{drawn.number}", lesion_label="L1", reader=reader
    )
    case_id = work.cases.add(
        draft, picture, prediction, predicted_at=drawn.at, app_version="0.1.0", created_at=drawn.at
    )
    work.checks.add(case_id, _checks(is_overridden=drawn.is_overridden))
    work.reads.add_first(
        FirstRead(submission, ReadMode.BLIND, reader, drawn.at, drawn.first, Confidence.MODERATE, None)
    )
    decision = Band.REFER if drawn.final is Impression.MALIGNANT else Band.NO_CONCERN
    is_switch = drawn.final is not drawn.first
    work.reads.add_final(FinalAssessment(submission, drawn.final, reader, drawn.at, None, decision, is_switch))
    work.reviews.add(case_id, Review(decision, "", reader, drawn.at))
    if drawn.is_confirmed:
        name = Diagnosis.MELANOMA if drawn.is_malignant else Diagnosis.NEVUS
        found = ConfirmedDiagnosis(
            name, drawn.is_malignant, ConfirmType.HISTOPATHOLOGY, None, "", reader, drawn.at + timedelta(days=7)
        )
        work.diagnoses.add(case_id, found)


def _checks(*, is_overridden: bool) -> Checks:
    blurred = QualityNote("Sharpness", 0.1, "", not is_overridden, "it is blurred", is_blocking=True)
    reason = _REASON if is_overridden else ""
    return Checks(QualityReport((blurred,)), scope=None, artefacts=(), override_reason=reason)


def _add_batch(work: UnitOfWork, month: int, begun: datetime) -> None:
    """A batch of which some files got no score; the others wait for nobody any more."""
    files = [BatchFile(f"{month}-{i}.jpg") for i in range(N_FILES)]
    batch_id = work.batches.create(
        name=f"Month {month}", source=f"month-{month}", reader=READERS[0], created_at=begun, files=files
    )
    waiting = work.batches.waiting(batch_id)
    for item in waiting[:N_REJECTED]:
        work.batches.record_rejected(item.item_id, "Sharpness: it is blurred.")
    for item in waiting[N_REJECTED:]:
        work.batches.mark_saved(item.item_id, 1)
    work.batches.set_state(batch_id, BatchState.FINISHED)
