"""Waiting for the network while other sessions use it."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.classifier.classifier import Classifier


@contextmanager
def take_turn(classifier: Classifier, doing: str) -> Iterator[None]:
    """This session's turn at the network, with a spinner that says what it is `doing`.

    Until the turn comes one still line says how many are before it: twenty spinners keep a machine busier than the
    network does.
    """
    line = st.empty()
    with classifier.turn(lambda n_before: line.caption(_sentence(n_before))):
        line.empty()
        with st.spinner(doing):
            yield


def _sentence(n_before: int) -> str:
    pictures = "1 picture is" if n_before == 1 else f"{n_before} pictures are"
    return f":material/hourglass_top: {pictures} before yours; they go in the order in which they came."
