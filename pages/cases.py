"""Search the record, page through it, save filters, export the selection, erase a patient, open a case."""

import streamlit as st

from core.domain import CaseFilter
from core.errors import LesionwiseError
from dashboard.components.case_erase import draw_erase
from dashboard.components.case_filter import draw_filter, draw_saved
from dashboard.components.case_list import draw_list, draw_pager
from dashboard.components.frame import show_error, show_use_line
from dashboard.resources import get_record
from dashboard.session import HistoryTrail, history_trail
from dashboard.workflow.cases import known_model_versions, list_cases
from dashboard.workflow.export import export_selection

PAGE_SIZE = 20

record = get_record()
try:
    wanted = draw_filter(known_model_versions(record=record))
    draw_saved(wanted, record)
    trail = history_trail(wanted)
    found = list_cases(wanted=wanted, page_size=PAGE_SIZE, record=record, after=trail.after)
    if trail.marks and found.rows.empty:  # what was on this page was erased meanwhile
        trail = HistoryTrail(wanted)
        found = list_cases(wanted=wanted, page_size=PAGE_SIZE, record=record)
    draw_list(found, record, is_filtered=wanted != CaseFilter())
    if found.n_total:
        pager, export = st.columns([2, 1], vertical_alignment="center")
        with pager:
            draw_pager(found, trail, PAGE_SIZE)
        export.download_button(
            "Export selection as CSV",
            lambda: export_selection(wanted=wanted, record=record),
            file_name="lesionwise-cases.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
        )
    if wanted.pseudonym:
        draw_erase(wanted.pseudonym, record)
except LesionwiseError as error:
    show_error(error)
show_use_line()
