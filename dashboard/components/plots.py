"""Plotly figures on a page: no logo, no link to anywhere, the theme's colours, and ways to take them along."""

import re
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
_FORMS = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv"}


def draw_plot(figure: Any, key: str) -> None:  # noqa: ANN401  (plotly is untyped)
    """Draw one figure at the width of its column; the title is also what a screen reader says. Below it, the figure as
    PNG and SVG on white and its values as CSV, each made when it is asked for."""
    st.plotly_chart(figure, key=key, config=_CONFIG, alt=str(figure.layout.title.text or ""))
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
