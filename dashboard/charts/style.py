"""What all charts share."""

from collections.abc import Callable, Sequence
from typing import Any

import plotly.graph_objects as go

from core.evaluation.curves import BandedCurve

# Okabe & Ito, "Color universal design", 2008; those of their colours with contrast >= 3:1 on #ffffff and on #0e1117
BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#009E73"
GREY = "#808080"
GRID = "rgba(128, 128, 128, 0.25)"
CLEAR = "rgba(0, 0, 0, 0)"
_AXIS = {"gridcolor": GRID, "zeroline": False}
_HEIGHT_PX = 420
SHARE_PX = 84  # "100%" or "1,000", its distance and a title


def faded(colour: str, alpha: float) -> str:
    """A colour such as "#0072B2" with an opacity in [0, 1], as plotly writes it."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha:g})"


def percent(share: float) -> str:
    """Such as "94%", or "0.4%" below one per cent, where rounding would say 0%."""
    return f"{share:.1%}" if 0 < share < 0.01 else f"{share:.0%}"


def threshold_text(threshold: float) -> str:
    """A threshold as it decides, in tenths of a per cent: "30.7%", but "42%"."""
    return f"{100 * threshold:.1f}".removesuffix(".0") + "%"


def new_figure(title: str) -> go.Figure:
    """An empty transparent figure whose title states the finding; moving a slider keeps the reader's zoom."""
    return go.Figure(layout={**_layout(title), "xaxis": _AXIS, "yaxis": _AXIS})


def dress(figure: go.Figure, title: str) -> go.Figure:
    """Give a figure of several plots its title, transparent background, legend below and quiet grid."""
    figure.update_layout(**_layout(title))
    figure.update_xaxes(**_AXIS)
    figure.update_yaxes(**_AXIS)
    return figure


def _layout(title: str) -> dict[str, Any]:
    return {
        "title": {"text": title, "x": 0, "xanchor": "left"},
        "height": _HEIGHT_PX,
        "margin": {"l": 60, "r": 24, "t": 64, "b": 60},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "legend": {"orientation": "h", "yanchor": "top", "y": -0.27, "x": 0},
        "hovermode": "closest",
        "uirevision": "keep",
    }


def share_axes(figure: go.Figure, x_title: str, y_title: str) -> go.Figure:
    """Both axes from 0% to 100%, with a little room so that markers at the ends are whole."""
    share = {"range": [-0.02, 1.02], "tickformat": ".0%", "dtick": 0.2}
    figure.update_xaxes(title=x_title, **share)
    figure.update_yaxes(title=y_title, **share)
    return fix_room(figure, SHARE_PX)


def fix_room(figure: go.Figure, left_px: int) -> go.Figure:
    """As much room left of a figure whose labels are known: to find it, the browser would draw the figure twice."""
    figure.update_xaxes(automargin=False)
    figure.update_yaxes(automargin=False)
    return figure.update_layout(margin={"l": left_px})


def add_threshold(figure: go.Figure, threshold: float, text: str, *, dash: str = "dash", row: int = 1) -> None:
    """A labelled vertical line at a probability; `row` chooses among plots that lie one below the other. Not by
    plotly's `add_vline`, which takes four times as long."""
    number = row if row > 1 else ""
    place = {"xref": f"x{number}", "yref": f"y{number} domain"}
    line = {"color": GREY, "width": 2, "dash": dash}
    figure.add_shape(type="line", x0=threshold, x1=threshold, y0=0, y1=1, line=line, **place)
    if text:
        figure.add_annotation(x=threshold, y=1, text=text, showarrow=False, xanchor="left", yanchor="bottom", **place)


def add_banded(
    figure: go.Figure,
    curve: BandedCurve,
    what: str,
    where: str,
    *,
    text: Callable[[float], str] = percent,
    unit: str = "",
    colour: str = BLUE,
    dash: str = "solid",
) -> None:
    """A curve over its shaded 95% interval; `where` says in words what an x in [0, 1] means, as "{x}"."""
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "legendgroup": what}
    figure.add_scatter(x=curve.x, y=curve.high, showlegend=False, name=f"{what}: upper end", **edge)
    figure.add_scatter(
        x=curve.x, y=curve.low, fill="tonexty", fillcolor=faded(colour, 0.2), name="95% interval", **edge
    )
    hover = [
        f"{where.format(x=percent(x))}: {what} {text(value)} ({text(low)}–{text(high)}){unit}"
        for x, value, low, high in zip(curve.x, curve.value, curve.low, curve.high, strict=True)
    ]
    line = {"color": colour, "width": 2.5, "dash": dash}
    figure.add_scatter(x=curve.x, y=curve.value, mode="lines", line=line, name=what, hovertext=hover, hoverinfo="text")


def add_reference(figure: go.Figure, x: Sequence[float], y: Sequence[float], name: str, *, dash: str = "dash") -> None:
    """A grey line to compare with."""
    line = {"color": GREY, "width": 1.5, "dash": dash}
    figure.add_scatter(x=x, y=y, mode="lines", line=line, name=name, hoverinfo="name")
