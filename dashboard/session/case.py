"""What is being typed about a saved case."""

import streamlit as st

from core.domain import CaseRecord
from dashboard.lesion_words import Words, words_of

_CASE_WORDS = "case_words"


def case_words(case: CaseRecord) -> Words:
    """What is being typed about a saved case; begins with what is stored, and outlives a change of page.

    Where nothing was typed and the stored words have changed since, it begins with those.
    """
    words, begun_from = _kept_case_words().setdefault(case.case_id, (words_of(case), case))
    if words_of(begun_from) == words_of(case) or words != words_of(begun_from):
        return words
    show_stored_words(case.case_id)
    return case_words(case)


def case_begun_from(case: CaseRecord) -> CaseRecord:
    """The case as it was stored when its words began to be typed."""
    return _kept_case_words().get(case.case_id, (Words(), case))[1]


def case_words_key(case_id: int) -> str:
    """The key of a case's fields: new ones once they are to show what is stored."""
    n_shown: int = st.session_state.get(f"{_CASE_WORDS}-{case_id}", 0)
    return f"case-{case_id}-{n_shown}" if n_shown else f"case-{case_id}"


def show_stored_words(case_id: int) -> None:
    """Give up what was typed; the fields are drawn anew with what is stored."""
    forget_case_words(case_id)
    name = f"{_CASE_WORDS}-{case_id}"
    st.session_state[name] = st.session_state.get(name, 0) + 1


def forget_case_words(case_id: int) -> None:
    """Begin with what is stored again."""
    _kept_case_words().pop(case_id, None)


def _kept_case_words() -> dict[int, tuple[Words, CaseRecord]]:
    kept: dict[int, tuple[Words, CaseRecord]] = st.session_state.setdefault(_CASE_WORDS, {})
    return kept
