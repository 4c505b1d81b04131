"""Plotly figures on a page: no logo, no link to anywhere, the theme's colours."""

from typing import Any

import streamlit as st

_CONFIG = {
    "displaylogo": False,
    "showLink": False,
    "showTips": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "sendDataToCloud"],
    "scrollZoom": False,
}


def draw_plot(figure: Any, key: str) -> None:  # noqa: ANN401  (plotly is untyped)
    """Draw one figure at the width of its column; the title is also what a screen reader says."""
    st.plotly_chart(figure, key=key, config=_CONFIG, alt=str(figure.layout.title.text or ""))
