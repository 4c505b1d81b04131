"""One lesion over time: two visits compared, scores by model version, recalls."""

import streamlit as st

from core.errors import LesionwiseError
from dashboard.components.follow_up import draw_story
from dashboard.components.frame import show_error, show_use_line
from dashboard.resources import get_record
from dashboard.workflow.follow_up import load_lesion

asked = st.query_params.get("lesion", "")
if not asked.isdecimal():
    st.info("No lesion is chosen. Open one from a case or from the recalls.", icon=":material/info:")
    st.page_link("../pages/cases.py", label="Case history", icon=":material/folder_open:")
    show_use_line()
    st.stop()
try:
    record = get_record()
    draw_story(load_lesion(lesion_id=int(asked), record=record), record)
except LesionwiseError as error:
    show_error(error)
    st.page_link("../pages/cases.py", label="Case history", icon=":material/folder_open:")
show_use_line()
