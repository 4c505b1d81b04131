"""What the clinician says to one picture of a batch: the first read, then the decision, by button or by one key."""

from typing import Literal, TypedDict

import streamlit as st

from core.domain import BatchItem
from core.errors import LesionwiseError
from core.taxonomy import Band, Confidence, Impression, ItemState
from dashboard import session
from dashboard.components.checks import plain
from dashboard.components.frame import show_error
from dashboard.components.words import BAND_REVIEW
from dashboard.workflow.batch_review import decide_item, defer_item, disagreement, save_items, sign_items
from dashboard.workflow.first_read import item_submission, keep_first_read, note_reveal, skip_first_read
from dashboard.workflow.record import Record

# One key each. Streamlit keeps C and R for itself, so Refer is F; while a field is typed into, keys are letters.
KEYS = {
    "malignant": "1",
    "benign": "2",
    "unsure": "3",
    "skip": "0",
    "agree": "A",
    "disagree": "D",
    "refer": "F",
    "defer": "L",
    "sign": "S",
    "previous": "P",
    "next": "N",
}


class _Kept(TypedDict):
    """What all buttons of a decision share."""

    width: Literal["stretch"]
    disabled: bool


def draw_first_read(item: BatchItem, record: Record) -> None:
    """The reader's own impression, which must be kept, or skipped, before the machine's result is there."""
    st.markdown("**Your first read**")
    st.caption("The machine's result stays hidden until your own impression is kept.")
    confidence = st.segmented_control(
        "How sure are you?",
        list(Confidence),
        default=Confidence.MODERATE,
        format_func=str.capitalize,
        key=f"sure-{item.item_id}",
        required=True,
    )
    said = None
    for impression in Impression:
        if st.button(impression.capitalize(), shortcut=KEYS[impression], width="stretch", type="primary"):
            said = impression
    is_skipped = st.button("Skip the first read", shortcut=KEYS["skip"], width="stretch", type="tertiary")
    submission, reader = item_submission(item.item_id), session.reader()
    try:
        if said is not None:
            keep_first_read(
                submission_id=submission,
                impression=said,
                confidence=confidence,
                diagnosis=None,
                reader=reader,
                record=record,
            )
        elif is_skipped:
            skip_first_read(submission_id=submission, reader=reader, record=record)
        if said is not None or is_skipped:
            note_reveal(submission_id=submission, record=record)  # which the next run is
            st.rerun()
    except LesionwiseError as error:
        show_error(error)


def draw_decision(item: BatchItem, record: Record) -> bool:
    """Agree, disagree, refer or defer, with a note; says whether a decision was kept just now."""
    if item.prediction is None:
        return False
    _draw_stand(item)
    note = st.text_input("Note", item.note, max_chars=2000, key=f"note-{item.item_id}", disabled=bool(item.signed_by))
    chosen, is_deferred = _draw_buttons(item.prediction.band, is_off=bool(item.signed_by))
    try:
        if chosen is not None:
            decide_item(item=item, assessment=chosen, note=note, reader=session.reader(), record=record)
        elif is_deferred:
            defer_item(item_id=item.item_id, note=note, record=record)
        return chosen is not None or is_deferred
    except LesionwiseError as error:
        show_error(error)
        return False


def draw_keeping(batch_id: int, item: BatchItem, record: Record) -> bool:
    """Save the case, sign it off, or open it once it is saved; says whether it was signed just now."""
    reader = session.reader()
    is_open = bool(reader) and item.assessment is not None and not item.signed_by
    why_not = "" if reader else "Choose your name at the top first: a sign-off is kept with it."
    save, sign = st.columns(2)
    is_saved = save.button(
        "Save this case", icon=":material/save:", width="stretch", disabled=item.state is not ItemState.SCORED
    )
    is_signed = sign.button(
        "Sign off",
        shortcut=KEYS["sign"],
        icon=":material/draw:",
        width="stretch",
        disabled=not is_open,
        help=why_not or None,
    )
    try:
        if is_signed:
            sign_items(batch_id=batch_id, item_ids=[item.item_id], reader=reader, record=record)
        elif is_saved:
            save_items(batch_id=batch_id, item_ids=[item.item_id], reader=reader, record=record)
            session.flash("The case is saved.")
            st.rerun()
    except LesionwiseError as error:
        show_error(error)
        is_signed = False
    if item.case_id is not None:
        query, label = {"case": str(item.case_id)}, f"Saved as case {item.case_id}: open it"
        st.page_link("../pages/case.py", label=label, icon=":material/badge:", query_params=query)
    return is_signed


def _draw_buttons(band: Band, *, is_off: bool) -> tuple[Band | None, bool]:
    """The decision that was pressed, and whether it was put off."""
    other, keep = disagreement(band), _Kept(width="stretch", disabled=is_off)
    left, right = st.columns(2)
    agrees = left.button(f"Agree: {BAND_REVIEW[band]}", shortcut=KEYS["agree"], type="primary", **keep)
    disagrees = right.button(f"Disagree: {BAND_REVIEW[other]}", shortcut=KEYS["disagree"], **keep)
    refers = left.button("Refer", shortcut=KEYS["refer"], **keep)
    is_deferred = right.button("Defer", shortcut=KEYS["defer"], **keep)
    chosen = band if agrees else other if disagrees else Band.REFER if refers else None
    return chosen, is_deferred


def _draw_stand(item: BatchItem) -> None:
    """What is decided so far."""
    if item.signed_by:
        st.badge(f"Signed off by {item.signed_by}", icon=":material/verified:")
    if item.is_deferred:
        st.caption(":material/schedule: Deferred")
    elif item.assessment is not None and item.prediction is not None:
        verb = "agreed" if item.assessment is item.prediction.band else "decided otherwise"
        who = "You" if item.decided_by in ("", session.reader()) else plain(item.decided_by)
        st.caption(f":material/check: {who} {verb}: {BAND_REVIEW[item.assessment]}")
