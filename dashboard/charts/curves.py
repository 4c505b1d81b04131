"""ROC, precision-recall and calibration."""

import plotly.graph_objects as go

from core.evaluation.calibration import ReliabilityCurve
from core.evaluation.curves import BandedCurve
from core.evaluation.figures import Figure
from core.evaluation.results import ThresholdFigures
from dashboard.charts.style import (
    BLUE,
    GREY,
    VERMILLION,
    add_threshold,
    faded,
    new_figure,
    percent,
    share_axes,
    threshold_text,
)


def roc(curve: BandedCurve, roc_auc: Figure, at: ThresholdFigures) -> go.Figure:
    """Sensitivity over 1 - specificity with its interval band; `at` is marked with both of its intervals."""
    figure = new_figure(f"ROC-AUC {roc_auc.as_text(3)}")
    _add_banded(figure, curve, "sensitivity", "at {x} false alarms")
    _add_reference(figure, [0, 1], [0, 1], "chance")
    specificity = at.figures["specificity"]
    false_alarms = Figure(1 - specificity.value, 1 - specificity.high, 1 - specificity.low)
    text = f"sensitivity {at.figures['sensitivity'].as_percent()}<br>specificity {specificity.as_percent()}"
    _add_point(figure, false_alarms, at.figures["sensitivity"], at.threshold, text)
    return share_axes(figure, "1 − specificity (false alarms among benign)", "Sensitivity")


def precision_recall(
    curve: BandedCurve, average_precision: Figure, at: ThresholdFigures, prevalence: float
) -> go.Figure:
    """Precision over recall with its interval band; the dashed level is the set's own `prevalence`, in [0, 1]."""
    figure = new_figure(f"Average precision {average_precision.as_text(3)}")
    _add_banded(figure, curve, "precision", "at {x} recall")
    _add_reference(figure, [0, 1], [prevalence, prevalence], f"all called: {percent(prevalence)} malignant")
    recall, precision = at.figures["recall"], at.figures["precision"]
    text = f"recall {recall.as_percent()}<br>precision {precision.as_percent()}"
    _add_point(figure, recall, precision, at.threshold, text)
    return share_axes(figure, "Recall (sensitivity)", f"Precision where {percent(prevalence)} are malignant")


def calibration(curve: ReliabilityCurve, ece: Figure, threshold: float, *, action: str = "refer") -> go.Figure:
    """Observed malignant share over stated probability, with Wilson bars; a larger marker stands for more images.

    `action` is what is done at or above the threshold.
    """
    figure = new_figure(f"Calibration error (ECE) {ece.as_text(3)}")
    _add_reference(figure, [0, 1], [0, 1], "stated = observed")
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
        marker={"color": BLUE, "size": 6 + 14 * (curve.n / curve.n.max()) ** 0.5},
        hovertext=hover,
        hoverinfo="text",
    )
    add_threshold(figure, threshold, f"{action} ≥ {threshold_text(threshold)}")
    return share_axes(figure, "Stated malignant probability", "Observed malignant share")


def _add_banded(figure: go.Figure, curve: BandedCurve, what: str, where: str) -> None:
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_scatter(x=curve.x, y=curve.high, showlegend=False, name="high", **edge)
    figure.add_scatter(x=curve.x, y=curve.low, fill="tonexty", fillcolor=faded(BLUE, 0.2), name="95% interval", **edge)
    hover = [
        f"{where.format(x=percent(x))}: {what} {percent(value)} ({percent(low)}–{percent(high)})"
        for x, value, low, high in zip(curve.x, curve.value, curve.low, curve.high, strict=True)
    ]
    line = {"color": BLUE, "width": 2.5}
    figure.add_scatter(x=curve.x, y=curve.value, mode="lines", line=line, name=what, hovertext=hover, hoverinfo="text")


def _add_reference(figure: go.Figure, x: list[float], y: list[float], name: str) -> None:
    line = {"color": GREY, "width": 1.5, "dash": "dash"}
    figure.add_scatter(x=x, y=y, mode="lines", line=line, name=name, hoverinfo="name")


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
