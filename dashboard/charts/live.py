"""Rates over time, and how what comes in is spread against the reference."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.evaluation.drift import DriftFigure, DriftLevel
from core.evaluation.figures import p_text
from core.evaluation.wilson import wilson_interval
from dashboard.charts.style import BLUE, GREEN, GREY, VERMILLION, new_figure, percent

_LOOKS = ((VERMILLION, "diamond", "solid"), (BLUE, "square", "dash"), (GREEN, "triangle-up", "dot"))
_LEVEL_LOOKS = {
    DriftLevel.STEADY: (GREEN, "circle"),
    DriftLevel.WATCH: (BLUE, "square"),
    DriftLevel.ALARM: (VERMILLION, "diamond"),
}


def rates_over_time(title: str, months: list[str], hits: Mapping[str, pd.Series], n: pd.Series, of: str) -> go.Figure:
    """Shares of `n` by month, up to three, each with its Wilson interval; `of` names what `n` counts."""
    figure = new_figure(title)
    for (name, counts), (colour, symbol, dash) in zip(hits.items(), _LOOKS, strict=False):
        total = n.to_numpy(np.float64)
        share = np.divide(counts.to_numpy(np.float64), total, out=np.full(len(total), np.nan), where=total > 0)
        low, high = wilson_interval(counts.to_numpy(), total)
        figure.add_scatter(
            x=months,
            y=share,
            error_y={"array": high - share, "arrayminus": share - low, "thickness": 1},
            mode="lines+markers",
            name=name,
            cliponaxis=False,
            line={"color": colour, "dash": dash},
            marker={"color": colour, "symbol": symbol, "size": 8},
            hovertext=[
                f"{month}: {name} {hit} of {whole:.0f} {of}" + (f", {percent(part)}" if whole else "")
                for month, hit, whole, part in zip(months, counts, total, share, strict=True)
            ],
            hoverinfo="text",
        )
    figure.update_xaxes(type="category")
    return figure.update_yaxes(title=f"Share of {of}", tickformat=".0%", rangemode="tozero")


def drift_overview(figures: tuple[DriftFigure, ...], watch: float, alarm: float) -> go.Figure:
    """The stability index of each measure beside the levels at which it is watched, and alarms."""
    figure = new_figure(_drift_title(figures))
    for level, (colour, symbol) in _LEVEL_LOOKS.items():
        found = [each for each in figures if each.level is level]
        if not found:
            continue  # a legend, above all a printed one, names what is drawn
        figure.add_scatter(
            x=[each.psi for each in found],
            y=[each.name.replace("_", " ") for each in found],
            mode="markers",
            name=level.value,
            cliponaxis=False,
            marker={"color": colour, "symbol": symbol, "size": 11},
            hovertext=[
                f"{each.name.replace('_', ' ')}: PSI {each.psi:.2f} (about {each.psi_by_chance:.2f} by chance), "
                f"p {p_text(each.p)}"
                for each in found
            ],
            hoverinfo="text",
        )
    for value, name, side in ((watch, "watch", "right"), (alarm, "alarm", "left")):
        figure.add_vline(
            x=value,
            line={"color": GREY, "dash": "dash", "width": 1.5},
            annotation={"text": f"{name} ≥ {value:.2f}", "xanchor": side, "yanchor": "bottom"},
        )
    figure.update_xaxes(title="Population stability index", rangemode="tozero")
    names = [each.name.replace("_", " ") for each in figures]  # from above, as in the table beside it
    return figure.update_yaxes(
        type="category", categoryorder="array", categoryarray=names, autorange="reversed", automargin=True
    )


def _drift_title(figures: tuple[DriftFigure, ...]) -> str:
    by_level = {
        level: ", ".join(found.name.replace("_", " ") for found in figures if found.level is level)
        for level in (DriftLevel.ALARM, DriftLevel.WATCH)
    }
    alarm, watch = by_level[DriftLevel.ALARM], by_level[DriftLevel.WATCH]
    said = f"Drift alarm: {alarm}" if alarm else "No drift alarm"
    return f"{said}; to watch: {watch}" if watch else said
