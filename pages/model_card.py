"""What a network is for, what it is not for, how it did, and what it is made of."""

from core.errors import LesionwiseError
from core.evaluation.card_facts import with_test_figures
from core.evaluation.sets import HAM_SETS
from dashboard.components.frame import show_error, show_use_line
from dashboard.components.model_card_view import draw_card
from dashboard.components.network_choice import choose_network
from dashboard.measured import get_ablations, get_audit_findings, get_cards, get_gate_figures, get_other_sets
from dashboard.resources import get_card, get_evaluation, get_practice

try:
    cards = get_cards()
    if get_practice().model not in cards:
        try:
            get_card(get_practice().model)  # says why the practice's network is missing here
        except LesionwiseError as error:
            show_error(error)
    if cards:
        name = choose_network(cards)
        card, evaluation = cards[name], get_evaluation(name, cards[name].weights_sha256)
        others = get_other_sets(card, evaluation).values() if evaluation else ()
        for measured in (evaluation, *(other for other in others if other.set_name in HAM_SETS)):
            card = with_test_figures(card, measured)
        gates = get_gate_figures(name, card.weights_sha256)
        draw_card(name, card, get_audit_findings(), get_ablations(), gates)
except LesionwiseError as error:
    show_error(error)
show_use_line()
