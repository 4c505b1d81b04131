"""The clinician's review of a case, and its confirmed diagnosis."""

import html

import streamlit as st

from core.domain import CaseRecord, ConfirmedDiagnosis, Review
from core.errors import LesionwiseError
from core.taxonomy import Band, ConfirmType, Diagnosis
from dashboard import session
from dashboard.components.frame import show_error
from dashboard.components.words import BAND_REVIEW, local_time
from dashboard.workflow.cases import confirm_diagnosis, review_case
from dashboard.workflow.record import Record, utc_now


def draw_review(case: CaseRecord, record: Record) -> None:
    """Earlier reviews, and a form for a new one."""
    st.markdown("**Review**")
    for review in case.reviews:
        st.text(
            f"{BAND_REVIEW[review.assessment]} ({review.reviewer or 'nobody named'}, {local_time(review.reviewed_at)})"
        )
        _show_private(review.note)
    with st.form("review", clear_on_submit=True):
        band = st.segmented_control("Your assessment", list(Band), format_func=BAND_REVIEW.__getitem__)
        note = st.text_input("Note", max_chars=2000, key="private-review")
        is_sent = st.form_submit_button("Save review", icon=":material/rate_review:")
    if is_sent and band is None:
        st.warning("Choose your assessment first.", icon=":material/info:")
    elif is_sent and band is not None:
        try:
            review_case(
                case_id=case.case_id, review=Review(band, note.strip(), session.reader(), utc_now()), record=record
            )
            session.flash("The review is saved.")
            st.rerun()
        except LesionwiseError as error:
            show_error(error)


def draw_diagnosis(case: CaseRecord, record: Record) -> None:
    """The confirmed diagnosis, and a form to set or correct it."""
    st.markdown("**Confirmed diagnosis**")
    if case.diagnosis:
        st.text(confirmed_sentence(case.diagnosis))
        _show_private(case.diagnosis.note)
    with st.form("diagnosis", clear_on_submit=True):
        diagnosis = st.selectbox("Diagnosis", list(Diagnosis), None, format_func=str.capitalize, placeholder="Choose")
        malignant = st.segmented_control("The lesion is", ["benign", "malignant"])
        confirm = st.selectbox(
            "Confirmed by", list(ConfirmType), None, format_func=str.capitalize, placeholder="Choose"
        )
        day = st.date_input("Date", None, format="YYYY-MM-DD")
        note = st.text_input("Pathology text", max_chars=2000, key="private-pathology")
        is_sent = st.form_submit_button("Save diagnosis", icon=":material/verified:")
    if not is_sent:
        return
    if diagnosis is None or malignant is None or confirm is None:
        st.warning("Choose diagnosis, benign or malignant, and how it was confirmed.", icon=":material/info:")
        return
    try:
        confirmed = ConfirmedDiagnosis(
            diagnosis=diagnosis,
            is_malignant=malignant == "malignant",
            confirm_type=confirm,
            confirmed_on=day,
            note=note.strip(),
            recorded_by=session.reader(),
            recorded_at=utc_now(),
        )
        confirm_diagnosis(case_id=case.case_id, diagnosis=confirmed, record=record)
        session.flash("The diagnosis is saved.")
        st.rerun()
    except LesionwiseError as error:
        show_error(error)


def confirmed_sentence(known: ConfirmedDiagnosis) -> str:
    """What a lesion turned out to be, how and when that was confirmed, and who recorded it."""
    kind = "malignant" if known.is_malignant else "benign"
    day = f" of {known.confirmed_on:%d %b %Y}" if known.confirmed_on else ""
    who = f"{known.recorded_by or 'nobody named'}, {local_time(known.recorded_at)}"
    return f"{known.diagnosis.capitalize()} ({kind}), by {known.confirm_type}{day} ({who})"


def _show_private(words: str) -> None:
    """A note below what it belongs to, hidden with the names."""
    if words:
        st.html(f'<div class="lw-private lw-note">{html.escape(words)}</div>')
