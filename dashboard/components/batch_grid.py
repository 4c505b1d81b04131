"""The pictures of a batch as tiles, a page of them at a time, to be opened or picked; and the files without a score."""

import html

import streamlit as st

from core.domain import BatchItem, BatchSummary
from core.taxonomy import BatchMode, BatchState, ItemState
from dashboard import session
from dashboard.components.private import or_hidden, private_html
from dashboard.components.result import chip
from dashboard.components.thumbnail import thumbnail_html
from dashboard.components.words import BAND_REVIEW, percent, plural
from dashboard.workflow.batch_review import BatchPage, load_page
from dashboard.workflow.record import Record
from db.repositories.batch_rows import WorklistPart

PER_PAGE = 24
_TILE_PX = 176  # six in a row of 1280 px, four on a tablet of 820
PART_LABEL: dict[WorklistPart, str] = {
    "scored": "All",
    "open": "To decide",
    "deferred": "Deferred",
    "decided": "Decided",
    "signed": "Signed off",
    "gated": "Held back",
}


def choose_part() -> WorklistPart:
    """Which part of the worklist is shown; kept while pictures of it are opened."""
    return st.segmented_control(
        "Show",
        list(PART_LABEL),
        default="scored",
        format_func=PART_LABEL.__getitem__,
        key=session.BATCH_PART,
        required=True,
        persist_state="page",
        label_visibility="collapsed",
        on_change=session.forget_batch_page,
    )


def draw_pager(n_part: int) -> None:
    """The number of the page that is shown; nothing where there is one."""
    n_pages = max(1, -(-n_part // PER_PAGE))
    session.keep_batch_page_below(n_pages)
    if n_pages > 1:
        st.number_input(f"Page, of {n_pages}", 1, n_pages, 1, key=session.BATCH_PAGE, persist_state="page", width=140)


def draw_grid(page: BatchPage, record: Record) -> None:
    """One page of the pictures, each with its state, a box to pick it and a button to open it."""
    if not page.items:
        is_first = page.summary.state is BatchState.RUNNING and session.batch_part() == "scored"
        sentence = "The first pictures come here once they are scored." if is_first else "Nothing here."
        st.info(sentence, icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        ids = [item.item_id for item in page.items]
        st.button("Select this page", icon=":material/select_all:", on_click=session.pick_items, args=(ids,))
        st.button("Select none", icon=":material/deselect:", on_click=session.clear_picked_items)
    with st.container(horizontal=True):
        for item in page.items:
            with st.container(border=True, gap="xxsmall", width=_TILE_PX):
                _draw_tile(item, page.summary, record)


def draw_rejected(batch_id: int, record: Record) -> None:
    """The files that got no score, each with its reason."""
    found = load_page(batch_id=batch_id, part="rejected", page=0, page_size=1000, record=record)
    if found.items:
        st.markdown(f"**{plural(found.n_part, 'file')} without a score**")
        rows = [{"File": or_hidden(item.filename), "Reason": item.reason} for item in found.items]
        st.dataframe(rows, hide_index=True, width="stretch")


def _draw_tile(item: BatchItem, summary: BatchSummary, record: Record) -> None:
    if item.image is None:
        return
    stored, alt = item.image, f"Picture {item.position + 1} of the batch"
    picture = thumbnail_html(blob_sha256=stored.blob_sha256, orientation=stored.orientation, alt=alt, record=record)
    title = html.escape(or_hidden(item.filename))
    st.html(
        f'{picture}<div style="margin-top:.4rem">{_result(item, summary)}</div>'
        f'<div class="lw-ellipsis" style="font-size:.78rem" title="{title}">{private_html(item.filename)}</div>'
        f'<div class="lw-ellipsis" style="font-size:.78rem;opacity:.8">{_where_it_stands(item)}</div>'
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.checkbox(
            f"Select {item.filename}",
            key=session.pick_key(item.item_id),
            label_visibility="collapsed",
            persist_state="page",
            width=24,
        )
        is_opened = st.button("Open", key=f"open-{item.item_id}", width="stretch")
    if is_opened:
        st.query_params["item"] = str(item.item_id)
        st.rerun()


def _result(item: BatchItem, summary: BatchSummary) -> str:
    if item.state is ItemState.REJECTED:
        return "No score"
    if item.prediction is None:
        return "Not read yet" if summary.mode is BatchMode.BLIND else ""
    return f"{chip(item.prediction.band)} <b>{percent(item.prediction.malignant_probability)}</b>"


def _where_it_stands(item: BatchItem) -> str:
    if item.state is ItemState.REJECTED:
        return f'<span title="{html.escape(item.reason)}">{html.escape(item.reason)}</span>'
    words = "Deferred" if item.is_deferred else BAND_REVIEW[item.assessment] if item.assessment else "To decide"
    if item.signed_by:
        words += f" ✓ {html.escape(item.signed_by)}"
    patient = " · ".join(filter(None, (item.assigned.pseudonym, item.assigned.lesion_label)))
    return f"{private_html(patient)} · {words}" if patient else words
