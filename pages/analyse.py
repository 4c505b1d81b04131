"""Upload a picture, classify it, look at the heat map, save the case."""

import time

import streamlit as st

from core.domain import CaseDraft, CaseRecord, Checks, Heatmap
from core.errors import LesionwiseError, PictureGated
from dashboard import session
from dashboard.components.case_form import draw_hints, draw_words, to_draft
from dashboard.components.checks import draw_details, draw_warnings
from dashboard.components.closer import draw_closer
from dashboard.components.differential import draw_differential
from dashboard.components.first_read import draw_final, draw_first_read, final_of
from dashboard.components.frame import show_error, show_use_line
from dashboard.components.gate import draw_checklist, draw_gate
from dashboard.components.intake import caption_of, draw_first_start, draw_strip, draw_uploader, take_uploads
from dashboard.components.result import draw_evidence, draw_result
from dashboard.components.uncertainty_view import draw_uncertainty
from dashboard.components.viewer import draw_switches, draw_viewer, find_heatmap, offer_overlay, split_page
from dashboard.components.waiting import take_turn
from dashboard.lesion_words import take_known_place
from dashboard.resources import get_card, get_gates, get_practice, get_record, get_shelf
from dashboard.workflow.analyse import analyse_upload
from dashboard.workflow.cases import list_lesions, load_case, save_case, update_case
from dashboard.workflow.checks import with_concerns
from dashboard.workflow.first_read import FinalReading, keep_final, note_reveal
from dashboard.workflow.refusals import count_refusal


@st.fragment
def draw_classify(intake: session.Intake) -> None:
    """The button that scores the picture, or why it cannot be pressed; until then there is no result anywhere."""
    is_read, model = draw_first_read(intake), get_practice().model
    trouble = None
    try:
        get_card(model)
    except LesionwiseError as error:
        trouble = error
    if intake.gated is not None:
        reason = draw_gate(intake.gated, key=intake.submission_id)
        trouble = score_or_rerun(intake, model, reason) if reason else trouble
    label, icon = "Classify Skin Lesion", ":material/biotech:"
    is_shut = trouble is not None or intake.gated is not None or not is_read
    if st.button(label, type="primary", icon=icon, width="stretch", disabled=is_shut):
        trouble = score_or_rerun(intake, model)
    if trouble is not None:
        show_error(trouble)
    opens = "" if is_read else "The button opens once your impression is kept, or skipped. "
    st.caption(f"{opens}The picture gets no score until you press the button.")


def score_or_rerun(intake: session.Intake, model: str, override_reason: str = "") -> LesionwiseError:
    """Assess the picture and draw the page anew; gives what went wrong if anything did."""
    trouble = score(intake, model, override_reason)
    if trouble is None:
        st.rerun()
    return trouble


def score(intake: session.Intake, model: str, override_reason: str) -> LesionwiseError | None:
    """Assess the picture; what a gate found is kept and counted, anything else that went wrong is given."""
    try:
        classifier = get_shelf().get(model)
        with take_turn(classifier, "Classifying …"):
            analysis = analyse_upload(
                upload=intake.upload,
                classifier=classifier,
                image=intake.image,
                submission_id=intake.submission_id,
                gates=get_gates(model),
                override_reason=override_reason,
            )
        note_reveal(submission_id=intake.submission_id, record=get_record())
        intake.analysis, intake.gated = analysis, None
    except PictureGated as error:
        return keep_gated(intake, error.checks, model)
    except LesionwiseError as error:
        return error
    return None


def keep_gated(intake: session.Intake, checks: Checks, model: str) -> LesionwiseError | None:
    """Show why the picture is held back, and count it; gives why that could not be written."""
    assert intake.image is not None
    intake.gated = checks
    sha256, reader = intake.image.sha256, session.reader()
    try:
        count_refusal(upload_sha256=sha256, checks=checks, card=get_card(model), reader=reader, record=get_record())
    except LesionwiseError as error:
        return error
    return None


def draw_assessment(intake: session.Intake, state: session.AnalyseState) -> Heatmap | None:
    """The result, the switches of the heat map and the save button; gives the map that is to be shown."""
    assert intake.analysis is not None and intake.image is not None
    prediction, heatmap = intake.analysis.prediction, None
    draw_result(prediction)
    draw_uncertainty(prediction, intake.image)
    draw_warnings(intake.analysis.checks)
    try:
        draw_switches(state, get_card(prediction.model.name).heatmap_methods, key="analyse")
        if state.is_map_shown:
            heatmap = find_heatmap(get_shelf(), prediction.model.name, intake.image, state.method)
    except LesionwiseError as error:
        show_error(error)
    draw_final(intake)
    draw_save(intake)
    if heatmap is not None:
        offer_overlay(intake.image, heatmap, state.opacity, f"{intake.upload.filename}-{state.method}.png")
    draw_evidence(prediction)
    draw_differential(prediction.differential)
    draw_details(intake.analysis.checks, intake.image)
    return heatmap


def draw_save(intake: session.Intake) -> None:
    """Save the case, or the changed words of a saved one; what was typed stays where it is if that fails."""
    assert intake.analysis is not None
    draft = to_draft(intake.words, submission_id=intake.analysis.submission_id, filename=intake.upload.filename)
    label = "Save case" if intake.saved_case_id is None else "Save changes"
    if st.button(label, type="primary", icon=":material/save:", width="stretch"):
        try:
            final = final_of(intake)
            if intake.saved_case_id is None:
                if final is not None:
                    keep_final(final=final, record=get_record())
                intake.saved_case_id = save_case(draft=draft, analysis=intake.analysis, record=get_record())
            else:
                change_case(intake.saved_case_id, draft, intake.saved, final)
            intake.saved, _ = load_case(case_id=intake.saved_case_id, record=get_record())
            session.flash(f"Case {intake.saved_case_id} is saved, {time.strftime('%H:%M:%S')}.")  # or two were one
            st.rerun()
        except LesionwiseError as error:
            show_error(error)
    if intake.saved_case_id is not None:
        link = {"case": str(intake.saved_case_id)}
        label = f"Saved as case {intake.saved_case_id}: open it"
        st.page_link("../pages/case.py", label=label, icon=":material/badge:", query_params=link)


def change_case(case_id: int, draft: CaseDraft, begun_from: CaseRecord | None, final: FinalReading | None) -> None:
    """Change what is said of a saved case, unless somebody else did so since this page saved it."""
    update_case(
        case_id=case_id, draft=draft, who=session.reader(), record=get_record(), begun_from=begun_from, final=final
    )


state = session.analyse_state()
take_uploads(state)
intake = state.current
left, right = split_page(intake.image if intake is not None else None)
with left:
    above = st.container()
    draw_uploader(state, "Upload dermoscopic images" if intake is None else "Add pictures")
if intake is None:
    with right:
        draw_first_start(state, is_blind=get_practice().is_blind)
    show_use_line()
    st.stop()

with above:
    viewer = st.container(gap="xsmall")
    draw_strip(state)
    st.markdown("**About this lesion**")
    lesions = list_lesions(pseudonym=intake.words.pseudonym.strip(), record=get_record())
    take_known_place(intake.words, lesions)
    draw_words(intake.words, key=f"words-{state.selected}")
    draw_hints(intake.words, intake.upload.filename, lesions)
    draw_checklist(intake)
heatmap = None
with right:
    if intake.image is None:
        st.error(f"{intake.rejection}  \n**What to do:** {intake.next_step}", icon=":material/block:")
    elif intake.analysis is None:
        draw_classify(intake)
    else:
        intake.analysis = with_concerns(intake.analysis, intake.concerns)
        heatmap = draw_assessment(intake, state)
with viewer:
    if intake.image is not None:
        draw_viewer(intake.image, heatmap, opacity=state.opacity, is_beside=state.is_beside, caption=caption_of(intake))
        if intake.analysis is not None:
            given, sha256 = intake.analysis.prediction, intake.image.sha256
            draw_closer(given, intake.image, upload_sha256=sha256, key=intake.submission_id, method=state.method)
show_use_line()
