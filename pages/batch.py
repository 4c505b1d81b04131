"""Score many pictures, go through them by risk, accept or correct, save all."""

import time

import streamlit as st

from core.errors import LesionwiseError
from core.taxonomy import BatchState
from dashboard.components.batch_intake import draw_batch_intake, draw_batches, open_batch
from dashboard.components.batch_item import draw_item
from dashboard.components.batch_view import (
    draw_actions,
    draw_grid,
    draw_progress,
    draw_rejected,
    draw_table,
    draw_totals,
)
from dashboard.components.frame import show_error, show_use_line
from dashboard.resources import get_record, get_worker
from dashboard.workflow.batches import list_batches, load_batch, load_summary


@st.fragment(run_every=1.0)
def watch(batch_id: int) -> None:
    """Draw the progress every second until the batch is through, then the whole page once more."""
    summary = load_summary(batch_id=batch_id, record=get_record())
    if summary.state is not BatchState.RUNNING:
        st.rerun(scope="app")
    key, done = f"batch-started-{batch_id}", summary.n_total - summary.n_waiting
    since, done_then = st.session_state.setdefault(key, (time.monotonic(), done))
    pace = (time.monotonic() - since) / (done - done_then) if done > done_then else None
    draw_progress(summary, pace, get_record())
    trouble = get_worker().trouble
    if trouble is not None:
        show_error(trouble)


def draw_batch(batch_id: int) -> None:
    """One batch: progress while it runs, then grid or table, with what to do about it."""
    if st.button("All batches", icon=":material/arrow_back:"):
        open_batch(None)
    summary, items = load_batch(batch_id=batch_id, record=get_record())
    draw_totals(summary, items)
    if summary.state is BatchState.RUNNING:
        watch(batch_id)
    draw_actions(summary, items, get_record())
    view = st.segmented_control("View", ["Pictures", "Table"], default="Pictures", label_visibility="collapsed")
    if view == "Table":
        draw_table(items)
    else:
        draw_grid(items, get_record())
        draw_rejected(items)


try:
    batch, item = (st.query_params.get(name, "") for name in ("batch", "item"))
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
