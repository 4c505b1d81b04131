"""One picture of a batch, opened: as on the Analyse page, with the decision and the way to the next one."""

import streamlit as st

from core.domain import BatchItem, Heatmap, LesionImage
from core.errors import LesionwiseError
from core.taxonomy import ItemState
from dashboard import session
from dashboard.components.batch_decision import KEYS, draw_decision, draw_first_read, draw_keeping
from dashboard.components.batch_gate import draw_held_back, draw_overridden
from dashboard.components.batch_grid import PART_LABEL
from dashboard.components.body_map import warn_untrained
from dashboard.components.differential import draw_differential
from dashboard.components.frame import show_error
from dashboard.components.private import private_html
from dashboard.components.result import draw_evidence, draw_result
from dashboard.components.viewer import draw_switches, draw_viewer, find_heatmap, split_page
from dashboard.resources import get_card, get_practice, get_shelf
from dashboard.workflow.batch_review import OpenedItem, open_item
from dashboard.workflow.cases import read_stored
from dashboard.workflow.record import Record


def draw_item(batch_id: int, item_id: int, record: Record) -> None:
    """The opened picture. Raises RecordNotFound where the batch has no such scored picture."""
    opened = open_item(batch_id=batch_id, item_id=item_id, part=session.batch_part(), record=record)
    item = opened.item
    _draw_neighbours(opened)
    if item.image is None:
        return
    state = session.case_map_state()
    image = read_stored(record, item.image.blob_sha256, item.image.orientation)
    left, right = split_page(image)
    with right:
        warn_untrained(item.assigned.anatom_site, None)
        if item.state is ItemState.REJECTED:
            draw_held_back(item, opened.summary.model_name or get_practice().model, record)
            heatmap = None
        elif item.prediction is None:
            draw_first_read(item, record)
            heatmap = None
        else:
            heatmap = _draw_result(opened, image, state, record)
    with left:
        caption = f"{_words(item)} · {image.width_px} x {image.height_px} px"
        draw_viewer(image, heatmap, opacity=state.opacity, is_beside=state.is_beside, caption=caption)


def _draw_result(opened: OpenedItem, image: LesionImage, state: session.AnalyseState, record: Record) -> Heatmap | None:
    item = opened.item
    if item.prediction is None:
        return None
    draw_result(item.prediction)
    draw_overridden(item)
    if draw_decision(item, record) or draw_keeping(opened.summary.batch_id, item, record):
        _open(opened.next_id)
    heatmap = _heatmap(item, image, state)
    draw_evidence(item.prediction)
    draw_differential(item.prediction.differential)
    return heatmap


def _draw_neighbours(opened: OpenedItem) -> None:
    part = PART_LABEL[session.batch_part()]
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Back to the batch", icon=":material/arrow_back:"):
            _open(None)
        if st.button("Previous", shortcut=KEYS["previous"], disabled=opened.previous_id is None):
            _open(opened.previous_id)
        st.markdown(f"{opened.place + 1} of {opened.n_part} ({part})")
        if st.button("Next", shortcut=KEYS["next"], disabled=opened.next_id is None):
            _open(opened.next_id)


def _open(item_id: int | None) -> None:
    """Show another picture, or the batch after the last one."""
    if item_id is None:
        del st.query_params["item"]
    else:
        st.query_params["item"] = str(item_id)
    st.rerun()


def _words(item: BatchItem) -> str:
    """File name and patient, as HTML."""
    said = item.assigned
    names = map(private_html, (item.filename, said.pseudonym, said.lesion_label))
    return " · ".join(filter(None, (*names, said.anatom_site)))


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
