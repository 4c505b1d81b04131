"""The filters of the case history."""

from datetime import date, datetime, time, timedelta
from typing import Any

import streamlit as st

from core.domain import CaseFilter
from core.taxonomy import AnatomSite, Band
from dashboard.components.words import BAND_LABEL

_REVIEWED = {"Reviewed": True, "Not reviewed": False}
_CONFIRMED = {
    "Confirmed malignant": {"is_confirmed_malignant": True},
    "Confirmed benign": {"is_confirmed_malignant": False},
    "Not confirmed": {"has_diagnosis": False},
}


def draw_filter(model_versions: list[str]) -> CaseFilter:
    """The fields, and what they narrow the history to."""
    first, second, third, fourth = st.columns([2, 1, 1, 1])
    text = first.text_input(
        "Search", placeholder="Pseudonym, lesion, file name or notes", icon=":material/search:", key="history-text"
    )
    band = second.selectbox(
        "Band", list(Band), None, format_func=BAND_LABEL.__getitem__, placeholder="Any", key="history-band"
    )
    site = third.selectbox(
        "Body site", list(AnatomSite), None, format_func=str.capitalize, placeholder="Any", key="history-site"
    )
    days = fourth.date_input("Saved", value=[], key="history-days", format="YYYY-MM-DD")
    first, second, third, fourth = st.columns([2, 1, 1, 1])
    pseudonym = first.text_input("Pseudonym, exactly", key="history-pseudonym")
    review = second.selectbox("Review", list(_REVIEWED), None, placeholder="Any", key="history-review")
    confirmed = third.selectbox("Diagnosis", list(_CONFIRMED), None, placeholder="Any", key="history-confirmed")
    version = fourth.selectbox("Model version", model_versions, None, placeholder="Any", key="history-version")
    start, end = _as_instants(days)
    truth: dict[str, Any] = _CONFIRMED[confirmed] if confirmed else {}
    return CaseFilter(
        text=text.strip(),
        pseudonym=pseudonym.strip(),
        created_from=start,
        created_before=end,
        anatom_site=site,
        band=band,
        is_reviewed=_REVIEWED[review] if review else None,
        model_version=version or "",
        **truth,
    )


def _as_instants(days: Any) -> tuple[datetime | None, datetime | None]:  # noqa: ANN401  (one day, two, one of two, none)
    """Whole days on this machine's clock as aware instants; the second day is included."""
    chosen: list[date] = list(days) if isinstance(days, tuple | list) else [days] if days else []
    if not chosen:
        return None, None
    start = datetime.combine(chosen[0], time()).astimezone()
    end = datetime.combine(chosen[-1] + timedelta(days=1), time()).astimezone()
    return start, end if len(chosen) == 2 else None
