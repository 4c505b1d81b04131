"""How well a network does on its test set, with intervals, and what that test set is."""

import streamlit as st

from core.errors import LesionwiseError
from core.evaluation.parts import figures_by_part
from dashboard.components.frame import show_error, show_use_line
from dashboard.components.network_choice import choose_network
from dashboard.components.performance_audit import draw_audit
from dashboard.components.performance_errors import draw_errors
from dashboard.components.performance_headline import draw_about_set, draw_headline
from dashboard.components.performance_networks import draw_networks, draw_training
from dashboard.components.performance_threshold import draw_thresholds
from dashboard.measured import get_cards
from dashboard.resources import get_evaluation

SECTIONS = ["Threshold and charts", "Worst errors", "Training", "Networks compared", "Data audit"]

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
        draw_headline(evaluation)
        draw_about_set(evaluation)
        section = st.segmented_control("Section", SECTIONS, default=SECTIONS[0], required=True, key="section")
        if section == SECTIONS[0]:
            draw_thresholds(model, card, list(figures_by_part(evaluation)))
        elif section == SECTIONS[1]:
            draw_errors(model, evaluation)
        elif section == SECTIONS[2]:
            draw_training(model, card)
        elif section == SECTIONS[3]:
            draw_networks({model: measured[model]} | measured)
        else:
            draw_audit()
    for name in unmeasured:
        st.caption(
            f"{name} has no test figures for its weights: run `make evaluate MODEL={name}`.",
        )
except LesionwiseError as error:
    show_error(error)
show_use_line()
