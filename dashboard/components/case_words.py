"""What is known of the lesion of a saved case: fields to correct it or, once it is signed off, what is locked."""

import streamlit as st

from core.domain import CaseRecord, SignOff
from core.errors import LesionwiseError
from dashboard import session
from dashboard.components.body_map import warn_untrained
from dashboard.components.case_form import draw_hints, draw_words, to_draft
from dashboard.components.frame import show_error
from dashboard.components.tables import draw_table
from dashboard.components.words import local_time
from dashboard.lesion_words import words_of
from dashboard.workflow.cases import update_case
from dashboard.workflow.record import Record
from dashboard.workflow.report_parts import about_rows
from dashboard.workflow.sign_off import load_sign_off, reopen_case

_MIN_REASON = 5  # letters: a reason is a word at least


def draw_case_words(case: CaseRecord, record: Record) -> None:
    """The fields of an open case, the locked words of one that is signed off."""
    st.markdown("**About this lesion**")
    signed = load_sign_off(case_id=case.case_id, record=record)
    if signed is None:
        _draw_fields(case, record)
    else:
        _draw_locked(case, signed, record)


def _draw_fields(case: CaseRecord, record: Record) -> None:
    words = session.case_words(case)
    draw_words(words, key=session.case_words_key(case.case_id))
    warn_untrained(words.anatom_site, words.body_region)
    draw_hints(words, case.filename, ())
    begun_from = session.case_begun_from(case)
    if words_of(begun_from) != words_of(case):
        st.warning("Somebody else changed this case since you began. Saving would undo that.", icon=":material/group:")
        st.button("Show what is stored now", on_click=session.show_stored_words, args=(case.case_id,))
    if not st.button("Save changes", icon=":material/save:"):
        return
    try:
        draft = to_draft(words, submission_id=case.submission_id, filename=case.filename)
        update_case(case_id=case.case_id, draft=draft, who=session.reader(), record=record, begun_from=begun_from)
        session.forget_case_words(case.case_id)
        session.flash("The changes are saved.")
        st.rerun()
    except LesionwiseError as error:
        show_error(error)


def _draw_locked(case: CaseRecord, signed: SignOff, record: Record) -> None:
    session.forget_case_words(case.case_id)
    with st.container(key="private-locked"):
        draw_table([], [*about_rows(case), *([("Notes", case.notes)] if case.notes else [])], is_wide=False)
    warn_untrained(case.anatom_site, case.body_region)
    st.text(f"Signed off by {signed.signed_by}, {local_time(signed.signed_at)}")  # a badge reads a name as Markdown
    st.caption(
        ":material/lock: Locked. Reviews, the confirmed diagnosis and recalls can be added, each with name and time."
    )
    with st.popover("Reopen to correct it …", icon=":material/lock_open:"):
        _draw_reopening(case, record)


def _draw_reopening(case: CaseRecord, record: Record) -> None:
    who = session.reader()
    if not who:
        st.caption("Choose your name at the top first: it is kept with the reason.")
    reason = st.text_input("Reason", key="reopen-note", max_chars=300)
    st.caption("The sign-off is taken back; who had signed, and your reason, stay in the audit trail.")
    if st.button("Reopen", disabled=not who or len(reason.strip()) < _MIN_REASON):
        try:
            reopen_case(case_id=case.case_id, reason=reason, who=who, record=record)
            session.flash(f"Case {case.case_id} is open again. Sign it off once it is right.")
            st.rerun()
        except LesionwiseError as error:
            show_error(error)
