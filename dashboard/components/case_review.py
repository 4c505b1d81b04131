"""The clinician's review of a case, and its confirmed diagnosis."""

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
        note = f": {review.note}" if review.note else ""
        who = review.reviewer or "nobody named"
        st.text(f"{BAND_REVIEW[review.assessment]}{note} ({who}, {local_time(review.reviewed_at)})")
    with st.form("review", clear_on_submit=True):
        band = st.segmented_control("Your assessment", list(Band), format_func=BAND_REVIEW.__getitem__)
        note = st.text_input("Note", max_chars=2000)
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
        kind = "malignant" if case.diagnosis.is_malignant else "benign"
        st.text(f"{case.diagnosis.diagnosis.capitalize()} ({kind}), by {case.diagnosis.confirm_type}")
    with st.form("diagnosis", clear_on_submit=True):
        diagnosis = st.selectbox("Diagnosis", list(Diagnosis), None, format_func=str.capitalize, placeholder="Choose")
        malignant = st.segmented_control("The lesion is", ["benign", "malignant"])
        confirm = st.selectbox(
            "Confirmed by", list(ConfirmType), None, format_func=str.capitalize, placeholder="Choose"
        )
        day = st.date_input("Date", None, format="YYYY-MM-DD")
        note = st.text_input("Pathology text", max_chars=2000)
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
