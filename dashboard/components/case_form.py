"""What the clinician says about a lesion: the fields, and what is to be noticed about what was typed."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

import streamlit as st

from core.body import SITE_OF
from core.domain import CaseDraft, LesionSummary
from core.pseudonyms import find_hint
from core.taxonomy import AnatomSite, Laterality, Sex, SkinType
from dashboard import session
from dashboard.components.body_map import draw_place, set_zone
from dashboard.components.words import ANSWER, place_label, plural
from dashboard.lesion_words import Words, draft_of

OLDEST_YEARS = 85  # ISIC caps ages here, so that very old patients cannot be told apart
_LARGEST_MM = 300.0  # ISIC takes up to 999.99; past a hand's breadth it is no lesion of one dermoscopic picture
_T = TypeVar("_T")
_FIRST_DAY = date(1990, 1, 1)  # before digital dermoscopy


def draw_words(words: Words, key: str) -> None:
    """The fields; what is typed is copied into `words` at once, so that it outlives a change of page."""
    first, second, third = st.columns(3)
    with first:
        _text("Patient pseudonym", words, "pseudonym", 60, key, help="No real name, no date.")
        site = _choice("Body site", list(AnatomSite), words, "anatom_site", f"{key}-{words.site_round}")
    with second:
        _text("Lesion", words, "lesion_label", 60, key, placeholder="for example L1")
        _choice("Side", list(Laterality), words, "laterality", f"{key}-{words.site_round}")
    with third:
        _age(words, key)
        _choice("Sex", list(Sex), words, "sex", key)
    if words.body_region is not None and site is not SITE_OF[words.body_region]:
        set_zone(words, None)
    _text("Notes", words, "notes", 2000, key)
    with st.container(horizontal=True, gap="small"):
        draw_place(words, key)
        with st.popover("History and date", icon=":material/history:", width="stretch"):
            _history(words, key)


def draw_hints(words: Words, filename: str, lesions: tuple[LesionSummary, ...]) -> None:
    """What is to be noticed about pseudonym and file name, and what is known of this patient."""
    for sentence in filter(None, (find_hint(words.pseudonym.strip()), find_hint(filename, is_filename=True))):
        st.caption(f":material/warning: {sentence}")
    if words.lesion_label.strip() and not words.pseudonym.strip():
        st.caption(":material/info: A lesion without a patient is found by no later visit. Give a pseudonym too.")
    if lesions:
        with st.container(key="private-known"):
            known = "; ".join(_known(lesion) for lesion in lesions)
            st.text(f"Known lesions of this patient: {known}")


def to_draft(words: Words, *, submission_id: str, filename: str) -> CaseDraft:
    """The typed words as the draft of a case by the current reader."""
    return draft_of(words, submission_id=submission_id, filename=filename, reader=session.reader())


def _known(lesion: LesionSummary) -> str:
    place = place_label(lesion.anatom_site, lesion.laterality, lesion.body_region)
    seen = f"{plural(lesion.n_visits, 'visit')}, last {lesion.newest_on}"
    return f"{lesion.label} ({place}; {seen})" if place else f"{lesion.label} ({seen})"


def _history(words: Words, key: str) -> None:
    widget = f"{key}-visited_on"
    change = (words, "visited_on", widget)
    day = words.visited_on or date.today()
    st.date_input(
        "Day of the visit",
        day,
        _FIRST_DAY,
        "today",
        key=widget,
        help="Of the picture; today unless you say otherwise.",
        on_change=_keep,
        args=change,
        format="YYYY-MM-DD",
    )
    _choice("Fitzpatrick skin type", list(SkinType), words, "fitzpatrick_skin_type", key, str)
    widget = f"{key}-clin_size_long_diam_mm"
    change = (words, "clin_size_long_diam_mm", widget)
    size = words.clin_size_long_diam_mm
    st.number_input("Longest diameter, mm", 0.1, _LARGEST_MM, size, 0.5, key=widget, on_change=_keep, args=change)
    _choice("Melanoma in the patient's own history", [True, False], words, "personal_hx_mm", key, _answer)
    _choice("Melanoma in the family", [True, False], words, "family_hx_mm", key, _answer)
    _choice("Change noticed", [True, False], words, "is_change_noticed", key, _answer)


def _answer(is_so: bool) -> str:
    return ANSWER[is_so]


def _text(
    label: str, words: Words, name: str, max_chars: int, key: str, placeholder: str = "", help: str | None = None
) -> None:
    widget = f"{key}-{name}"
    change = (words, name, widget)
    typed = st.text_input(
        label,
        getattr(words, name),
        max_chars=max_chars,
        key=widget,
        placeholder=placeholder,
        help=help,
        on_change=_keep,
        args=change,
    )
    setattr(words, name, typed)  # also where the callback of a run that was cut short never came


def _age(words: Words, key: str) -> None:
    widget = f"{key}-age_years"
    note = f"In years; {OLDEST_YEARS} and over is kept as {OLDEST_YEARS}."
    change = (words, "age_years", widget)
    st.number_input("Age", 0, 120, words.age_years, 1, key=widget, help=note, on_change=_keep, args=change)


def _choice(
    label: str, options: Sequence[_T], words: Words, name: str, key: str, show: Callable[[_T], str] | None = None
) -> _T | None:
    current, widget = getattr(words, name), f"{key}-{name}"
    return st.selectbox(
        label,
        options,
        options.index(current) if current is not None else None,
        format_func=show or (lambda option: str(option).capitalize()),
        placeholder="Not given",
        key=widget,
        on_change=_keep,
        args=(words, name, widget),
    )


def _keep(words: Words, name: str, widget: str) -> None:
    """Copy a changed field. A callback runs even where the click that ends the typing is one on another page."""
    value = st.session_state[widget]
    setattr(words, name, min(int(value), OLDEST_YEARS) if name == "age_years" and value is not None else value)
