"""Charts show the values that they are given, say the finding in words and do not rely on colour."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.evaluation.bootstrap import draw_weights
from core.evaluation.calibration import ReliabilityCurve
from core.evaluation.curves import BandedCurve, ConfusionCounts, ScoreHistogram, roc_curve
from core.evaluation.figures import Figure
from core.evaluation.results import ThresholdFigures
from dashboard.charts import (
    calibration,
    confusion_matrix,
    precision_recall,
    roc,
    score_distributions,
    training_curve,
)
from dashboard.charts.style import BLUE, GREEN, GREY, VERMILLION, faded, percent

CURVE = BandedCurve(
    x=np.array([0.0, 0.5, 1.0]),
    value=np.array([0.6, 0.9, 1.0]),
    low=np.array([0.5, 0.8, 1.0]),
    high=np.array([0.7, 0.95, 1.0]),
)
AT = ThresholdFigures(
    0.42,
    {
        "sensitivity": Figure(0.94, 0.91, 0.96),
        "specificity": Figure(0.90, 0.87, 0.93),
        "recall": Figure(0.94, 0.91, 0.96),
        "precision": Figure(0.88, 0.85, 0.92),
    },
)
COUNTS = ConfusionCounts(0.42, true_positive=282, false_positive=36, true_negative=324, false_negative=18)
HISTOGRAM = ScoreHistogram(np.array([0.0, 0.5, 1.0]), benign=np.array([330, 30]), malignant=np.array([25, 275]))
RELIABILITY = ReliabilityCurve(
    mean_probability=np.array([0.05, 0.95]),
    observed_share=np.array([0.1, 0.9]),
    low=np.array([0.06, 0.8]),
    high=np.array([0.17, 0.96]),
    n=np.array([400, 100]),
)
EPOCHS = pd.DataFrame(
    {
        "epoch": [1, 2, 3],
        "learning_rate": [1e-3, 1e-3, 1e-4],
        "train_loss": [0.6, 0.4, 0.2],
        "validation_loss": [0.5, 0.35, 0.4],
        "validation_roc_auc": [0.85, 0.962, 0.95],
        "validation_accuracy": [0.8, 0.9, 0.89],
        "seconds": [60.0, 61.0, 59.0],
    }
)


def all_charts() -> dict[str, Any]:
    return {
        "roc": roc(CURVE, Figure(0.971, 0.958, 0.982), AT),
        "precision_recall": precision_recall(CURVE, Figure(0.97, 0.96, 0.98), AT, 300 / 660),
        "confusion_matrix": confusion_matrix(COUNTS),
        "calibration": calibration(RELIABILITY, Figure(0.031, 0.02, 0.05), 0.42),
        "score_distributions": score_distributions(HISTOGRAM, COUNTS, 0.1),
        "training_curve": training_curve(EPOCHS),
    }


CHARTS = list(all_charts())


def traces(figure: Any) -> dict[str, Any]:  # noqa: ANN401  (plotly is untyped)
    return {trace.name: trace for trace in figure.data}


def annotations(figure: Any) -> list[str]:  # noqa: ANN401
    return [annotation.text for annotation in figure.layout.annotations if annotation.text]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("roc", "94% of malignant and 10% of benign images called; ROC-AUC 0.971 (0.958–0.982)"),
        ("precision_recall", "Of the called, 88% are malignant; average precision 0.970 (0.960–0.980)"),
        ("confusion_matrix", "Found 282 of 300 malignant; 36 of 360 benign called"),
        ("calibration", "Stated and observed are 3.1 points apart on average; ECE 0.031 (0.020–0.050)"),
        ("score_distributions", "18 malignant images scored below 42%, 36 benign ones at or above"),
        ("training_curve", "Kept epoch 2 of 3: validation ROC-AUC 0.962"),
    ],
)
def test_the_title_says_the_finding(name: str, title: str) -> None:
    assert all_charts()[name].layout.title.text == title


def test_a_roc_auc_is_no_percentage() -> None:
    chart = all_charts()["training_curve"]
    assert chart.layout.yaxis2.tickformat == ".2f"
    assert traces(chart)["validation ROC-AUC"].hovertext[1] == "epoch 2: validation ROC-AUC 0.962"
    as_read = training_curve(EPOCHS.astype(float))  # from a CSV whose epochs may be no whole numbers to pandas
    assert traces(as_read)["validation accuracy"].hovertext[0].startswith("epoch 1: ")


@pytest.mark.parametrize("name", CHARTS)
def test_backgrounds_are_transparent_and_text_has_the_pages_colour(name: str) -> None:
    layout = all_charts()[name].layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
    assert layout.font.color is None


@pytest.mark.parametrize("name", CHARTS)
def test_nothing_is_fetched_from_elsewhere(name: str) -> None:
    written = all_charts()[name].to_json()
    assert json.loads(written)["data"]
    assert "http" not in written


@pytest.mark.parametrize("background", ["#ffffff", "#0e1117"])
@pytest.mark.parametrize("colour", [BLUE, VERMILLION, GREEN, GREY])
def test_colours_are_seen_in_both_themes(colour: str, background: str) -> None:
    dark, light = sorted([luminance(colour), luminance(background)])
    assert (light + 0.05) / (dark + 0.05) >= 3.0  # WCAG 2.2, 1.4.11


def test_roc_shows_the_curve_its_band_and_the_operating_point() -> None:
    shown = traces(all_charts()["roc"])
    assert shown["sensitivity"].y.tolist() == CURVE.value.tolist()
    assert shown["sensitivity: upper end"].y.tolist() == CURVE.high.tolist()
    assert shown["95% interval"].y.tolist() == CURVE.low.tolist()
    assert shown["95% interval"].fill == "tonexty"
    assert shown["sensitivity"].hovertext[1] == "at 50% false alarms: sensitivity 90% (80%–95%)"
    point = shown["threshold 42%"]
    assert (point.x[0], point.y[0]) == pytest.approx((0.10, 0.94))
    assert (point.error_x.arrayminus[0], point.error_x.array[0]) == pytest.approx((0.03, 0.03))
    assert (point.error_y.arrayminus[0], point.error_y.array[0]) == pytest.approx((0.03, 0.02))
    assert "sensitivity 94% (91–96%)" in point.hovertext[0]
    assert "specificity 90% (87–93%)" in point.hovertext[0]


def test_precision_recall_names_the_prevalence_that_it_holds_for() -> None:
    figure = all_charts()["precision_recall"]
    shown = traces(figure)
    assert shown["all called: 45% malignant"].y == pytest.approx([300 / 660] * 2)
    assert "45%" in figure.layout.yaxis.title.text
    assert (shown["threshold 42%"].x[0], shown["threshold 42%"].y[0]) == (0.94, 0.88)


@pytest.mark.parametrize("name", ["roc", "precision_recall"])
def test_series_differ_without_colour(name: str) -> None:
    shown = [trace for trace in all_charts()[name].data if trace.showlegend is not False]
    looks = {(trace.mode, trace.line.dash, trace.marker.symbol, trace.fill) for trace in shown}
    assert len(looks) == len(shown)


def test_confusion_matrix_says_each_cell_in_words() -> None:
    figure = all_charts()["confusion_matrix"]
    assert annotations(figure) == [
        "<b>36</b><br>false alarm<br>10% of benign",
        "<b>324</b><br>rightly not called<br>90% of benign",
        "<b>282</b><br>found<br>94% of malignant",
        "<b>18</b><br>missed<br>6% of malignant",
    ]
    assert np.array(figure.data[0].z) == pytest.approx(np.array([[0.1, 0.9], [0.94, 0.06]]))
    assert figure.data[0].hovertext[1][1] == "18 of 300 images: missed"


def test_confusion_matrix_of_one_class_does_not_fail() -> None:
    figure = confusion_matrix(ConfusionCounts(0.5, 0, 1, 2, 0))
    assert "Found 0 of 0 malignant" in figure.layout.title.text


def test_calibration_shows_wilson_bars_and_the_threshold() -> None:
    figure = all_charts()["calibration"]
    observed = traces(figure)["observed, with 95% interval"]
    assert observed.x.tolist() == [0.05, 0.95]
    assert (observed.y - observed.error_y.arrayminus) == pytest.approx(RELIABILITY.low)
    assert (observed.y + observed.error_y.array) == pytest.approx(RELIABILITY.high)
    assert observed.marker.size[0] > observed.marker.size[1]
    assert observed.hovertext[0] == "400 images scored 5% on average: 10% malignant (6%–17%)"
    assert figure.layout.shapes[0].x0 == 0.42
    assert annotations(figure) == ["refer ≥ 42%"]


def test_distributions_stand_one_above_the_other_with_both_thresholds() -> None:
    figure = all_charts()["score_distributions"]
    shown = traces(figure)
    assert shown["malignant"].y.tolist() == [25, 275]
    assert shown["benign"].y.tolist() == [330, 30]
    assert shown["malignant"].yaxis != shown["benign"].yaxis
    assert shown["malignant"].marker.pattern.shape != shown["benign"].marker.pattern.shape
    assert shown["benign"].hovertext[0] == "330 benign images scored 0% to 50%"
    assert (figure.layout.yaxis.title.text, figure.layout.yaxis2.title.text) == ("300 malignant", "360 benign")
    assert sorted(shape.x0 for shape in figure.layout.shapes) == [0.1, 0.1, 0.42, 0.42]
    assert annotations(figure) == ["refer ≥ 42%", "no concern < 10%"]


def test_an_empty_indeterminate_band_has_one_line() -> None:
    figure = score_distributions(HISTOGRAM, COUNTS, COUNTS.threshold)
    assert {shape.x0 for shape in figure.layout.shapes} == {0.42}
    assert annotations(figure) == ["refer ≥ 42%"]


def test_training_curve_shows_every_epoch_and_marks_the_kept_one() -> None:
    figure = all_charts()["training_curve"]
    shown = traces(figure)
    assert shown["train loss"].y.tolist() == [0.6, 0.4, 0.2]
    assert shown["validation accuracy"].y.tolist() == [0.8, 0.9, 0.89]
    assert {shape.x0 for shape in figure.layout.shapes} == {2}
    assert shown["train loss"].line.dash != shown["validation loss"].line.dash


def test_the_kept_epoch_may_be_told() -> None:
    assert training_curve(EPOCHS, best_epoch=3).layout.title.text.startswith(
        "Kept epoch 3 of 3: validation ROC-AUC 0.950"
    )
    with pytest.raises(ValueError, match="got none"):
        training_curve(EPOCHS.head(0))


def test_charts_take_what_the_evaluation_measures() -> None:
    rng = np.random.default_rng(0)
    is_malignant = np.arange(80) < 30
    probability = rng.random(80)
    curve = roc_curve(probability, is_malignant, draw_weights(is_malignant, np.arange(80), n_draws=20))
    assert len(traces(roc(curve, Figure(0.5, 0.4, 0.6), AT))["sensitivity"].x) == len(curve.x)


def test_small_shares_are_not_rounded_to_nothing() -> None:
    assert [percent(share) for share in (0.0, 0.004, 0.5, 1.0)] == ["0%", "0.4%", "50%", "100%"]
    assert faded("#0072B2", 0.2) == "rgba(0, 114, 178, 0.2)"
