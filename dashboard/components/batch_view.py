"""A batch on the screen: progress with pause and resume, counts, what can be done with all of it, the table."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.domain import BatchSummary
from core.errors import LesionwiseError
from core.taxonomy import BatchMode, BatchState
from dashboard import session
from dashboard.components.batch_intake import MODE_LABEL
from dashboard.components.frame import show_error
from dashboard.components.private import or_hidden
from dashboard.components.words import BAND_LABEL, BAND_REVIEW, local_time, plural
from dashboard.resources import get_practice, get_worker
from dashboard.workflow.batch_review import BatchPage, load_items, save_items, sign_items
from dashboard.workflow.batch_table import batch_csv, batch_table
from dashboard.workflow.batches import cancel_batch, pause_batch, resume_batch
from dashboard.workflow.record import Record

_UNFINISHED = (BatchState.RUNNING, BatchState.PAUSED)


def draw_progress(summary: BatchSummary, seconds_per_image: float | None, record: Record) -> None:
    """How far the batch is, with an estimate of the rest, and ways to pause, resume and stop it."""
    if summary.state not in _UNFINISHED:
        return
    done, is_paused = summary.n_total - summary.n_waiting, summary.state is BatchState.PAUSED
    rest = ", paused" if is_paused else _rest(summary.n_waiting, seconds_per_image)
    st.progress(done / max(summary.n_total, 1), f"{done} of {plural(summary.n_total, 'picture')} done{rest}")
    batch_id = summary.batch_id
    with st.container(horizontal=True):
        if is_paused:
            is_changed = st.button("Resume", icon=":material/play_arrow:", type="primary")
        else:
            is_changed = st.button("Pause", icon=":material/pause:")
        is_stopped = st.button(
            "Stop scoring", icon=":material/stop_circle:", help="What is scored stays; the rest goes."
        )
    try:
        if is_changed and is_paused:
            resume_batch(batch_id=batch_id, record=record)
            get_worker().wake(get_practice().model)
        elif is_changed:
            pause_batch(batch_id=batch_id, record=record)
        elif is_stopped:
            cancel_batch(batch_id=batch_id, record=record)
        if is_changed or is_stopped:
            st.rerun(scope="app")
    except LesionwiseError as error:
        show_error(error)


def draw_totals(page: BatchPage) -> None:
    """One line of counts; of the scores only those that may be seen."""
    summary = page.summary
    bands = ", ".join(f"{n} {BAND_LABEL[band]}" for band, n in page.bands.items())
    seen = f"{bands} among those read" if summary.mode is BatchMode.BLIND else bands
    stopped = " · stopped before the end" if summary.state is BatchState.CANCELLED else ""
    st.caption(
        f"{or_hidden(summary.name)} · {MODE_LABEL[summary.mode]} · {local_time(summary.created_at)} · "
        f"{plural(summary.n_total, 'file')}: {seen}, {summary.n_rejected} rejected · {summary.n_saved} saved, "
        f"{summary.n_signed} signed off{stopped}"
    )


def draw_actions(page: BatchPage, picked: list[int], record: Record) -> None:
    """Save what may be saved, sign the selection off, and the table as CSV."""
    summary = page.summary
    save, sign, export = st.columns([1, 1, 1])
    _draw_save(page, save, record)
    label, reader = f"Sign off selected ({len(picked)})", session.reader()
    why_not = "" if reader else "Choose your name at the top first: a sign-off is kept with it."
    if sign.button(
        label, icon=":material/draw:", disabled=not (picked and reader), width="stretch", help=why_not or None
    ):
        try:
            n = sign_items(batch_id=summary.batch_id, item_ids=picked, reader=reader, record=record)
            rest = f"; {len(picked) - n} were signed already or are not decided" if n < len(picked) else ""
            session.flash(f"{plural(n, 'case')} signed off{rest}.")
            session.clear_picked_items()
            st.rerun()
        except LesionwiseError as error:
            show_error(error)
    export.download_button(
        "Table as CSV",
        lambda: batch_csv(load_items(batch_id=summary.batch_id, record=record)[1]),
        file_name=f"lesionwise-batch-{summary.batch_id}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


def draw_table(batch_id: int, record: Record) -> None:
    """The batch as a table, in the order in which it is read."""
    table = batch_table(load_items(batch_id=batch_id, record=record)[1])
    for column in ("file", "patient", "lesion", "note"):
        table[column] = table[column].map(or_hidden)
    table["band"] = table["band"].map(lambda word: BAND_LABEL.get(word, ""))
    table["assessment"] = table["assessment"].map(lambda word: BAND_REVIEW.get(word, word.capitalize()))
    st.dataframe(
        table.drop(columns=["model_name", "model_version", "weights_sha256"]),
        hide_index=True,
        width="stretch",
        placeholder="",
        column_config={
            **{name: name.capitalize() for name in table.columns},
            "malignant_probability": st.column_config.NumberColumn("Malignant probability", format="percent"),
            "operating_threshold": st.column_config.NumberColumn("Refer from", format="percent"),
            "case_id": st.column_config.NumberColumn("Case", format="%d"),
            "signed_by": "Signed off by",
        },
    )


def _draw_save(page: BatchPage, place: DeltaGenerator, record: Record) -> None:
    n, summary = page.n_unsaved, page.summary
    nothing = "Read a picture first" if summary.n_scored else "All saved" if summary.n_saved else "Nothing to save"
    label = f"Save all ({n})" if n else nothing
    if place.button(label, type="primary", icon=":material/save:", disabled=not n, width="stretch"):
        try:
            n = save_items(batch_id=summary.batch_id, item_ids=None, reader=session.reader(), record=record)
            session.flash(f"{plural(n, 'case')} saved.")
            st.rerun()
        except LesionwiseError as error:
            show_error(error)


def _rest(n_waiting: int, seconds_per_image: float | None) -> str:
    if seconds_per_image is None or not n_waiting:
        return ""
    seconds = n_waiting * seconds_per_image
    return f", about {seconds:.0f} s left" if seconds < 90 else f", about {seconds / 60:.0f} min left"
