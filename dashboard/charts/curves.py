"""ROC, precision-recall and calibration."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.evaluation.calibration import ReliabilityCurve
from core.evaluation.curves import BandedCurve
from core.evaluation.figures import Figure
from core.evaluation.published import NOT_COMPARABLE, PublishedPoint
from core.evaluation.results import ThresholdFigures
from dashboard.charts.style import (
    BLUE,
    GREY,
    VERMILLION,
    add_banded,
    add_reference,
    add_threshold,
    new_figure,
    percent,
    share_axes,
    threshold_text,
)


def roc(
    curve: BandedCurve, roc_auc: Figure, at: ThresholdFigures, published: Sequence[PublishedPoint] = ()
) -> go.Figure:
    """Sensitivity over 1 - specificity with its interval band; `at` is marked with both of its intervals, what others
    published on other pictures with hollow marks."""
    found, called = at.figures["sensitivity"].value, 1 - at.figures["specificity"].value
    said = f"{percent(found)} of malignant and {percent(called)} of benign images called"
    figure = new_figure(f"{said}; ROC-AUC {roc_auc.as_text(3)}")
    add_banded(figure, curve, "sensitivity", "at {x} false alarms")
    add_reference(figure, [0, 1], [0, 1], "chance")
    if published:
        _add_published(figure, published)
    specificity = at.figures["specificity"]
    false_alarms = Figure(1 - specificity.value, 1 - specificity.high, 1 - specificity.low)
    text = f"sensitivity {at.figures['sensitivity'].as_percent()}<br>specificity {specificity.as_percent()}"
    _add_point(figure, false_alarms, at.figures["sensitivity"], at.threshold, text)
    return share_axes(figure, "1 − specificity (false alarms among benign)", "Sensitivity")


def precision_recall(
    curve: BandedCurve, average_precision: Figure, at: ThresholdFigures, prevalence: float
) -> go.Figure:
    """Precision over recall with its interval band; the dashed level is the set's own `prevalence`, in [0, 1]."""
    said = f"Of the called, {percent(at.figures['precision'].value)} are malignant"
    figure = new_figure(f"{said}; average precision {average_precision.as_text(3)}")
    add_banded(figure, curve, "precision", "at {x} recall")
    add_reference(figure, [0, 1], [prevalence, prevalence], f"all called: {percent(prevalence)} malignant")
    recall, precision = at.figures["recall"], at.figures["precision"]
    text = f"recall {recall.as_percent()}<br>precision {precision.as_percent()}"
    _add_point(figure, recall, precision, at.threshold, text)
    return share_axes(figure, "Recall (sensitivity)", f"Precision where {percent(prevalence)} are malignant")


def calibration(
    curve: ReliabilityCurve, ece: Figure, threshold: float | None = None, *, action: str = "refer"
) -> go.Figure:
    """Observed malignant share over stated probability, with Wilson bars; a larger marker stands for more images.

    `action` is what is done at or above the threshold, where there is one for all.
    """
    off = f"Stated and observed are {100 * ece.value:.1f} points apart on average"
    figure = new_figure(f"{off}; ECE {ece.as_text(3)}")
    add_reference(figure, [0, 1], [0, 1], "stated = observed")
    hover = [
        f"{n} images scored {percent(stated)} on average: {percent(share)} malignant ({percent(low)}–{percent(high)})"
        for n, stated, share, low, high in zip(
            curve.n, curve.mean_probability, curve.observed_share, curve.low, curve.high, strict=True
        )
    ]
    figure.add_scatter(
        x=curve.mean_probability,
        y=curve.observed_share,
        error_y={"array": curve.high - curve.observed_share, "arrayminus": curve.observed_share - curve.low},
        mode="lines+markers",
        name="observed, with 95% interval",
        cliponaxis=False,
        line={"color": BLUE, "width": 1.5},
        marker={"color": BLUE, "size": 6 + 14 * (curve.n / curve.n.max()) ** 0.5, "opacity": 1},
        hovertext=hover,
        hoverinfo="text",
    )
    if threshold is not None:
        add_threshold(figure, threshold, f"{action} ≥ {threshold_text(threshold)}")
    return share_axes(figure, "Stated malignant probability", "Observed malignant share")


def _add_published(figure: go.Figure, points: Sequence[PublishedPoint]) -> None:
    figure.add_scatter(
        x=[1 - point.specificity for point in points],
        y=[point.sensitivity for point in points],
        mode="markers",
        name=f"published ({NOT_COMPARABLE})",
        marker={"color": GREY, "size": 10, "symbol": "circle-open", "line": {"width": 2}},
        hovertext=[
            f"{point.who}: sensitivity {percent(point.sensitivity)}, specificity {percent(point.specificity)}<br>"
            f"{point.source}; {NOT_COMPARABLE}"
            for point in points
        ],
        hoverinfo="text",
    )


def _add_point(figure: go.Figure, x: Figure, y: Figure, threshold: float, text: str) -> None:
    """The operating point: a diamond with bars for both intervals."""
    figure.add_scatter(
        x=[x.value],
        y=[y.value],
        error_x={"array": [x.high - x.value], "arrayminus": [x.value - x.low]},
        error_y={"array": [y.high - y.value], "arrayminus": [y.value - y.low]},
        mode="markers",
        name=f"threshold {threshold_text(threshold)}",
        marker={"color": VERMILLION, "size": 13, "symbol": "diamond"},
        hovertext=[f"threshold {threshold_text(threshold)}<br>{text}"],
        hoverinfo="text",
    )
