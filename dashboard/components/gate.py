"""A picture that a gate holds back: why, what to do, and how to have it scored all the same."""

import streamlit as st

from core.domain import Checks
from core.taxonomy import Concern
from dashboard import session
from dashboard.components.words import NOT_TRAINED_FOR
from dashboard.lesion_words import known_concerns

_MIN_REASON = 5  # letters: a reason is a word at least


def draw_gate(checks: Checks, key: str) -> str:
    """The reasons and the way round them; gives the clinician's reason once the button is pressed, else ""."""
    scope = checks.scope
    title = "No score: not a dermoscopic picture" if scope and not scope.is_in_scope else "No score: too poor a picture"
    st.warning(f"**{title}**\n\n" + "\n".join(f"- {reason}" for reason in checks.reasons), icon=":material/block:")
    advice = dict.fromkeys(note.advice for note in checks.quality.blocking if note.advice)
    if advice:
        st.markdown("**A better picture:** " + " ".join(advice))
    return draw_override(key)


def draw_override(key: str) -> str:
    """The way round a gate; gives the clinician's reason once the button is pressed, else ""."""
    with st.popover("Score it all the same …", icon=":material/lock_open:", width="stretch"):
        st.caption("Your reason is kept with the case and shown with the result.")
        reason = st.text_input("Reason for scoring it", key=f"{key}-override-reason", max_chars=300)
        is_given = len(reason.strip()) >= _MIN_REASON
        if st.button("Score with this reason", key=f"{key}-override", disabled=not is_given, width="stretch"):
            return reason.strip()
    return ""


def draw_checklist(intake: session.Intake) -> None:
    """What the network was not trained for, as ticked; what place, size and age say already is ticked by itself."""
    key, known = f"{intake.submission_id}-concerns", known_concerns(intake.words)
    ticked = st.session_state.get(key, intake.concerns)
    st.session_state[key] = [
        concern for concern in Concern if concern in known or (concern in ticked and concern not in intake.known)
    ]
    chosen = st.pills("Is any of this so?", list(Concern), selection_mode="multi", format_func=_capitalize, key=key)
    intake.known, intake.concerns = known, tuple(concern for concern in Concern if concern in chosen)
    draw_concerns(intake.concerns)


def draw_concerns(concerns: tuple[Concern, ...]) -> None:
    """The warning; nothing where there is nothing to warn of."""
    if concerns:
        st.warning(NOT_TRAINED_FOR.format(words=", ".join(concerns)), icon=":material/warning:")


def _capitalize(concern: Concern) -> str:
    return concern.capitalize()
