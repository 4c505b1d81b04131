"""One picture of a batch, opened: as on the Analyse page, with the decision and the neighbours by risk."""

import html

import streamlit as st

from core.domain import BatchItem, Heatmap, LesionImage
from core.errors import LesionwiseError, RecordNotFound
from dashboard import session
from dashboard.components.batch_view import draw_decision
from dashboard.components.differential import draw_differential
from dashboard.components.frame import show_error
from dashboard.components.result import draw_evidence, draw_result
from dashboard.components.viewer import draw_switches, draw_viewer, find_heatmap, split_page
from dashboard.resources import get_card, get_shelf
from dashboard.workflow.batches import load_batch, save_items
from dashboard.workflow.cases import read_stored
from dashboard.workflow.record import Record


def draw_item(batch_id: int, item_id: int, record: Record) -> None:
    """The opened picture. Raises RecordNotFound where the batch has no such scored picture."""
    _, items = load_batch(batch_id=batch_id, record=record)
    scored = [item for item in items if item.prediction is not None]
    place = next((n for n, item in enumerate(scored) if item.item_id == item_id), None)
    if place is None:
        raise RecordNotFound(f"Batch {batch_id} has no scored picture {item_id}.")
    item = scored[place]
    _draw_neighbours(scored, place)
    state = session.case_map_state()
    if item.image is None or item.prediction is None:
        return
    image = read_stored(record, item.image.blob_sha256, item.image.orientation)
    left, right = split_page(image)
    with right:
        draw_result(item.prediction)
        heatmap = _heatmap(item, image, state)
        draw_decision(item, record)
        _draw_save(batch_id, item, record)
        draw_evidence(item.prediction)
        draw_differential(item.prediction.differential)
    with left:
        caption = f"{html.escape(item.filename)} · {image.width_px} x {image.height_px} px"
        draw_viewer(image, heatmap, opacity=state.opacity, is_beside=state.is_beside, caption=caption)


def _draw_neighbours(scored: list[BatchItem], place: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Back to the batch", icon=":material/arrow_back:"):
            del st.query_params["item"]
            st.rerun()
        if st.button("Higher risk", icon=":material/chevron_left:", disabled=place == 0):
            _open(scored[place - 1])
        st.markdown(f"{place + 1} of {len(scored)} by risk")
        if st.button("Lower risk", icon=":material/chevron_right:", disabled=place + 1 == len(scored)):
            _open(scored[place + 1])


def _open(item: BatchItem) -> None:
    st.query_params["item"] = str(item.item_id)
    st.rerun()


def _heatmap(item: BatchItem, image: LesionImage, state: session.AnalyseState) -> Heatmap | None:
    """The map of the network that scored the picture, where that is still the installed one."""
    if item.prediction is None:
        return None
    stored = item.prediction.model
    try:
        card = get_card(stored.name)
        if card.weights_sha256 != stored.weights_sha256:
            st.caption(f"No heat map: {stored.name} {stored.version} is not installed any more.")
            return None
        draw_switches(state, card.heatmap_methods, key="batch")
        return find_heatmap(get_shelf(), stored.name, image, state.method) if state.is_map_shown else None
    except LesionwiseError as error:
        show_error(error)
        return None


def _draw_save(batch_id: int, item: BatchItem, record: Record) -> None:
    if item.case_id is not None:
        query = {"case": str(item.case_id)}
        label = f"Saved as case {item.case_id}: open it"
        st.page_link("../pages/case.py", label=label, icon=":material/badge:", query_params=query)
        return
    if st.button("Save this case", type="primary", icon=":material/save:", width="stretch"):
        try:
            save_items(batch_id=batch_id, item_ids=[item.item_id], reader=session.reader(), record=record)
            session.flash("The case is saved.")
            st.rerun()
        except LesionwiseError as error:
            show_error(error)
