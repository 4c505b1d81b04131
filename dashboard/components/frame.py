"""What surrounds every page: style, title, who is reading, and the errors that keep the app from opening."""

from pathlib import Path

import streamlit as st

from core.errors import LesionwiseError, StorageFailed
from dashboard import session
from dashboard.components.ahead import fetch_ahead
from dashboard.components.focus import follow_popovers
from dashboard.components.pictures import see_pictures_arrive
from dashboard.components.words import USE_LINE
from dashboard.resources import get_practice, get_record, get_shelf, get_worker

_STYLE = Path(__file__).with_name("style.css")
_PRIVATE_STYLE = Path(__file__).with_name("private.css")


def open_resources() -> bool:
    """Open the record and start what runs beside the pages; says what is wrong and returns False where it cannot."""
    st.html(f"<style>{_STYLE.read_text(encoding='utf-8')}</style>")
    try:
        get_record()
        get_shelf()
        get_worker()
    except StorageFailed as error:
        show_error(error)
        st.button("Try again", icon=":material/refresh:")
        return False
    return True


def draw_frame(title: str) -> None:
    """The page's title with the reader's name at its right, and what the last action had to say."""
    left, middle, right = st.columns([3, 1.5, 1.7], vertical_alignment="center")
    left.title(title, anchor=False)
    with middle:
        _privacy_switch()
    with right:
        _reader_choice()
    follow_popovers()
    see_pictures_arrive()
    fetch_ahead()
    sentence = session.take_flash()
    if sentence:
        st.toast(sentence, icon=":material/check_circle:")


def show_error(error: LesionwiseError) -> None:
    """What went wrong, and the next step."""
    st.error(f"{error}  \n**What to do:** {error.next_step}", icon=":material/error:")


def show_use_line() -> None:
    """The intended use in one line, with a link to the model card."""
    st.html(f'<div class="lw-use">{USE_LINE} <a href="model_card" target="_self">Limits: see the model card.</a></div>')


def _privacy_switch() -> None:
    """One key hides pseudonyms and notes on the screen; what is typed and kept does not change."""
    is_private = session.is_private()
    label, icon = ("Show names", "visibility") if is_private else ("Hide names", "visibility_off")
    st.button(
        label,
        key="names-switch",
        icon=f":material/{icon}:",
        shortcut="F8",
        on_click=session.toggle_private,
        help="Pseudonyms and notes on the screen.",
        width="stretch",
    )
    if is_private:
        st.html(f"<style>{_PRIVATE_STYLE.read_text(encoding='utf-8')}</style>")


def _reader_choice() -> None:
    names = get_practice().readers
    current = session.reader() if session.reader() in names else ""  # it may have been taken off the list since
    current = current or (names[0] if len(names) == 1 else "")
    session.set_reader(current)
    with st.popover(current or "Who is reading?", icon=":material/person:", width="stretch"):
        if not names:
            st.caption("No reader is listed yet. Add names under Settings; until then cases are kept without one.")
            return
        index = names.index(current) if current in names else None
        chosen = st.selectbox("Reader", names, index=index, placeholder="Choose your name")
        st.caption("Named, not authenticated: there is no password yet.")
        if chosen and chosen != current:
            session.set_reader(chosen)
            st.rerun()
