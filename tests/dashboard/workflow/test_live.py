"""The practice's own cases: figures, drift of pictures and scores, the threshold with its reason."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.classifier.card import ModelCard, with_refer_threshold
from core.domain import Analysis, CaseDraft, ConfirmedDiagnosis, ModelIdentity, Prediction, Upload
from core.errors import LesionwiseError
from core.evaluation.drift import MIN_N, DriftLevel
from core.evaluation.live_figures import MIN_CONFIRMED
from core.evaluation.reference import describe_reference
from core.imaging.decode import decode
from core.imaging.frame import FrameRule, resize_frame
from core.settings import Settings
from core.taxonomy import Band, ConfirmType, Diagnosis, HeatmapMethod
from dashboard.charts.rates import month_names
from dashboard.workflow.cases import confirm_diagnosis, save_case
from dashboard.workflow.live import (
    MeasuredPictures,
    filter_live,
    list_networks,
    load_drift,
    load_live,
    load_rates,
    measure_pictures,
)
from dashboard.workflow.record import Record, open_record, utc_now
from dashboard.workflow.threshold import change_threshold, load_threshold_history, threshold_in_force
from db.live_months import LiveFilter
from db.live_queries import unmeasured_pictures
from db.repositories.thresholds import ThresholdChange, add_threshold_change

CARD = ModelCard(
    name="net",
    version="1",
    architecture="lesion_cnn",
    frame=FrameRule(16, 16, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    temperature=1.0,
    refer_threshold=0.5,
    no_concern_threshold=0.2,
    weights_sha256="ab" * 32,
    heatmap_methods=(HeatmapMethod.GRAD_CAM,),
    card_sha256="cd" * 32,
)


@pytest.fixture
def record(tmp_path: Path) -> Record:
    home = tmp_path / "home"
    return open_record(Settings(home, None, f"sqlite:///{home / 'record.db'}", tmp_path, "net", 1))


def draw(number: int) -> bytes:
    """A small picture of noise; each number is another one."""
    pixels = np.random.default_rng(number).integers(60, 200, (12, 16, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def save(record: Record, number: int, probability: float) -> int:
    content = draw(number)
    band = Band.REFER if probability >= 0.5 else Band.INDETERMINATE if probability >= 0.2 else Band.NO_CONCERN
    prediction = Prediction(
        malignant_probability=probability,
        raw_probability=probability,
        band=band,
        operating_threshold=0.5,
        no_concern_threshold=0.2,
        model=ModelIdentity("net", "1", CARD.weights_sha256, CARD.card_sha256),
        embedding=np.full(4, number % 3, dtype=np.float16),
    )
    analysis = Analysis(Upload("a.png", content), decode(content), (), prediction, utc_now(), f"s{number}")
    return save_case(draft=CaseDraft(f"s{number}", "a.jpg"), analysis=analysis, record=record)


def confirm(record: Record, case_id: int, *, is_malignant: bool) -> None:
    name = Diagnosis.MELANOMA if is_malignant else Diagnosis.NEVUS
    found = ConfirmedDiagnosis(name, is_malignant, ConfirmType.HISTOPATHOLOGY, None, "", "dr a", utc_now())
    confirm_diagnosis(case_id=case_id, diagnosis=found, record=record)


def test_figures_come_with_the_thirtieth_confirmed_case(record: Record) -> None:
    for i in range(MIN_CONFIRMED):
        assert load_live(wanted=LiveFilter(), record=record).figures is None
        confirm(record, save(record, i, 0.9 if i % 3 else 0.1), is_malignant=i % 3 > 0)
    view = load_live(wanted=filter_live(weights_sha256=CARD.weights_sha256, days=30), record=record)
    assert (view.n_confirmed, view.n_malignant) == (30, 20)
    assert view.figures is not None and view.figures.sensitivity is not None
    assert view.figures.sensitivity.value == 1.0 > view.figures.sensitivity.low
    assert view.advice is None
    months = load_rates(wanted=filter_live(weights_sha256=CARD.weights_sha256, days=30), record=record).months
    assert month_names(months) == [f"{utc_now():%Y-%m}"]
    assert months["n"].tolist() == [30]
    assert [found.n_cases for found in list_networks(record=record)] == [30]


def test_another_networks_cases_are_not_counted(record: Record) -> None:
    confirm(record, save(record, 0, 0.9), is_malignant=True)
    assert load_live(wanted=filter_live(weights_sha256="ef" * 32, days=None), record=record).n_confirmed == 0


def test_pictures_and_scores_like_the_reference_are_steady_and_others_alarm(record: Record) -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.random(MIN_N)
    for i, probability in enumerate(probabilities.tolist()):
        save(record, i, probability)
    assert measure_pictures(card=CARD, limit=10, record=record).n == 10
    assert measure_pictures(card=CARD, limit=1000, record=record).n == MIN_N - 10
    assert measure_pictures(card=CARD, limit=1000, record=record) == MeasuredPictures(0, 0)
    images = [decode(draw(i)) for i in range(MIN_N)]
    frames = np.stack([resize_frame(image, CARD.frame) for image in images])
    embeddings = np.stack([np.full(4, i % 3, dtype=np.float64) for i in range(MIN_N)])
    same = describe_reference(probabilities, probabilities, embeddings, frames, probabilities > 0.5)
    wanted = filter_live(weights_sha256=CARD.weights_sha256, days=None)
    drift = load_drift(wanted=wanted, reference=same, prevalence=float((probabilities > 0.5).mean()), record=record)
    assert {found.level for found in drift.figures} == {DriftLevel.STEADY}
    assert {"brightness", "embedding_distance", "malignant_probability"} <= {found.name for found in drift.figures}
    darker = describe_reference(probabilities, probabilities, embeddings, frames // 2, probabilities > 0.5)
    drift = load_drift(wanted=wanted, reference=darker, prevalence=0.5, record=record)
    assert {found.name: found.level for found in drift.figures}["brightness"] is DriftLevel.ALARM


def test_a_picture_that_changed_on_the_disk_is_passed_over_and_counted(record: Record, tmp_path: Path) -> None:
    for number in range(3):
        save(record, number, 0.1)
    with record.reading() as work:
        (_, blob), *_ = unmeasured_pictures(work.session, 10, 10)
    (tmp_path / "home" / "images" / blob[:2] / blob[2:]).write_bytes(b"another picture")
    assert measure_pictures(card=CARD, limit=1, record=record) == MeasuredPictures(1, 1)
    assert measure_pictures(card=CARD, limit=10, record=record) == MeasuredPictures(1, 1)
    assert measure_pictures(card=CARD, limit=10, record=record) == MeasuredPictures(0, 1)


def test_a_threshold_takes_a_reason_and_a_name_and_is_kept(record: Record) -> None:
    assert threshold_in_force(card=CARD, record=record) is None
    for reason, who in (("", "dr a"), ("  ", "dr a"), ("own cases", "")):
        with pytest.raises(LesionwiseError, match="not changed"):
            change_threshold(card=CARD, refer_threshold=0.4, reason=reason, who=who, record=record)
    with pytest.raises(LesionwiseError, match="between"):
        change_threshold(card=CARD, refer_threshold=1.0, reason="own cases", who="dr a", record=record)
    change_threshold(card=CARD, refer_threshold=0.4, reason="own cases", who="dr a", record=record)
    assert threshold_in_force(card=CARD, record=record) == 0.4
    assert threshold_in_force(card=replace(CARD, weights_sha256="ef" * 32), record=record) is None
    change_threshold(card=CARD, refer_threshold=None, reason="too many missed", who="dr b", record=record)
    assert threshold_in_force(card=CARD, record=record) is None
    history = load_threshold_history(card=CARD, record=record)
    assert [(change.refer_threshold, change.reason, change.changed_by) for change in history] == [
        (None, "too many missed", "dr b"),
        (0.4, "own cases", "dr a"),
    ]


def test_a_threshold_goes_out_of_force_with_its_calibration(record: Record) -> None:
    change_threshold(card=CARD, refer_threshold=0.4, reason="own cases", who="dr a", record=record)
    anew = replace(CARD, temperature=CARD.temperature + 0.5)
    assert threshold_in_force(card=anew, record=record) is None
    change_threshold(card=anew, refer_threshold=0.3, reason="calibrated anew", who="dr a", record=record)
    assert threshold_in_force(card=anew, record=record) == 0.3


def test_a_threshold_of_an_unknown_calibration_stays_in_force(record: Record) -> None:
    with record.writing() as work:
        add_threshold_change(
            work.session, ThresholdChange(CARD.name, CARD.weights_sha256, 0.4, "why", "dr a", utc_now())
        )
    assert threshold_in_force(card=CARD, record=record) == 0.4


def test_a_card_with_another_threshold_has_another_hash_and_bands_that_fit() -> None:
    lower = with_refer_threshold(CARD, 0.1)
    assert (lower.refer_threshold, lower.no_concern_threshold) == (0.1, 0.1)
    assert lower.card_sha256 not in (CARD.card_sha256, with_refer_threshold(CARD, 0.11).card_sha256)
    with pytest.raises(ValueError, match="threshold"):
        with_refer_threshold(CARD, 1.0)
