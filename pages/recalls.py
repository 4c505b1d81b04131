"""Which lesions are to be seen again, what is overdue first."""

from datetime import date

import streamlit as st

from core.errors import LesionwiseError
from dashboard.components.frame import show_error, show_use_line
from dashboard.components.recall import draw_recall_list
from dashboard.components.words import plural
from dashboard.resources import get_record
from dashboard.workflow.recalls import MOST_LISTED, list_recalls

try:
    record = get_record()
    kind = st.segmented_control("Recalls", ["To do", "Done"], default="To do", label_visibility="collapsed")
    found = list_recalls(is_done=kind == "Done", today=date.today(), record=record)
    st.caption(f"{plural(found.n_open, 'recall')} to do, {found.n_overdue:,} overdue.")
    draw_recall_list(found, record)
    if len(found.recalls) == MOST_LISTED:
        st.caption(f"The first {MOST_LISTED} are listed.")
except LesionwiseError as error:
    show_error(error)
show_use_line()
