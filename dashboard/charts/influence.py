"""What would change a result, as one row of small panels."""

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.explanations.influence import Change, Influence, Sweep
from dashboard.charts.style import BLUE, GREY, dress, faded, percent, threshold_text

_PANELS = {
    Change.BRIGHTNESS: ("Brightness", ".0%", "{amount:+.0%} brightness"),
    Change.CROP: ("Crop", ".0%", "{amount:.0%} of each side cropped"),
    Change.ROTATION: ("Rotation", "", "turned by {amount:.0f}°"),
}
_HEIGHT_PX = 300


def influence(found: Influence) -> go.Figure:
    """The probability over light, crop and turn with the thresholds as lines, and with each part covered as bars."""
    titles = [*(title for title, _, _ in _PANELS.values()), "Covered"]
    figure = make_subplots(
        rows=1, cols=4, shared_yaxes=True, subplot_titles=titles, horizontal_spacing=0.03, column_widths=[2, 2, 2, 3]
    )
    dress(figure, f"This result {'is stable' if found.is_stable else found.verdict}")
    for column, sweep in enumerate(found.sweeps, start=1):
        _add_sweep(figure, sweep, column)
    _add_covered(figure, found)
    for value, text, side in (
        (found.points.refer, f"refer from<br>{threshold_text(found.points.refer)}", "bottom"),
        (found.points.no_concern, f"no concern<br>below {threshold_text(found.points.no_concern)}", "top"),
    ):
        figure.add_hline(y=value, line={"color": GREY, "width": 1.2, "dash": "dash"})
        place = {"x": 1.005, "xref": "paper", "xanchor": "left", "y": value, "yanchor": side, "align": "left"}
        figure.add_annotation(text=text, showarrow=False, font={"size": 11}, **place)
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%", dtick=0.25)
    margin = {"l": 45, "r": 84, "t": 80, "b": 70}
    return figure.update_layout(height=_HEIGHT_PX + 50, margin=margin, showlegend=False)


def _add_sweep(figure: go.Figure, sweep: Sweep, column: int) -> None:
    _, ticks, words = _PANELS[sweep.change]
    hover = [f"{_said(words, amount)}: {percent(score)}" for amount, score in _pairs(sweep)]
    figure.add_scatter(
        x=sweep.amounts,
        y=sweep.probabilities,
        mode="lines+markers",
        line={"color": BLUE, "width": 2},
        marker={"color": BLUE, "size": [10 if amount == 0 else 6 for amount in sweep.amounts]},
        hovertext=hover,
        hoverinfo="text",
        row=1,
        col=column,
    )
    shown = {"tickformat": ticks, "nticks": 4} if ticks else {"tickvals": [-90, 0, 90, 180], "ticksuffix": "°"}
    figure.update_xaxes(row=1, col=column, **shown)


def _add_covered(figure: go.Figure, found: Influence) -> None:
    names = [part.region for part in found.covered]
    figure.add_bar(
        x=[name.removeprefix("the ").removeprefix("its ") for name in names],
        y=[part.probability for part in found.covered],
        marker={"color": faded(BLUE, 0.45)},
        hovertext=[f"{part.region} covered: {percent(part.probability)}" for part in found.covered],
        hoverinfo="text",
        row=1,
        col=4,
    )
    figure.add_shape(
        type="line", xref="x4 domain", x0=0, x1=1, yref="y4", y0=found.probability, y1=found.probability,
        line={"color": BLUE, "width": 2},
    )  # fmt: skip
    figure.update_xaxes(tickangle=-40, tickfont={"size": 11}, row=1, col=4)


def _pairs(sweep: Sweep) -> Sequence[tuple[float, float]]:
    return list(zip(sweep.amounts, sweep.probabilities, strict=True))


def _said(words: str, amount: float) -> str:
    return "as it is" if amount == 0 else words.format(amount=amount)
