"""Parts of the browser's program that are fetched before they are needed."""

from pathlib import Path

import streamlit as st

_STATIC = Path(st.__file__).parent / "static" / "static" / "js"
_PARTS = ("Slider", "Checkbox", "Selectbox", "DownloadButton", "NumberInput", "PlotlyChart")  # charts last: 4.7 MB
_fetch = st.components.v2.component("lesionwise_ahead", js=Path(__file__).with_name("ahead.js").read_text("utf-8"))


def fetch_ahead() -> None:
    """Draw nothing, and have the browser fetch what it will need, once it has nothing else to do."""
    _fetch(key="fetch-ahead", data={"files": _files()})


@st.cache_resource(show_spinner=False)
def _files() -> list[str]:
    return [path.name for part in _PARTS for path in _STATIC.glob(f"{part}.*.js")]
