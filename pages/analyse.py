"""Upload a picture, classify it, look at the heat map, save the case."""

import streamlit as st

from core.domain import Heatmap
from core.errors import LesionwiseError
from dashboard import session
from dashboard.components.case_form import draw_words, to_draft
from dashboard.components.differential import draw_differential
from dashboard.components.frame import show_error, show_use_line
from dashboard.components.intake import LIMITS, caption_of, draw_first_start, draw_strip, draw_uploader
from dashboard.components.result import draw_evidence, draw_quality, draw_result
from dashboard.components.viewer import draw_switches, draw_viewer, find_heatmap, offer_overlay, split_page
from dashboard.resources import get_card, get_practice, get_record, get_shelf
from dashboard.workflow.analyse import analyse_upload
from dashboard.workflow.cases import save_case, update_case


def draw_classify(intake: session.Intake) -> None:
    """The button that scores the picture, or why it cannot be pressed."""
    model = get_practice().model
    trouble = None
    try:
        get_card(model)
    except LesionwiseError as error:
        trouble = error
    label, icon = "Classify Skin Lesion", ":material/biotech:"
    if st.button(label, type="primary", icon=icon, width="stretch", disabled=trouble is not None):
        try:
            with st.spinner("Classifying …"):
                classifier = get_shelf().get(model)
                intake.analysis = analyse_upload(upload=intake.upload, classifier=classifier, image=intake.image)
            st.rerun()
        except LesionwiseError as error:
            trouble = error
    if trouble is not None:
        show_error(trouble)
    st.caption("The picture gets no score until you press the button.")


def draw_assessment(intake: session.Intake, state: session.AnalyseState) -> Heatmap | None:
    """The result, the switches of the heat map and the save button; gives the map that is to be shown."""
    assert intake.analysis is not None and intake.image is not None
    prediction, heatmap = intake.analysis.prediction, None
    draw_result(prediction)
    try:
        draw_switches(state, get_card(prediction.model.name).heatmap_methods, key="analyse")
        if state.is_map_shown:
            heatmap = find_heatmap(get_shelf(), prediction.model.name, intake.image, state.method)
    except LesionwiseError as error:
        show_error(error)
    draw_save(intake)
    if heatmap is not None:
        offer_overlay(intake.image, heatmap, state.opacity, f"{intake.upload.filename}-{state.method}.png")
    draw_evidence(prediction)
    draw_differential(prediction.differential)
    draw_quality(intake.analysis.quality)
    return heatmap


def draw_save(intake: session.Intake) -> None:
    """Save the case, or the changed words of a saved one; what was typed stays where it is if that fails."""
    assert intake.analysis is not None
    draft = to_draft(intake.words, submission_id=intake.analysis.submission_id, filename=intake.upload.filename)
    label = "Save case" if intake.saved_case_id is None else "Save changes"
    if st.button(label, type="primary", icon=":material/save:", width="stretch"):
        try:
            if intake.saved_case_id is None:
                intake.saved_case_id = save_case(draft=draft, analysis=intake.analysis, record=get_record())
            else:
                update_case(case_id=intake.saved_case_id, draft=draft, who=session.reader(), record=get_record())
            session.flash(f"Case {intake.saved_case_id} is saved.")
            st.rerun()
        except LesionwiseError as error:
            show_error(error)
    if intake.saved_case_id is not None:
        link = {"case": str(intake.saved_case_id)}
        label = f"Saved as case {intake.saved_case_id}: open it"
        st.page_link("../pages/case.py", label=label, icon=":material/badge:", query_params=link)


state = session.analyse_state()
intake = state.current
if intake is None:
    draw_first_start(state)
    show_use_line()
    st.stop()

left, right = split_page(intake.image)
with left:
    viewer = st.container(gap="xsmall")
    draw_strip(state)
    st.markdown("**About this lesion**")
    draw_words(intake.words, key=f"words-{state.selected}")
    draw_uploader(state, "Add pictures")
    st.caption(LIMITS)
heatmap = None
with right:
    if intake.image is None:
        st.error(f"{intake.rejection}  \n**What to do:** {intake.next_step}", icon=":material/block:")
    elif intake.analysis is None:
        draw_classify(intake)
    else:
        heatmap = draw_assessment(intake, state)
with viewer:
    if intake.image is not None:
        draw_viewer(intake.image, heatmap, opacity=state.opacity, is_beside=state.is_beside, caption=caption_of(intake))
show_use_line()
