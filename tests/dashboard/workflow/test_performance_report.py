"""The performance report: every section of the page is in it, what was not measured is left out, nobody is named."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pypdf import PdfReader

from core.classifier.card import ModelCard
from core.data.audit_result import Audit, Balance, Tally
from core.evaluation.ablations import Ablation, AblationColumn
from core.evaluation.about_set import AboutSet
from core.evaluation.advice import advise_threshold
from core.evaluation.calibration_figures import CalibrationFigures, PriorShift
from core.evaluation.calibration_steps import calibration_steps
from core.evaluation.comparison import PairedDifference
from core.evaluation.deferral import measure_deferral
from core.evaluation.drift import DriftFigure, DriftLevel
from core.evaluation.evaluate import count_bands
from core.evaluation.exploration import prepare_exploration
from core.evaluation.figures import Figure
from core.evaluation.live_figures import ConfirmedCases, measure_live
from core.evaluation.measure_set import measure_set
from core.evaluation.operating_points import OperatingPoints
from core.evaluation.predictions import Predictions, ScoredImage
from core.evaluation.results import Evaluation, Further
from core.evaluation.scoring_log import LoggedScoring
from core.evaluation.subgroups import divide
from core.imaging.frame import FrameRule
from core.taxonomy import HeatmapMethod
from dashboard.components.words import EMPTY_MAP, threshold
from dashboard.workflow.live import Drift, LiveRates, LiveView
from dashboard.workflow.performance import LiveInputs, ReportInputs, performance_json, performance_pdf
from dashboard.workflow.performance.error_pictures import NO_FOLDER, ErrorPictures
from db.repositories.thresholds import ThresholdChange

N, N_DRAWS = 300, 30
FIGURE = Figure(0.9, 0.85, 0.95)
CARD = ModelCard(
    name="net",
    version="1",
    architecture="lesion_cnn",
    frame=FrameRule(16, 16, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    temperature=1.2,
    refer_threshold=0.4,
    no_concern_threshold=0.2,
    weights_sha256="ab" * 32,
    heatmap_methods=(HeatmapMethod.GRAD_CAM,),
)

CALIBRATION = CalibrationFigures(FIGURE, FIGURE, PriorShift(0.5, 0.164, FIGURE, FIGURE))
CURVE = pd.DataFrame(
    {
        "epoch": [1.0, 2.0],
        "train_loss": [0.7, 0.5],
        "validation_loss": [0.6, 0.5],
        "validation_roc_auc": [0.9, 0.92],
        "validation_accuracy": [0.8, 0.85],
    }
)
AUDIT = Audit(
    made_at="2026-03-01T00:00:00+00:00",
    app_version="0.1.0",
    max_distance=40,
    parts=(Balance("train", Tally(10, 4), 8, 7, {"Nevus": Tally(6, 0)}, "cd" * 32),),
    source=(),
    clinical=(),
    pairs=(),
    neighbours=None,
    unreadable=(),
)


def draw_predictions() -> Predictions:
    rng = np.random.default_rng(5)
    logits = rng.normal(np.where(np.arange(N) % 2, 1.5, -1.5), 1.5)
    return Predictions(
        tuple(
            ScoredImage(
                f"{i}.jpg",
                bool(i % 2),
                float(1 / (1 + np.exp(-logit / CARD.temperature))),
                float(logit),
                sex="female" if i % 3 else "male",
            )
            for i, logit in enumerate(logits)
        )
    )


def evaluation_of(predictions: Predictions) -> Evaluation:
    return Evaluation(
        set_name="test",
        file_list_sha256="cd" * 32,
        weights_sha256=CARD.weights_sha256,
        model={"name": "net", "version": "1", "architecture": "lesion_cnn"},
        measured_at="2026-03-01T10:00:00+00:00",
        app_version="9.9",
        threshold_note="Fixed on validation images.",
        whole=measure_set(predictions, CARD.refer_threshold, N_DRAWS),
        same_source=None,
        without_repeats=None,
        bands=count_bands(predictions, OperatingPoints(CARD.refer_threshold, CARD.no_concern_threshold)),
        about=AboutSet(0, {}, {}, None, None),
        further=Further(),
    )


def live_of(predictions: Predictions) -> LiveInputs:
    probability, is_malignant = predictions.probability, predictions.is_malignant
    cases = ConfirmedCases(probability, probability >= 0.4, probability < 0.2, is_malignant, np.arange(N))
    counts = {"n": 9, "refer": 4, "indeterminate": 2, "no_concern": 3, "reviewed": 5, "agreed": 4}
    months = pd.DataFrame([{"year": 2026, "month": 3, **counts, "checked": 0, "overridden": 0}])
    reads = pd.DataFrame([{"year": 2026, "month": 3, "first_reads": 4, "finals": 4, "switched": 1}])
    files = pd.DataFrame(columns=["year", "month", "looked_at", "held_back"])
    view = LiveView(
        n_confirmed=N,
        n_malignant=int(is_malignant.sum()),
        figures=measure_live(cases, N_DRAWS),
        advice=advise_threshold(probability, is_malignant, np.arange(N), N_DRAWS),
    )
    drifted = DriftFigure("brightness", 100, 0.4, 0.1, 0.3, 0.001, DriftLevel.ALARM, 120, 60)
    changed = ThresholdChange(
        "net", CARD.weights_sha256, 0.35, "own cases", "dr secret", datetime(2026, 3, 2, tzinfo=UTC)
    )
    rates = LiveRates(months=months, reads=reads, refusals=files)
    return LiveInputs(view, rates, Drift((drifted,), 100, 0), own_threshold=0.35, changes=(changed,))


@pytest.fixture(scope="module")
def inputs() -> ReportInputs:
    predictions = draw_predictions()
    evaluation, images = evaluation_of(predictions), prepare_exploration(predictions)
    points = OperatingPoints(CARD.refer_threshold, CARD.no_concern_threshold)
    return ReportInputs(
        card=CARD,
        evaluation=evaluation,
        columns={"All test images": evaluation.whole, "Further set": evaluation.whole},
        audited=("Lesions cross the split.",),
        prevalence=0.066,
        images=images,
        steps=calibration_steps(predictions.logits, CARD.temperature, images.is_malignant, images.weights, None),
        divisions=divide(predictions, CARD.refer_threshold, N_DRAWS),
        deferral=measure_deferral(images.probability, images.is_malignant, images.weights, points),
        errors=predictions.worst_errors(3),
        networks={"net": evaluation, "older": evaluation},
        differences={"net minus older": PairedDifference(N, FIGURE, Figure(-0.02, -0.04, 0.01), FIGURE)},
        ablations=(Ablation("from scratch", "lesion_cnn", 160, 4, {"all": AblationColumn(FIGURE, N, 0.0004, 0.2)}),),
        others={"clinic two": replace(evaluation, further=Further(calibration=CALIBRATION))},
        audit=AUDIT,
        curve=CURVE,
        log=(LoggedScoring("2026-03-01", "net", CARD.weights_sha256, "test", N, "release"),),
        live=live_of(predictions),
    )


def test_every_section_is_in_the_pdf_in_the_order_in_which_a_sceptic_asks(inputs: ReportInputs) -> None:
    reader = PdfReader(io.BytesIO(performance_pdf(inputs)))
    text = " ".join("\n".join(page.extract_text() for page in reader.pages).split())
    order = (
        "Lesions cross the split.",
        "Test figures",
        "scored 1 time for figures",
        "Charts",
        "Where 6.6% of the lesions are malignant",
        "Own cases with a confirmed diagnosis",
        "Own cases over time",
        "Drift of the newest cases",
        "The referral threshold here",
        "If perfect, by chance",
        "Subgroups",
        "Deferral",
        "Worst errors",
        "Networks compared",
        "Training",
        "What each measure was worth",
        "What the audit counted",
        "Every scoring of test images",
        "Intended use and limits",
    )
    places = [text.index(said) for said in order]
    assert places == sorted(places)
    assert "Skin type: not assessed" in text
    assert "verification bias" in text
    assert "−2.0 (−4.0 to +1.0)" in text
    assert "2026-03-02: to 35.0%. own cases" in text
    assert "not comparable" in text
    assert "clinic two, corrected from 50% to this set's 16% malignant" in text
    assert "p against the baseline" in text and "< 0.001 · 0.200" in text


def photograph(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (60, 30), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def texts_and_pictures(inputs: ReportInputs) -> tuple[str, int]:
    """What can be read in the PDF, and how many photographs it holds."""
    reader = PdfReader(io.BytesIO(performance_pdf(inputs)))
    text = " ".join("\n".join(page.extract_text() for page in reader.pages).split())
    return text, sum(image.name.endswith(".jpg") for page in reader.pages for image in page.images)


def test_worst_errors_stand_with_their_pictures_where_these_are_at_hand(inputs: ReportInputs) -> None:
    first, second, third = inputs.errors
    drawn = {first.file: photograph("brown"), second.file: photograph("grey")}
    pictures = ErrorPictures(drawn, frozenset({second.file}))
    found = replace(inputs, error_pictures=pictures)
    text, n_pictures = texts_and_pictures(found)
    assert n_pictures == 2
    for row in inputs.errors:
        assert row.file in text and threshold(row.malignant_probability) in text
    assert "where the network looked, not where the disease is" in text
    assert text.count(EMPTY_MAP) == 1
    assert f"{third.file} {'malignant' if third.malignant else 'benign'}" in text  # as a row of the table
    assert performance_pdf(found) == performance_pdf(found)


def test_worst_errors_say_why_they_have_no_pictures(inputs: ReportInputs) -> None:
    text, n_pictures = texts_and_pictures(replace(inputs, error_pictures=ErrorPictures(notes=(NO_FOLDER,))))
    assert n_pictures == 0 and NO_FOLDER in text
    assert all(row.file in text for row in inputs.errors)
    assert "where the network looked" not in text


def test_nobody_is_named(inputs: ReportInputs) -> None:
    content = performance_pdf(inputs)
    assert "dr secret" not in "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    assert "dr secret" not in json.dumps(performance_json(inputs))


def test_the_json_holds_the_same_values(inputs: ReportInputs) -> None:
    values = json.loads(json.dumps(performance_json(inputs), allow_nan=False))
    assert inputs.live is not None and inputs.live.view.figures is not None
    assert values["own_cases"]["sensitivity"] == inputs.live.view.figures.sensitivity.as_json()  # type: ignore[union-attr]
    assert values["own_cases"]["by_month"]["cases"][0]["refer"] == 4
    assert values["own_cases"]["drift"][0]["level"] == "alarm"
    assert values["own_cases"]["threshold_in_force_here"] == 0.35
    assert values["paired_differences"]["net minus older"]["n"] == N
    assert {point["name"] for point in values["operating_points"]} >= {"Refer"}
    assert values["test_log"][0]["reason"] == "release"
    assert values["training_curve"][1]["validation_roc_auc"] == 0.92
    assert values["audit"]["parts"][0]["part"] == "train"
    assert values["ablations"][0]["columns"]["all"]["delong_p"] == 0.0004
    assert len(values["worst_errors"]) == len(inputs.errors) > 0


def test_what_was_not_measured_is_left_out(inputs: ReportInputs) -> None:
    bare = ReportInputs(CARD, inputs.evaluation, {"All": inputs.evaluation.whole}, (), 0.066)
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(performance_pdf(bare))).pages)
    for title in ("Charts", "Own cases", "Deferral", "Subgroups", "Networks compared", "audit"):
        assert title not in text
    assert performance_json(bare)["own_cases"] is None


def test_few_confirmed_cases_give_no_figure_but_say_from_when_on(inputs: ReportInputs) -> None:
    assert inputs.live is not None
    few = replace(inputs.live.view, figures=None, advice=None, n_confirmed=12, n_malignant=3)
    found = replace(inputs, live=replace(inputs.live, view=few, drift=None))
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(performance_pdf(found))).pages)
    assert "12 cases with a confirmed diagnosis: figures are given from 30 on." in text
    assert "Advice needs 100 confirmed malignant cases; 97 are missing." in text
    assert "verification bias" not in text
