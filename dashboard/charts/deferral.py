"""What is gained by leaving the least certain results to a person."""

import plotly.graph_objects as go

from core.evaluation.deferral import Deferral
from dashboard.charts.style import BLUE, GREEN, GREY, VERMILLION, add_banded, new_figure, percent


def deferral(found: Deferral) -> go.Figure:
    """Accuracy with its band, sensitivity and specificity of what the network still decides; the diamond is what the
    indeterminate band does."""
    band = f"{percent(found.band_share)} deferred by the band"
    title = f"Accuracy {found.accuracy_of_all.as_percent(1)} on all, {found.band_accuracy.as_percent(1)} with {band}"
    figure = new_figure(title)
    where = "{x} left to a person"
    add_banded(figure, found.accuracy, "accuracy", where)
    for name, curve, colour, dash in (
        ("sensitivity", found.sensitivity, VERMILLION, "dash"),
        ("specificity", found.specificity, GREEN, "dot"),
    ):
        hover = [
            f"{where.format(x=percent(x))}: {name} {percent(y)}" for x, y in zip(curve.x, curve.value, strict=True)
        ]
        figure.add_scatter(
            x=curve.x, y=curve.value, mode="lines", name=name, line={"color": colour, "dash": dash, "width": 1.8},
            hovertext=hover, hoverinfo="text",
        )  # fmt: skip
    point = found.band_accuracy
    figure.add_scatter(
        x=[found.band_share],
        y=[point.value],
        error_y={"array": [point.high - point.value], "arrayminus": [point.value - point.low], "color": GREY},
        mode="markers",
        name="indeterminate band",
        marker={"color": BLUE, "size": 13, "symbol": "diamond"},
        hovertext=[f"{band}: accuracy {point.as_percent(1)}"],
        hoverinfo="text",
    )
    lowest = min(float(curve.value.min()) for curve in (found.accuracy, found.sensitivity, found.specificity))
    figure.update_xaxes(title="Share of lesions left to a person, the least certain first", tickformat=".0%")
    return figure.update_yaxes(title="Of what the network decides", tickformat=".0%", range=[lowest - 0.05, 1.01])
