"""One saved case: the stored picture and result, review, confirmed diagnosis, the lesion's other images."""

import streamlit as st

from core.errors import LesionwiseError
from dashboard.components.case_view import draw_case
from dashboard.components.frame import show_error, show_use_line
from dashboard.resources import get_record
from dashboard.workflow.cases import load_case, load_picture

asked = st.query_params.get("case", "")
if not asked.isdecimal():
    st.info("No case is chosen. Open one from the case history.", icon=":material/info:")
    st.page_link("../pages/cases.py", label="Case history", icon=":material/folder_open:")
    show_use_line()
    st.stop()
try:
    record = get_record()
    case, others = load_case(case_id=int(asked), record=record)
    draw_case(case, others, load_picture(case=case, record=record), record)
except LesionwiseError as error:
    show_error(error)
    st.page_link("../pages/cases.py", label="Case history", icon=":material/folder_open:")
show_use_line()
