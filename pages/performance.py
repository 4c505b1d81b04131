"""How well a network does on its test set, with intervals, and what that test set is."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from core.errors import LesionwiseError
from dashboard.components.frame import show_error, show_use_line
from dashboard.components.network_choice import choose_network
from dashboard.components.performance_audit import draw_audit, draw_findings
from dashboard.components.performance_calibration import draw_calibration
from dashboard.components.performance_deferral import draw_deferral
from dashboard.components.performance_diagnoses import draw_diagnoses
from dashboard.components.performance_errors import draw_errors
from dashboard.components.performance_headline import draw_about_set, draw_headline, headline_parts
from dashboard.components.performance_live import draw_live
from dashboard.components.performance_networks import draw_networks
from dashboard.components.performance_practice import draw_practice
from dashboard.components.performance_report import draw_report
from dashboard.components.performance_robustness import draw_robustness
from dashboard.components.performance_subgroups import draw_subgroups
from dashboard.components.performance_threshold import draw_thresholds
from dashboard.components.performance_training import draw_training
from dashboard.measured import get_cards, get_other_sets, get_test_log, has_predictions
from dashboard.resources import get_evaluation

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
        is_audited = draw_findings()
        draw_headline(evaluation, others)
        draw_about_set(evaluation, get_test_log(model), is_open=not is_audited)
        parts = [part for part in headline_parts(evaluation) if has_predictions(model, card, part)]
        sections: dict[str, Callable[[], object]] = {
            "Thresholds": partial(draw_thresholds, model, card, parts),
            "In the practice": partial(draw_practice, model, card, parts),
            "Own cases": partial(draw_live, card),
            "Calibration": partial(draw_calibration, model, card, parts, others),
            "Deferral": partial(draw_deferral, model, card, parts),
            "Subgroups": partial(draw_subgroups, model, card),
            "Diagnoses": partial(draw_diagnoses, evaluation, others),
            "Robustness": partial(draw_robustness, model, evaluation),
            "Worst errors": partial(draw_errors, model, card, evaluation),
            "Networks": partial(draw_networks, {model: measured[model]} | measured),
            "Training": partial(draw_training, model, card),
            "Data audit": draw_audit,
            "Report": partial(draw_report, model, measured, others),
        }
        first = next(iter(sections))
        section = st.segmented_control("Section", list(sections), default=first, required=True, key="section")
        sections[section or first]()
    for name in unmeasured:
        st.caption(
            f"{name} has no test figures for its weights: run `make evaluate MODEL={name}`.",
        )
except LesionwiseError as error:
    show_error(error)
show_use_line()
