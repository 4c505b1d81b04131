"""What the clinician says about a lesion: the fields, and a draft made of them."""

from collections.abc import Sequence
from enum import StrEnum

import streamlit as st

from core.domain import CaseDraft
from core.taxonomy import AnatomSite, Sex
from dashboard import session

OLDEST_YEARS = 85  # ISIC caps ages here, so that very old patients cannot be told apart


def draw_words(words: session.Words, key: str) -> None:
    """The fields; what is typed is copied into `words` at once, so that it outlives a change of page."""
    first, second, third = st.columns(3)
    with first:
        _text("Patient pseudonym", words, "pseudonym", 60, key, help="No real name, no date.")
        _age(words, key)
    with second:
        _text("Lesion", words, "lesion_label", 60, key, placeholder="for example L1")
        _choice("Sex", list(Sex), words, "sex", key)
    with third:
        _choice("Body site", list(AnatomSite), words, "anatom_site", key)
        _text("Notes", words, "notes", 2000, key)


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


def _text(
    label: str,
    words: session.Words,
    name: str,
    max_chars: int,
    key: str,
    placeholder: str = "",
    help: str | None = None,
) -> None:
    st.text_input(
        label,
        getattr(words, name),
        max_chars=max_chars,
        key=f"{key}-{name}",
        placeholder=placeholder,
        help=help,
        on_change=_keep,
        args=(words, name, f"{key}-{name}"),
    )


def _age(words: session.Words, key: str) -> None:
    widget = f"{key}-age_years"
    note = f"In years; {OLDEST_YEARS} and over is kept as {OLDEST_YEARS}."
    change = (words, "age_years", widget)
    st.number_input("Age", 0, 120, words.age_years, 1, key=widget, help=note, on_change=_keep, args=change)


def _choice(label: str, options: Sequence[StrEnum], words: session.Words, name: str, key: str) -> None:
    current, widget = getattr(words, name), f"{key}-{name}"
    index = options.index(current) if current is not None else None
    change = (words, name, widget)
    st.selectbox(
        label,
        options,
        index,
        format_func=str.capitalize,
        placeholder="Not given",
        key=widget,
        on_change=_keep,
        args=change,
    )


def _keep(words: session.Words, name: str, widget: str) -> None:
    """Copy a changed field. A callback runs even where the click that ends the typing is one on another page."""
    value = st.session_state[widget]
    setattr(words, name, min(int(value), OLDEST_YEARS) if name == "age_years" and value is not None else value)
