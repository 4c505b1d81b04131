"""Which network the pages about networks show."""

import streamlit as st

from core.classifier.card import ModelCard
from dashboard import session
from dashboard.components.words import plural
from dashboard.resources import get_practice


def choose_network(cards: dict[str, ModelCard]) -> str:
    """A choice among the networks; begins with the one chosen on another page, else with the practice's own."""
    names = list(cards)
    wanted = session.shown_network() or get_practice().model
    index = names.index(wanted) if wanted in names else 0
    choice, about = st.columns([1, 3], vertical_alignment="bottom")
    name = choice.selectbox("Network", names, index, format_func=_label)
    session.set_shown_network(name)
    card = cards[name]
    about.caption(
        f"{card.architecture}, {plural(card.facts.get('parameters', 0), 'parameter')}, version {card.version}, "
        f"weights {card.weights_sha256[:12]}"
    )
    return name


def _label(name: str) -> str:
    return f"{name} (in use here)" if name == get_practice().model else name
