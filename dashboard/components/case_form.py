"""What the clinician says about a lesion: the fields, and a draft made of them."""

from typing import TypeVar

import streamlit as st

from core.domain import CaseDraft
from core.taxonomy import AnatomSite, Sex
from dashboard import session

_Term = TypeVar("_Term", AnatomSite, Sex)
OLDEST_YEARS = 85  # ISIC caps ages here, so that very old patients cannot be told apart


def draw_words(words: session.Words, key: str) -> None:
    """The fields; what is typed is copied into `words` at once, so that it outlives a change of page."""
    first, second, third = st.columns(3)
    with first:
        words.pseudonym = st.text_input(
            "Patient pseudonym", words.pseudonym, max_chars=60, key=f"{key}-pseudonym", help="No real name, no date."
        )
        words.age_years = _age(words.age_years, key)
    with second:
        words.lesion_label = st.text_input(
            "Lesion", words.lesion_label, max_chars=60, key=f"{key}-lesion", placeholder="for example L1"
        )
        words.sex = _choice("Sex", list(Sex), words.sex, f"{key}-sex")
    with third:
        words.anatom_site = _choice("Body site", list(AnatomSite), words.anatom_site, f"{key}-site")
        words.notes = st.text_input("Notes", words.notes, max_chars=2000, key=f"{key}-notes")


def to_draft(words: session.Words, *, submission_id: str, filename: str) -> CaseDraft:
    """The typed words as the draft of a case by the current reader."""
    return CaseDraft(
        submission_id=submission_id,
        filename=filename,
        pseudonym=words.pseudonym.strip(),
        lesion_label=words.lesion_label.strip(),
        anatom_site=words.anatom_site,
        age_years=words.age_years,
        sex=words.sex,
        notes=words.notes.strip(),
        reader=session.reader(),
    )


def _age(current: int | None, key: str) -> int | None:
    value = st.number_input(
        "Age",
        0,
        120,
        current,
        1,
        key=f"{key}-age",
        help=f"In years; {OLDEST_YEARS} and over is kept as {OLDEST_YEARS}.",
    )
    return None if value is None else min(int(value), OLDEST_YEARS)


def _choice(label: str, options: list[_Term], current: _Term | None, key: str) -> _Term | None:
    index = options.index(current) if current is not None else None
    return st.selectbox(label, options, index, format_func=str.capitalize, placeholder="Not given", key=key)
