"""A saved case on the screen. The stored numbers are shown; a stored case is never silently scored again."""

import streamlit as st

from core.domain import CaseRecord, Heatmap, LesionImage
from core.errors import LesionwiseError
from dashboard import session
from dashboard.components.case_review import draw_diagnosis, draw_review
from dashboard.components.case_words import draw_case_words
from dashboard.components.checks import draw_details, draw_warnings
from dashboard.components.closer import draw_closer
from dashboard.components.differential import draw_differential
from dashboard.components.first_read import draw_reads
from dashboard.components.follow_up import draw_follow_up_link
from dashboard.components.frame import show_error
from dashboard.components.lesion_view import draw_lesion
from dashboard.components.private import private_html
from dashboard.components.recall import draw_recall
from dashboard.components.report import draw_report
from dashboard.components.result import draw_evidence, draw_result
from dashboard.components.similar_view import draw_odd_lesion
from dashboard.components.uncertainty_view import draw_uncertainty
from dashboard.components.viewer import draw_switches, draw_viewer, find_heatmap, offer_overlay, split_page
from dashboard.components.words import local_time
from dashboard.resources import get_card, get_shelf
from dashboard.workflow.cases import list_other_lesions
from dashboard.workflow.checks import load_checks
from dashboard.workflow.record import Record


def draw_case(case: CaseRecord, others: tuple[CaseRecord, ...], image: LesionImage, record: Record) -> None:
    """The whole page of one case."""
    left, right = split_page(image)
    with right:
        draw_result(case.prediction)
        draw_uncertainty(case.prediction, image)
        checks = load_checks(case_id=case.case_id, record=record)
        draw_warnings(checks)
        heatmap, state = _draw_map_switches(case, image)
        draw_evidence(case.prediction)
        draw_differential(case.prediction.differential)
        draw_details(checks, image)
        draw_reads(case)
        draw_report(case, image, record)
        _draw_provenance(case)
    with left:
        with st.container(gap="xsmall"):
            caption = f"Case {case.case_id} · {private_html(case.filename)} · {image.width_px} x {image.height_px} px"
            draw_viewer(image, heatmap, opacity=state.opacity, is_beside=state.is_beside, caption=caption)
        draw_closer(
            case.prediction,
            image,
            upload_sha256=case.image.upload_sha256,
            key=f"case-{case.case_id}",
            method=state.method,
            lesion_id=case.lesion_id,
        )
        review, diagnosis = st.columns(2, gap="medium")
        with review:
            draw_review(case, record)
        with diagnosis:
            draw_diagnosis(case, record)
        draw_case_words(case, record)
        draw_lesion(case, others, list_other_lesions(case_id=case.case_id, record=record), record)
        draw_odd_lesion(case, record)
        draw_follow_up_link(case, others)
        draw_recall(case, record)


def _draw_map_switches(case: CaseRecord, image: LesionImage) -> tuple[Heatmap | None, session.AnalyseState]:
    """The heat map is drawn anew, and only by exactly the network that gave the stored result."""
    state = session.case_map_state()
    stored = case.prediction.model
    try:
        card = get_card(stored.name)
        if card.weights_sha256 != stored.weights_sha256:
            st.caption(
                f"No heat map: {stored.name} {stored.version}, which scored this case, is not installed any more."
            )
            return None, state
        draw_switches(state, card.heatmap_methods, key="case")
        if not state.is_map_shown:
            return None, state
        heatmap = find_heatmap(get_shelf(), stored.name, image, state.method)
    except LesionwiseError as error:
        show_error(error)
        return None, state
    offer_overlay(image, heatmap, state.opacity, f"case-{case.case_id}-{state.method}.png")
    return heatmap, state


def _draw_provenance(case: CaseRecord) -> None:
    model = case.prediction.model
    st.caption(
        f"Saved {local_time(case.created_at)} by {case.reader or 'nobody named'}  \n"
        f"Scored {local_time(case.predicted_at)} with {model.name} {model.version} "
        f"(weights {model.weights_sha256[:12]}), Lesionwise {case.app_version}"
    )
