"""What following the network is worth, and what calibration did to its probabilities."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.evaluation.calibration_steps import CalibrationStep
from core.evaluation.decision_curve import DecisionCurve
from dashboard.charts.style import (
    BLUE,
    GREEN,
    GREY,
    VERMILLION,
    add_banded,
    add_reference,
    new_figure,
    percent,
    share_axes,
    threshold_text,
)

_LOOKS = (("circle-open", "dot", GREY), ("square", "solid", BLUE), ("diamond", "dash", VERMILLION))
_UNIT = " per 1,000 lesions"


def decision(curve: DecisionCurve) -> go.Figure:
    """Net benefit over the risk at which the clinician would refer, per 1,000 lesions."""
    figure = new_figure(_title(curve))
    where = "who refers from a risk of {x}"
    if curve.by_risk:
        add_banded(
            figure,
            curve.by_risk,
            "network, by corrected risk",
            where,
            text=_per_1000,
            unit=_UNIT,
            colour=GREEN,
            dash="dot",
        )
    name = f"network as served (from {threshold_text(curve.threshold)})"
    add_banded(figure, curve.as_served, name, where, text=_per_1000, unit=_UNIT)
    risks = curve.as_served.x.tolist()
    add_reference(figure, risks, curve.all_sent.tolist(), "refer everyone", dash="dash")
    add_reference(figure, risks, [0.0] * len(risks), "refer nobody", dash="longdash")
    highest = 1.15 * curve.prevalence
    figure.update_xaxes(title="Risk from which the clinician would refer", tickformat=".0%", range=[0, 0.505])
    figure.update_yaxes(title="Net benefit per lesion", range=[-0.35 * highest, highest], tickformat=".3f")
    return figure


def _title(curve: DecisionCurve) -> str:
    share = f"{curve.prevalence:.1%} malignant"
    if curve.useful_from is None:
        return f"Nowhere better than referring all or nobody ({share})"
    low, high = (percent(risk) for risk in curve.useful_from)
    return f"Better than referring all or nobody at risk thresholds of {low} to {high} ({share})"


def _per_1000(value: float) -> str:
    return f"{1000 * value:.0f}".replace("-", "−")


def calibration_stages(steps: Sequence[CalibrationStep]) -> go.Figure:
    """Each stage of the probabilities over 15 equally large bins, with Wilson bars."""
    served = steps[min(1, len(steps) - 1)]
    figure = new_figure(f"ECE {steps[0].ece.as_text(3)} before, {served.ece.as_text(3)} as served")
    add_reference(figure, [0.0, 1.0], [0.0, 1.0], "stated = observed")
    for step, (symbol, dash, colour) in zip(steps, _LOOKS, strict=False):
        curve = step.curve
        figure.add_scatter(
            x=curve.mean_probability,
            y=curve.observed_share,
            error_y={"array": curve.high - curve.observed_share, "arrayminus": curve.observed_share - curve.low},
            mode="lines+markers",
            name=step.name,
            cliponaxis=False,
            line={"color": colour, "width": 1.5, "dash": dash},
            marker={"color": colour, "size": 8, "symbol": symbol},
            hovertext=[
                f"{step.name}<br>{n} images scored {percent(stated)} on average: {percent(seen)} malignant "
                f"({percent(low)}–{percent(high)})"
                for n, stated, seen, low, high in zip(
                    curve.n, curve.mean_probability, curve.observed_share, curve.low, curve.high, strict=True
                )
            ],
            hoverinfo="text",
        )
    return share_axes(figure, "Stated malignant probability", "Observed malignant share")
