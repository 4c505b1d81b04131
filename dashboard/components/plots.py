"""Plotly figures on a page: no logo, no link to anywhere, the theme's colours, and ways to take them along."""

import copy
import re
import textwrap
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
    shown = _with_short_lines(figure) if is_half else figure
    st.plotly_chart(shown, key=key, config=_CONFIG, alt=str(figure.layout.title.text or ""))
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


def _with_short_lines(figure: Any) -> Any:  # noqa: ANN401
    """The figure with its title in lines that fit, from its upper edge down, and as much more room above; plotly breaks
    no line by itself. Where lines have their names above the plotting area, these have room too."""
    lines = textwrap.wrap(str(figure.layout.title.text or ""), _LINE)
    has_names = any(note.yanchor == "bottom" for note in figure.layout.annotations)
    room = figure.layout.margin.t + _LINE_PX * max(0, len(lines) - 1) + (_NAME_PX if has_names else 0)
    title = {"text": "<br>".join(lines), "yref": "container", "y": 1, "yanchor": "top", "pad": {"t": _ABOVE_PX}}
    shown = copy.deepcopy(figure)  # files keep the title as it is
    return shown.update_layout(title=title, margin={"t": room})
