"""A picture that a gate holds back: why, what to do, and how to have it scored all the same."""

import streamlit as st

from core.domain import Checks
from core.taxonomy import Concern

_NOT_TRAINED = (
    "The network was not trained for this ({words}): its score may be far off. Judge by eye, dermoscopy and histology."
)
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


def draw_checklist(concerns: tuple[Concern, ...], key: str) -> tuple[Concern, ...]:
    """What the clinician knows of the lesion that the network was not trained for, with the warning."""
    chosen = st.pills(
        "Is any of this so?",
        list(Concern),
        selection_mode="multi",
        default=list(concerns),
        format_func=lambda concern: str(concern).capitalize(),
        key=f"{key}-concerns",
    )
    ticked = tuple(concern for concern in Concern if concern in chosen)
    draw_concerns(ticked)
    return ticked


def draw_concerns(concerns: tuple[Concern, ...]) -> None:
    """The warning alone; nothing where nothing was ticked."""
    if concerns:
        st.warning(_NOT_TRAINED.format(words=", ".join(concerns)), icon=":material/warning:")
