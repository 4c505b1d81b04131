"""The threshold that this practice's own confirmed cases would choose, and the form that puts one in force."""

import math

import streamlit as st

from core.classifier.card import ModelCard
from core.errors import LesionwiseError
from core.evaluation.advice import MIN_MALIGNANT
from dashboard import session
from dashboard.components.frame import show_error
from dashboard.components.performance_headline import figure_cell
from dashboard.components.tables import Cell, draw_table
from dashboard.components.words import local_time, threshold
from dashboard.resources import get_record
from dashboard.workflow.live import LiveView
from dashboard.workflow.threshold import change_threshold, load_threshold_history, threshold_in_force


def draw_advice(card: ModelCard, view: LiveView) -> None:
    """Advice from enough confirmed malignant cases; below that, how many are missing. A change takes a reason."""
    st.markdown("**The referral threshold here**")
    own = threshold_in_force(card=card, record=get_record())
    in_force = card.refer_threshold if own is None else own
    source = "the model card's" if own is None else "set by this practice"
    st.caption(f"In force: {threshold(in_force)}, {source}.")
    if view.advice is None:
        st.info(
            f"Advice on the threshold needs {MIN_MALIGNANT} confirmed malignant cases of this network; "
            f"{MIN_MALIGNANT - view.n_malignant} are missing.",
            icon=":material/hourglass_empty:",
        )
    else:
        advice = view.advice
        draw_table(
            ["For 95% sensitivity here", Cell("", "95% interval")],
            [
                [
                    Cell("Threshold", f"of {advice.n_malignant:,} malignant cases"),
                    figure_cell(advice.threshold),
                ],
                ["Sensitivity", figure_cell(advice.sensitivity)],
                [
                    Cell("Specificity", f"{advice.n_benign:,} benign"),
                    figure_cell(advice.specificity) if advice.specificity else "no benign case",
                ],
            ],
            is_wide=False,
        )
        st.caption("These cases chose the threshold, which flatters it on them; verification bias applies here too.")
    if view.advice is not None or own is not None:  # a threshold that was set can be taken back without advice
        advised = in_force if view.advice is None else view.advice.threshold.value
        _offer_change(card, advised, can_set=view.advice is not None, is_own=own is not None)
    _draw_history(card)


def _offer_change(card: ModelCard, advised: float, *, can_set: bool, is_own: bool) -> None:
    with st.form("threshold-form", border=True):
        start = min(max(math.floor(1000 * advised) / 10, 0.1), 99.9)  # down: rounded up it would find fewer
        percent = st.number_input(
            "New referral threshold in %", 0.1, 99.9, start, 0.1, format="%.1f", disabled=not can_set
        )
        reason = st.text_input("Reason (kept with date and name)")
        st.caption("Cases scored from now on get their band by it. Stored cases keep theirs.")
        with st.container(horizontal=True):
            is_new = st.form_submit_button("Put in force", icon=":material/check:", disabled=not can_set)
            is_back = st.form_submit_button("Return to the model card's", disabled=not is_own)
    if is_new or is_back:
        _change(card, round(percent / 100, 4) if is_new else None, reason)


def _change(card: ModelCard, value: float | None, reason: str) -> None:
    try:
        change_threshold(card=card, refer_threshold=value, reason=reason, who=session.reader(), record=get_record())
    except LesionwiseError as error:
        show_error(error)
        return
    st.rerun()


def _draw_history(card: ModelCard) -> None:
    changes = load_threshold_history(card=card, record=get_record())
    lapsed = changes[0].refer_threshold if changes and not changes[0].is_of(card.temperature) else None
    if lapsed is not None:
        st.warning(
            f"The threshold {threshold(lapsed)} of this practice is no longer in force: the network was calibrated "
            "anew, and the same number means another risk since.",
            icon=":material/tune:",
        )
    if changes:
        rows: list[list[str | Cell]] = [
            [
                local_time(change.changed_at),
                change.changed_by,
                "the model card's" if change.refer_threshold is None else threshold(change.refer_threshold),
                change.reason,
            ]
            for change in changes
        ]
        draw_table(["Changed", "By", "To", "Reason"], rows)
