"""Plotly figures on a page: no logo, no link to anywhere, the theme's colours, and ways to take them along."""

import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import streamlit as st

from dashboard.charts.downloads import chart_bytes

_CONFIG = {
    "displaylogo": False,
    "showLink": False,
    "showTips": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "sendDataToCloud", "toImage"],
    "scrollZoom": False,
}
_LINE = 44  # letters of a title in half the width of a tablet
_LINE_PX, _NAME_PX, _ABOVE_PX = 21, 12, 16
_FORMS = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv"}


def draw_plot(figure: Any, key: str, *, is_half: bool = False) -> None:  # noqa: ANN401  (plotly is untyped)
    """Draw one figure at the width of its column; the title is also what a screen reader says. Below it, the figure as
    PNG and SVG on white and its values as CSV, each made when it is asked for. `is_half` is for half the page's width,
    where a tablet would cut a long title off."""
    alt = str(figure.layout.title.text or "")
    with _short_lines(figure) if is_half else nullcontext():
        st.plotly_chart(figure, key=key, config=_CONFIG, alt=alt)
    name = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")
    with st.container(horizontal=True, gap="small", key=f"downloads-{name}"):
        for form, mime in _FORMS.items():
            st.download_button(
                form.upper(),
                partial(chart_bytes, figure, form),
                file_name=f"{name}.{form}",
                mime=mime,
                key=f"{key}-{form}",
                on_click="ignore",
                type="tertiary",
                help=f"“{figure.layout.title.text}” as {form.upper()}",
            )


@contextmanager
def _short_lines(figure: Any) -> Iterator[None]:  # noqa: ANN401
    """For as long as the figure is written for the page, its title in lines that fit, from its upper edge down, and as
    much more room above; plotly breaks no line by itself. Where lines have their names above the plotting area, these
    have room too. Files keep the title as it is, and a copy of the figure would cost more than all else about it."""
    text, top = str(figure.layout.title.text or ""), figure.layout.margin.t
    lines = textwrap.wrap(text, _LINE)
    has_names = any(note.yanchor == "bottom" for note in figure.layout.annotations)
    title = {"text": "<br>".join(lines), "yref": "container", "y": 1, "yanchor": "top", "pad": {"t": _ABOVE_PX}}
    room = top + _LINE_PX * max(0, len(lines) - 1) + (_NAME_PX if has_names else 0)
    was = figure.layout.title.to_plotly_json()
    figure.update_layout(title=title, margin={"t": room})
    try:
        yield
    finally:
        figure.layout.title, figure.layout.margin.t = was, top
