"""How a lesion's score went from visit to visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import plotly.graph_objects as go

from dashboard.charts.style import BLUE, GREEN, GREY, VERMILLION, new_figure, percent, threshold_text

_COLOURS = (BLUE, VERMILLION, GREEN, GREY)
_MARKS = ("circle", "diamond", "square", "cross")  # a version is told by its mark as well as by its colour
_FEW_DAYS: Final = timedelta(days=6)  # within them a tick of plotly's own choice would be an hour, or less
_DAY_MS: Final = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Trend:
    """The scores of one model version: `days` and `probabilities` in [0, 1] of the same length."""

    name: str
    days: Sequence[date]
    probabilities: Sequence[float]
    refer_threshold: float


def score_trend(trends: Sequence[Trend]) -> go.Figure:
    """Malignant probability over the day of the visit; a line joins scores of the same model version only."""
    n = sum(len(trend.days) for trend in trends)
    figure = new_figure(f"Malignant probability on {n} pictures, by model version")
    for i, trend in enumerate(trends):
        colour, mark = _COLOURS[i % len(_COLOURS)], _MARKS[i % len(_MARKS)]
        hover = [
            f"{trend.name}: {percent(probability)}, {day:%d %b %Y}; refer from {threshold_text(trend.refer_threshold)}"
            for day, probability in zip(trend.days, trend.probabilities, strict=True)
        ]
        figure.add_scatter(
            x=list(trend.days),
            y=list(trend.probabilities),
            mode="lines+markers",
            name=trend.name,
            line={"color": colour, "width": 2},
            marker={"color": colour, "size": 11, "symbol": mark},
            hovertext=hover,
            hoverinfo="text",
        )
    figure.update_yaxes(title="Malignant probability", range=[-0.02, 1.02], tickformat=".0%", dtick=0.2)
    figure.update_xaxes(title="Visit", type="date", tickformat="%d %b %Y", **_span([d for t in trends for d in t.days]))
    figure.update_layout(height=340, showlegend=True)
    return figure


def _span(days: Sequence[date]) -> dict[str, object]:
    """The axis from before the first day to after the last, with whole days for ticks."""
    if not days:
        return {}
    first, last = min(days), max(days)
    margin = max((last - first) * 0.05, timedelta(days=1))
    ticks = {"dtick": _DAY_MS} if last - first <= _FEW_DAYS else {}
    return {"range": [first - margin, last + margin], **ticks}
