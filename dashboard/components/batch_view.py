"""A batch on the screen: progress, the grid by risk, the table, and the decision on each picture."""

import html

import streamlit as st

from core.domain import BatchItem, BatchSummary
from core.errors import LesionwiseError
from core.taxonomy import Band, BatchState, ItemState
from dashboard import session
from dashboard.components.frame import show_error
from dashboard.components.result import chip
from dashboard.components.words import BAND_LABEL, BAND_REVIEW, local_time, percent, plural
from dashboard.workflow.batches import assess_item, batch_csv, batch_table, cancel_batch, save_items
from dashboard.workflow.record import Record
from dashboard.workflow.thumbnails import load_thumbnail

_GRID_COLUMNS = 6
_PER_PAGE = 24


def draw_progress(summary: BatchSummary, seconds_per_image: float | None, record: Record) -> None:
    """How far the batch is, with an estimate of the rest, and a way to stop it."""
    done = summary.n_total - summary.n_waiting
    rest = _rest(summary.n_waiting, seconds_per_image)
    st.progress(done / max(summary.n_total, 1), f"{done} of {plural(summary.n_total, 'picture')} done{rest}")
    if st.button("Stop scoring", icon=":material/stop_circle:"):
        try:
            cancel_batch(batch_id=summary.batch_id, record=record)
            st.rerun(scope="app")
        except LesionwiseError as error:
            show_error(error)


def draw_totals(summary: BatchSummary, items: list[BatchItem]) -> None:
    """One line of counts."""
    bands = {band: sum(i.prediction is not None and i.prediction.band is band for i in items) for band in Band}
    parts = [f"{n} {BAND_LABEL[band]}" for band, n in bands.items()]
    stopped = " · stopped before the end" if summary.state is BatchState.CANCELLED else ""
    st.caption(
        f"{summary.name} · {local_time(summary.created_at)} · {plural(summary.n_total, 'file')}: "
        f"{', '.join(parts)}, {summary.n_rejected} rejected · {summary.n_saved} saved{stopped}"
    )


def draw_actions(summary: BatchSummary, items: list[BatchItem], record: Record) -> None:
    """Save all that is scored, and the table as CSV."""
    save, export, _ = st.columns([1, 1, 2])
    label = f"Save all ({summary.n_scored})" if summary.n_scored else "All saved"
    if save.button(label, type="primary", icon=":material/save:", disabled=not summary.n_scored, width="stretch"):
        try:
            n = save_items(batch_id=summary.batch_id, item_ids=None, reader=session.reader(), record=record)
            session.flash(f"{plural(n, 'case')} saved.")
            st.rerun()
        except LesionwiseError as error:
            show_error(error)
    export.download_button(
        "Table as CSV",
        lambda: batch_csv(items),
        file_name=f"lesionwise-batch-{summary.batch_id}.csv",
        mime="text/csv",
        icon=":material/download:",
        width="stretch",
    )


def draw_grid(items: list[BatchItem], record: Record) -> None:
    """The scored pictures by falling risk, one page of them; a button opens one."""
    scored = [item for item in items if item.prediction is not None]
    n_pages = max(1, -(-len(scored) // _PER_PAGE))
    page = st.number_input("Page", 1, n_pages, 1, key="batch-page") - 1 if n_pages > 1 else 0
    shown = scored[page * _PER_PAGE : (page + 1) * _PER_PAGE]
    for start in range(0, len(shown), _GRID_COLUMNS):
        row = st.columns(_GRID_COLUMNS)
        for column, item in zip(row, shown[start : start + _GRID_COLUMNS], strict=False):
            with column, st.container(border=True, gap="xxsmall"):
                _draw_tile(item, record)


def draw_rejected(items: list[BatchItem]) -> None:
    """The files that got no score, each with its reason."""
    rejected = [item for item in items if item.state is ItemState.REJECTED]
    if rejected:
        st.markdown(f"**{plural(len(rejected), 'file')} without a score**")
        rows = [{"File": item.filename, "Reason": item.reason} for item in rejected]
        st.dataframe(rows, hide_index=True, width="stretch")


def draw_table(items: list[BatchItem]) -> None:
    """The batch as a table, sorted by risk."""
    table = batch_table(items)
    st.dataframe(
        table.drop(columns=["model_name", "model_version", "weights_sha256"]),
        hide_index=True,
        width="stretch",
        column_config={
            "malignant_probability": st.column_config.NumberColumn("Malignant probability", format="percent"),
            "operating_threshold": st.column_config.NumberColumn("Refer from", format="percent"),
            "case_id": st.column_config.NumberColumn("Case", format="%d"),
        },
    )


def draw_decision(item: BatchItem, record: Record) -> None:
    """Accept the machine's band or correct it, with a note; then this picture alone can be saved."""
    if item.prediction is None:
        return
    key, band = f"decide-{item.item_id}", item.prediction.band
    chosen = st.segmented_control(
        "Your assessment", list(Band), default=item.assessment, format_func=BAND_REVIEW.__getitem__, key=key
    )
    note = st.text_input("Note", item.note, max_chars=2000, key=f"{key}-note")
    accept, keep = st.columns(2)
    is_open = item.state is ItemState.SCORED
    is_accepted = accept.button(f"Accept: {BAND_REVIEW[band]}", width="stretch", disabled=not is_open)
    is_kept = keep.button("Keep correction", width="stretch", disabled=not is_open or chosen is None)
    try:
        if is_accepted or is_kept:
            assess_item(item_id=item.item_id, assessment=band if is_accepted else chosen, note=note, record=record)
            session.flash("Your assessment is kept with the batch; save the case to keep it in the record.")
            st.rerun()
    except LesionwiseError as error:
        show_error(error)
    if item.assessment is not None:
        verb = "Accepted" if item.assessment is band else "Corrected"
        st.caption(f"{verb}: {BAND_REVIEW[item.assessment]}")


def _draw_tile(item: BatchItem, record: Record) -> None:
    if item.image is None or item.prediction is None:
        return
    try:
        stored = item.image
        thumbnail = load_thumbnail(blob_sha256=stored.blob_sha256, orientation=stored.orientation, record=record)
        st.image(thumbnail, width="stretch")
    except LesionwiseError:
        st.markdown(":material/broken_image:")
    name = html.escape(item.filename)
    mark = " ✓" if item.assessment else ""
    st.html(
        f"<div>{chip(item.prediction.band)}</div><div><b>{percent(item.prediction.malignant_probability)}</b>{mark}</div>"
        f'<div class="lw-ellipsis" style="font-size:.78rem" title="{name}">{name}</div>'
    )
    if st.button("Open", key=f"open-{item.item_id}", width="stretch"):
        st.query_params["item"] = str(item.item_id)
        st.rerun()


def _rest(n_waiting: int, seconds_per_image: float | None) -> str:
    if seconds_per_image is None or not n_waiting:
        return ""
    seconds = n_waiting * seconds_per_image
    return f", about {seconds:.0f} s left" if seconds < 90 else f", about {seconds / 60:.0f} min left"
