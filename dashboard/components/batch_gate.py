"""One picture of a batch that a gate held back, or that was scored against it."""

import streamlit as st

from core.domain import BatchItem
from core.errors import LesionwiseError
from dashboard import session
from dashboard.components.checks import plain
from dashboard.components.frame import show_error
from dashboard.components.gate import draw_override
from dashboard.components.waiting import take_turn
from dashboard.resources import get_gates, get_shelf
from dashboard.workflow.batch_gates import override_item
from dashboard.workflow.record import Record


def draw_held_back(item: BatchItem, model: str, record: Record) -> None:
    """Why the picture has no score, and the way round that, with a reason; `model` is the batch's network."""
    st.warning(f"**No score**\n\n{plain(item.reason)}", icon=":material/block:")
    reason = draw_override(key=f"item-{item.item_id}")
    if not reason:
        return
    try:
        classifier = get_shelf().get(model)
        with take_turn(classifier, "Classifying …"):
            override_item(
                item=item,
                reason=reason,
                classifier=classifier,
                gates=get_gates(model),
                reader=session.reader(),
                record=record,
            )
        st.rerun()
    except LesionwiseError as error:
        show_error(error)


def draw_overridden(item: BatchItem) -> None:
    """That a gate had held the picture back, and for which reason it was scored all the same."""
    if item.prediction is not None and item.reason:
        st.error(plain(item.reason), icon=":material/lock_open:")
