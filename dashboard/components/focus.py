"""Where the keyboard's focus goes when a popover is opened: into it."""

from pathlib import Path

import streamlit as st

_follow = st.components.v2.component("lesionwise_focus", js=Path(__file__).with_name("focus.js").read_text("utf-8"))


def follow_popovers() -> None:
    """Draw nothing, and have the browser follow into every popover of the page that is opened by key."""
    _follow(key="follow-popovers")
