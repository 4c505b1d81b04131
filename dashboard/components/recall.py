"""When a lesion is to be seen again: set for one lesion, listed for all."""

import html
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import streamlit as st

from core.domain import CaseRecord, Recall
from core.errors import LesionwiseError
from dashboard import session
from dashboard.components.frame import show_error
from dashboard.components.private import private_html
from dashboard.components.words import local_time, plural
from dashboard.workflow.recalls import RecallList, finish_recall, recalls_of, set_recall
from dashboard.workflow.record import Record

_WEEKS: Final = {"6 weeks": 6, "3 months": 13, "6 months": 26, "12 months": 52}
_SOON_DAYS = 14


def draw_recall(case: CaseRecord, record: Record) -> None:
    """On a case's page: the recalls of its lesion, and a form for another."""
    st.markdown("**Recall**")
    if case.lesion_id is None:
        st.caption("Name patient and lesion first: a recall is for a lesion.")
        return
    for recall in recalls_of(lesion_id=case.lesion_id, record=record):
        if recall.done_at is None:
            _draw_line(recall, record, is_named=False)
    _draw_form(case.lesion_id, record)


def draw_recalls_of(lesion_id: int, recalls: Sequence[Recall], record: Record) -> None:
    """On the follow-up page: every recall of the lesion, and a form for another."""
    st.markdown("**Recalls**")
    for recall in recalls:
        _draw_line(recall, record, is_named=False)
    _draw_form(lesion_id, record)


def draw_recall_list(found: RecallList, record: Record) -> None:
    """On the page of recalls: what is listed, one below the other."""
    if not found.recalls:
        st.info("Nothing is listed. Set a recall on a case's page.", icon=":material/info:")
    for recall in found.recalls:
        with st.container(border=True):
            _draw_line(recall, record, is_named=True)


def due_words(due_on: date, today: date) -> str:
    """How far off a day is: "overdue by 3 days", "due today", "due in 12 days", "due in 5 weeks"."""
    days = (due_on - today).days
    if days < 0:
        return f"overdue by {plural(-days, 'day')}"
    if days == 0:
        return "due today"
    return f"due in {plural(days, 'day')}" if days <= _SOON_DAYS else f"due in {plural(round(days / 7), 'week')}"


def _draw_form(lesion_id: int, record: Record) -> None:
    with st.form(f"recall-{lesion_id}", clear_on_submit=True):
        left, right = st.columns([1, 1.6])
        term = left.selectbox("See again in", list(_WEEKS), None, placeholder="Choose, or give a day")
        day = left.date_input("or by", None, min_value=date.today(), format="YYYY-MM-DD")
        why = f"private-why-{lesion_id}"
        reason = right.text_input("Why", max_chars=300, placeholder="Growing, pigment network changed ...", key=why)
        is_sent = right.form_submit_button("Set recall", icon=":material/event:")
    if not is_sent:
        return
    due_on = day if isinstance(day, date) else date.today() + timedelta(weeks=_WEEKS[term]) if term else None
    if due_on is None:
        st.warning("Choose when the lesion is to be seen again.", icon=":material/info:")
        return
    try:
        set_recall(lesion_id=lesion_id, due_on=due_on, reason=reason.strip(), who=session.reader(), record=record)
        session.flash(f"The recall for {due_on:%d %b %Y} is set.")
        st.rerun()
    except LesionwiseError as error:
        show_error(error)


def _draw_line(recall: Recall, record: Record, *, is_named: bool) -> None:
    said, links, done = st.columns([5, 1.6, 1], vertical_alignment="center")
    said.html(_line(recall, is_named=is_named))
    with links:
        if is_named and recall.newest_case_id is not None:
            query = {"lesion": str(recall.lesion_id)}
            st.page_link("../pages/follow_up.py", label="Follow-up", icon=":material/compare:", query_params=query)
    with done:
        if recall.done_at is None and st.button("Done", key=f"recall-done-{recall.recall_id}", icon=":material/check:"):
            _finish(recall, record)


def _finish(recall: Recall, record: Record) -> None:
    try:
        finish_recall(recall_id=recall.recall_id, who=session.reader(), record=record)
        session.flash("The recall is done.")
        st.rerun()
    except LesionwiseError as error:
        show_error(error)


def _line(recall: Recall, *, is_named: bool) -> str:
    if recall.done_at is not None:
        state = f"done {local_time(recall.done_at)} by {html.escape(recall.done_by or 'nobody named')}"
    else:
        state = due_words(recall.due_on, date.today())
        state = f"<b>▲ {state}</b>" if recall.due_on < date.today() else state
    name = private_html(f"{recall.pseudonym or 'No pseudonym'} {recall.lesion_label}")
    who = f"<b>{name}</b> · " if is_named else ""
    reason = private_html(recall.reason) or "no reason given"
    set_by = f"set by {html.escape(recall.set_by or 'nobody named')}"
    return f"{who}{recall.due_on:%d %b %Y}: {state}<br><small>{reason} · {set_by}</small>"
