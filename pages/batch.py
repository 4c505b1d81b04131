"""Score many pictures as a job, go through them blind or by risk, decide by key, save and sign off."""

import time

import streamlit as st

from core.errors import LesionwiseError
from core.taxonomy import BatchState
from dashboard import session
from dashboard.components.batch_grid import PER_PAGE, choose_part, draw_grid, draw_pager, draw_rejected
from dashboard.components.batch_intake import draw_batch_intake, draw_batches, draw_field, open_batch, open_begun_batch
from dashboard.components.batch_item import draw_item
from dashboard.components.batch_view import draw_actions, draw_progress, draw_table, draw_totals
from dashboard.components.frame import show_error, show_use_line
from dashboard.components.report import draw_batch_reports
from dashboard.resources import get_record, get_worker
from dashboard.workflow.batch_review import load_page
from dashboard.workflow.batches import list_batches, load_summary


@st.fragment(run_every=1.0)
def watch(batch_id: int, state: BatchState, *, is_awaited: bool) -> None:
    """Draw the progress every second until the batch is in another state, then the whole page once more.

    With `is_awaited` the page has no picture yet, and is drawn anew for the first ones.
    """
    try:
        draw_running(batch_id, state, is_awaited=is_awaited)
    except LesionwiseError as error:  # the page's own try is not around what runs every second
        show_error(error)


def draw_running(batch_id: int, state: BatchState, *, is_awaited: bool) -> None:
    """The progress of a batch at its pace so far, and what keeps it from being scored.

    A paused one is watched too: the group that was begun is still scored, and may be the last.
    """
    summary = load_summary(batch_id=batch_id, record=get_record())
    key, done = f"batch-started-{batch_id}", summary.n_total - summary.n_waiting
    if state is BatchState.PAUSED:  # its pace begins anew
        st.session_state.pop(key, None)
    since, done_then = st.session_state.setdefault(key, (time.monotonic(), done))
    pace = (time.monotonic() - since) / (done - done_then) if done > done_then else None
    draw_progress(summary, pace, get_record())
    if summary.state is not state or (is_awaited and summary.n_scored):  # after the buttons, or a press would be lost
        st.rerun(scope="app")
    trouble = get_worker().trouble if state is BatchState.RUNNING else get_worker().why_paused(batch_id)
    if trouble is not None:
        show_error(trouble)


def draw_batch(batch_id: int) -> None:
    """One batch: progress while it runs, then a part of it as pictures, or all of it as a table."""
    record = get_record()
    if st.button("All batches", icon=":material/arrow_back:"):
        open_batch(None)
    top, actions = st.container(), st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        part = choose_part()
        view = st.segmented_control(
            "View", ["Pictures", "Table"], default="Pictures", label_visibility="collapsed", key="batch-view"
        )
        pager = st.container(width=160)
    page = load_page(batch_id=batch_id, part=part, page=session.batch_page() - 1, page_size=PER_PAGE, record=record)
    with top:
        draw_totals(page)
        if page.summary.state in (BatchState.RUNNING, BatchState.PAUSED):
            watch(batch_id, page.summary.state, is_awaited=part == "scored" and not page.n_part)
    if view == "Table":
        draw_table(batch_id, record)
    else:
        with pager:
            draw_pager(page.n_part)
        draw_grid(page, record)
        draw_rejected(batch_id, record)
    with actions:
        draw_actions(page, session.picked_items(), record)
        draw_batch_reports(page.summary, record)


try:
    open_begun_batch()
    batch, item = (st.query_params.get(name, "") for name in ("batch", "item"))
    draw_field(is_shown=not batch.isdecimal())
    if batch.isdecimal() and item.isdecimal():
        draw_item(int(batch), int(item), get_record())
    elif batch.isdecimal():
        draw_batch(int(batch))
    else:
        draw_batch_intake()
        draw_batches(list_batches(record=get_record()))
except LesionwiseError as error:
    show_error(error)
show_use_line()
