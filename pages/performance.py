"""How well a network does on its test set, with intervals, and what that test set is."""

import streamlit as st

from core.errors import LesionwiseError
from dashboard.components.frame import show_error, show_use_line
from dashboard.components.network_choice import choose_network
from dashboard.components.performance_audit import draw_audit, draw_findings
from dashboard.components.performance_calibration import draw_calibration
from dashboard.components.performance_errors import draw_errors
from dashboard.components.performance_further import draw_further
from dashboard.components.performance_headline import draw_about_set, draw_headline, headline_parts
from dashboard.components.performance_live import draw_live
from dashboard.components.performance_networks import draw_networks, draw_training
from dashboard.components.performance_practice import draw_practice
from dashboard.components.performance_report import draw_report
from dashboard.components.performance_subgroups import draw_subgroups
from dashboard.components.performance_threshold import draw_thresholds
from dashboard.measured import get_cards, get_other_sets, has_predictions
from dashboard.resources import get_evaluation

SECTIONS = [
    "Threshold and charts",
    "In the practice",
    "Calibration",
    "Subgroups",
    "Further measures",
    "Worst errors",
    "Own cases",
    "Networks compared",
    "Training",
    "Data audit",
    "Report",
]

try:
    cards = get_cards()
    measured = {
        name: (card, evaluation)
        for name, card in cards.items()
        if (evaluation := get_evaluation(name, card.weights_sha256)) is not None
    }
    unmeasured = [name for name in cards if name not in measured]
    if not measured:
        st.info("No test figures are installed yet. `make evaluate` measures a network.", icon=":material/info:")
    else:
        model = choose_network({name: card for name, (card, _) in measured.items()})
        card, evaluation = measured[model]
        others = get_other_sets(card, evaluation)
        draw_findings()
        draw_headline(evaluation, others)
        draw_about_set(evaluation)
        parts = [part for part in headline_parts(evaluation) if has_predictions(model, card, part)]
        section = st.segmented_control("Section", SECTIONS, default=SECTIONS[0], required=True, key="section")
        if section == "In the practice":
            draw_practice(model, card, parts)
        elif section == "Calibration":
            draw_calibration(model, card, parts)
        elif section == "Subgroups":
            draw_subgroups(model, card)
        elif section == "Further measures":
            draw_further(model, evaluation, others)
        elif section == "Worst errors":
            draw_errors(model, card, evaluation)
        elif section == "Own cases":
            draw_live()
        elif section == "Networks compared":
            draw_networks({model: measured[model]} | measured)
        elif section == "Training":
            draw_training(model, card)
        elif section == "Data audit":
            draw_audit()
        elif section == "Report":
            draw_report(model, card, evaluation, others)
        else:
            draw_thresholds(model, card, parts)
    for name in unmeasured:
        st.caption(
            f"{name} has no test figures for its weights: run `make evaluate MODEL={name}`.",
        )
except LesionwiseError as error:
    show_error(error)
show_use_line()
