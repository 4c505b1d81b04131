"""The filters of the case history, and those that were kept under a name."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import streamlit as st

from core.domain import CaseFilter, SavedFilter
from core.errors import LesionwiseError
from core.taxonomy import AnatomSite, Artefact, Band
from dashboard import session
from dashboard.components.frame import show_error
from dashboard.components.words import BAND_LABEL
from dashboard.workflow.record import Record
from dashboard.workflow.saved_filters import forget_filter, keep_filter, saved_filters

_REVIEWED = {"Reviewed": True, "Not reviewed": False}
_CONFIRMED: dict[str, dict[str, bool]] = {
    "Confirmed malignant": {"is_confirmed_malignant": True},
    "Confirmed benign": {"is_confirmed_malignant": False},
    "Not confirmed": {"has_diagnosis": False},
}
_FLAGS: dict[str, dict[str, Any]] = {
    **{str(artefact): {"artefact": artefact} for artefact in Artefact},
    "scored against a gate": {"is_overridden": True},
}
_FLAG_HELP = "What was flagged when the picture was scored. Pictures of a batch are not searched for artefacts."


def draw_filter(model_versions: list[str]) -> CaseFilter:
    """The fields, and what they narrow the history to."""
    first, second, third, fourth = st.columns([2, 1, 1, 1])
    text = first.text_input(
        "Search",
        placeholder="Any words: patient, notes, diagnosis, reader",
        icon=":material/search:",
        key="history-text",
    )
    band = second.selectbox(
        "Band", list(Band), None, format_func=BAND_LABEL.__getitem__, placeholder="Any", key="history-band"
    )
    site = third.selectbox(
        "Body site", list(AnatomSite), None, format_func=str.capitalize, placeholder="Any", key="history-site"
    )
    days = fourth.date_input("Saved", value=[], key="history-days", format="YYYY-MM-DD")
    first, second, third, fourth, fifth = st.columns([2, 1, 1, 1, 1])
    pseudonym = first.text_input("Pseudonym, exactly", key="history-pseudonym")
    review = second.selectbox("Review", list(_REVIEWED), None, placeholder="Any", key="history-review")
    confirmed = third.selectbox("Diagnosis", list(_CONFIRMED), None, placeholder="Any", key="history-confirmed")
    version = fourth.selectbox("Model version", model_versions, None, placeholder="Any", key="history-version")
    words = str.capitalize
    flag = fifth.selectbox(
        "Picture", list(_FLAGS), None, format_func=words, placeholder="Any", help=_FLAG_HELP, key="history-flag"
    )
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
        **(_FLAGS[flag] if flag else {}),
    )


def draw_saved(wanted: CaseFilter, record: Record) -> None:
    """Choose a saved filter, keep the one that is set, or forget one."""
    kept = {saved.name: saved for saved in saved_filters(record=record)}
    choice, keep, forget = st.columns([2, 1, 1], vertical_alignment="bottom")
    choice.selectbox(
        "Saved filters",
        list(kept),
        None,
        placeholder="None is saved yet" if not kept else "Choose one",
        key="history-saved",
        on_change=_set_fields,
        args=(kept,),
        disabled=not kept,
    )
    with keep.popover("Save this filter", icon=":material/bookmark_add:", width="stretch"):
        _draw_keep(wanted, record)
    chosen = kept.get(st.session_state.get("history-saved") or "")
    if forget.button("Forget it", icon=":material/bookmark_remove:", disabled=chosen is None, width="stretch"):
        _try(lambda: forget_filter(filter_id=chosen.filter_id if chosen else 0, record=record), "The filter is gone.")


def _draw_keep(wanted: CaseFilter, record: Record) -> None:
    name = st.text_input("Name of the filter", max_chars=60, key="history-new-name").strip()
    if wanted == CaseFilter():
        st.caption("Nothing is set that could be saved.")
    elif st.button("Save", icon=":material/save:", disabled=not name, key="history-keep"):
        _try(lambda: keep_filter(name=name, wanted=wanted, who=session.reader(), record=record), f"{name} is saved.")


def _try(act: Callable[[], object], sentence: str) -> None:
    try:
        act()
    except LesionwiseError as error:
        show_error(error)
        return
    session.flash(sentence)
    st.rerun()


def _set_fields(kept: dict[str, SavedFilter]) -> None:
    """Put a saved filter into the fields."""
    saved = kept.get(st.session_state["history-saved"] or "")
    if saved is None:
        return
    wanted = saved.wanted
    days = [at.astimezone().date() for at in (wanted.created_from,) if at]
    if wanted.created_before is not None:
        days.append((wanted.created_before.astimezone() - timedelta(days=1)).date())
    values = {
        "text": wanted.text,
        "pseudonym": wanted.pseudonym,
        "band": wanted.band,
        "site": wanted.anatom_site,
        "days": days,
        "version": wanted.model_version or None,
        "review": next((word for word, is_it in _REVIEWED.items() if is_it is wanted.is_reviewed), None),
        "confirmed": next((word for word, truth in _CONFIRMED.items() if _has(wanted, truth)), None),
        "flag": next((word for word, flagged in _FLAGS.items() if _has(wanted, flagged)), None),
    }
    st.session_state.update({f"history-{name}": value for name, value in values.items()})


def _has(wanted: CaseFilter, truth: dict[str, Any]) -> bool:
    return all(getattr(wanted, name) is value for name, value in truth.items())


def _as_instants(days: Any) -> tuple[datetime | None, datetime | None]:  # noqa: ANN401  (one day, two, one of two, none)
    """Whole days on this machine's clock as aware instants; the second day is included."""
    chosen: list[date] = list(days) if isinstance(days, tuple | list) else [days] if days else []
    if not chosen:
        return None, None
    start = datetime.combine(chosen[0], time()).astimezone()
    end = datetime.combine(chosen[-1] + timedelta(days=1), time()).astimezone()
    return start, end if len(chosen) == 2 else None
