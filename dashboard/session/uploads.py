"""What an uploader of this session holds, by the uploader's key."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile


def arrived(key: str) -> list[UploadedFile]:
    """The files that are here."""
    return [file for file in st.session_state.get(key) or [] if isinstance(file, UploadedFile)]


def n_lost(key: str) -> int:
    """How many the browser still believes to be here: they were uploaded before the program was started again."""
    return len(st.session_state.get(key) or []) - len(arrived(key))
