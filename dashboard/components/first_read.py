"""The reader's impression before the machine's result, and the assessment after it."""

import streamlit as st

from core.domain import CaseRecord, FinalAssessment, FirstRead
from core.errors import LesionwiseError
from core.taxonomy import Band, Confidence, Diagnosis, Impression, ReadMode
from dashboard import session
from dashboard.components.frame import show_error
from dashboard.components.words import BAND_REVIEW, diagnosis_label, local_time
from dashboard.resources import get_practice, get_record
from dashboard.workflow.cases import find_earlier_cases
from dashboard.workflow.first_read import FinalReading, is_from_batch, keep_first_read, skip_first_read

_KEEP, _SKIP = "Keep my impression", "Skip"


def draw_first_read(intake: session.Intake) -> bool:
    """The form, or what was kept by it; gives whether the picture may be classified now."""
    if intake.first_read is not None:
        st.info(first_sentence(intake.first_read), icon=":material/lock:")
        return True
    if not get_practice().is_blind:
        return True
    _warn_of_earlier(intake)
    key = f"first-read-{intake.submission_id}"
    with st.form(key):
        st.markdown("**Your first read**, before the machine's")
        kinds, levels = list(Impression), list(Confidence)  # their keys give them their place before they are loaded
        impression = st.segmented_control("Impression", kinds, format_func=str.capitalize, key=f"impression-{key}")
        confidence = st.segmented_control("Confidence", levels, format_func=str.capitalize, key=f"confidence-{key}")
        diagnosis = _diagnosis("Diagnosis, if you have one", None, key=f"diagnosis-{key}")
        with st.container(horizontal=True, gap="small"):
            is_kept = st.form_submit_button(_KEEP, type="primary", icon=":material/lock:")
            is_skipped = st.form_submit_button(_SKIP, help="Kept as a skip: this case is no part of the agreement.")
    if is_kept and impression is None:
        st.warning("Choose your impression first, or skip.", icon=":material/info:")
    elif is_kept or is_skipped:
        _keep(intake, None if is_skipped else impression, confidence, diagnosis)
    return False


def _warn_of_earlier(intake: session.Intake) -> None:
    if intake.image is None:
        return
    saved = find_earlier_cases(upload_sha256=intake.image.sha256, record=get_record())
    earlier = [case.case_id for case in reversed(saved) if case.reader == session.reader()]
    if earlier:
        numbers = "case " + ", ".join(map(str, earlier))
        st.warning(
            f"You saved this picture before, as {numbers}, with its result: a read now is not blind, and does not "
            "count in the agreement.",
            icon=":material/content_copy:",
        )


def draw_final(intake: session.Intake) -> None:
    """The assessment with the machine's result in view; saving the case keeps it."""
    if intake.first_read is not None:
        st.caption(first_sentence(intake.first_read))
    final, key = intake.final, f"final-{intake.submission_id}"
    chosen = st.segmented_control(
        "Your final assessment", list(Impression), default=final.impression, format_func=str.capitalize, key=key
    )
    decision = st.segmented_control(
        "Next step", list(Band), default=final.decision, format_func=BAND_REVIEW.__getitem__, key=f"{key}-decision"
    )
    final.impression, final.decision = chosen, decision
    final.diagnosis = _diagnosis("Final diagnosis, if you have one", final.diagnosis, key=f"{key}-diagnosis")
    first = intake.first_read.impression_of(session.reader()) if intake.first_read else None
    if chosen and first and chosen != first:
        st.caption(f":material/swap_horiz: A change from {first} to {chosen}; it is kept as a switch.")


def final_of(intake: session.Intake) -> FinalReading | None:
    """The final assessment, where one was chosen. Raises LesionwiseError where only what goes with it was."""
    said = intake.final
    if said.impression is not None:
        return FinalReading(intake.submission_id, said.impression, said.diagnosis, said.decision, session.reader())
    if said.decision is None and said.diagnosis is None:
        return None
    raise LesionwiseError(
        "Nothing was saved: a next step or a final diagnosis goes with your final assessment, which is missing.",
        "Choose malignant, benign or unsure, and save again.",
    )


def draw_reads(case: CaseRecord) -> None:
    """What the reader thought of a saved case, before and after."""
    st.markdown("**First read and final assessment**")
    first = case.first_read
    st.text(first_sentence(first) if first else "No first read was asked for.")
    if first is not None and first.revealed_at is not None:
        st.text(f"The machine's result was shown at {local_time(first.revealed_at)}.")
    for final in case.finals:
        st.text(_final_sentence(final))


def first_sentence(read: FirstRead) -> str:
    """A first read in words."""
    when = f"{read.reader or 'nobody named'}, {local_time(read.kept_at)}"
    if read.mode is ReadMode.SKIPPED or read.impression is None:
        return f"First read: skipped ({when})."
    confidence = f", {read.confidence} confidence" if read.confidence else ""
    diagnosis = f", {diagnosis_label(read.diagnosis).lower()}" if read.diagnosis else ""
    return f"First read: {read.impression}{confidence}{diagnosis} ({when})."


def _final_sentence(final: FinalAssessment) -> str:
    is_read = is_from_batch(final.submission_id)
    parts = [f"{final.impression} (read from the decision)" if is_read else str(final.impression)]
    parts += [diagnosis_label(final.diagnosis).lower()] if final.diagnosis else []
    parts += [BAND_REVIEW[final.decision].lower()] if final.decision else []
    switch = "; a switch from the first read" if final.is_switch else ""
    who = f"{final.reader or 'nobody named'}, {local_time(final.assessed_at)}"
    return f"Final: {', '.join(parts)}{switch} ({who})."


def _diagnosis(label: str, current: Diagnosis | None, *, key: str) -> Diagnosis | None:
    kinds = list(Diagnosis)
    index = kinds.index(current) if current else None
    return st.selectbox(label, kinds, index, format_func=diagnosis_label, placeholder="None", key=key)


def _keep(
    intake: session.Intake, impression: Impression | None, confidence: Confidence | None, diagnosis: Diagnosis | None
) -> None:
    submission_id, reader, record = intake.submission_id, session.reader(), get_record()
    try:
        if impression is None:
            intake.first_read = skip_first_read(submission_id=submission_id, reader=reader, record=record)
        else:
            intake.first_read = keep_first_read(
                submission_id=submission_id,
                impression=impression,
                confidence=confidence,
                diagnosis=diagnosis,
                reader=reader,
                record=record,
            )
        st.rerun()
    except LesionwiseError as error:
        show_error(error)
