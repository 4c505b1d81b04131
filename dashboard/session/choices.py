"""What was chosen at the top of a page, and what is to be said there next."""

import streamlit as st

_READER, _PRIVATE, _NETWORK, _FLASH = "reader_name", "is_private", "shown_network", "flash"


def reader() -> str:
    """The name of who is reading, as chosen; "" where nobody chose."""
    return str(st.session_state.get(_READER, ""))


def set_reader(name: str) -> None:
    """Keep who is reading."""
    st.session_state[_READER] = name


def is_private() -> bool:
    """Whether pseudonyms and notes are hidden on the screen."""
    return bool(st.session_state.get(_PRIVATE, False))


def toggle_private() -> None:
    """Hide pseudonyms and notes, or show them again."""
    st.session_state[_PRIVATE] = not is_private()


def shown_network() -> str:
    """The network that the pages about networks show; "" where nobody chose one."""
    return str(st.session_state.get(_NETWORK, ""))


def set_shown_network(name: str) -> None:
    """Keep which network the pages about networks show."""
    st.session_state[_NETWORK] = name


def flash(sentence: str) -> None:
    """Say something on the next run, after a change of page."""
    st.session_state[_FLASH] = sentence


def take_flash() -> str:
    """What is to be said now; "" where there is nothing."""
    return str(st.session_state.pop(_FLASH, ""))
