"""How far readers and machine agree, who was right, and whether the machine helped or misled."""

import streamlit as st

from core.errors import LesionwiseError
from core.evaluation.agreement import measure_agreement
from dashboard.components.agreement_view import NONE_YET, draw_agreement
from dashboard.components.frame import show_error, show_use_line
from dashboard.resources import get_record
from dashboard.workflow.agreement import load_reads, readers_of

try:
    reads = load_reads(record=get_record())
    readers = readers_of(reads)
    if len(readers) > 1:
        chosen = st.selectbox(
            "Reader", readers, None, format_func=lambda name: name or "Nobody named", placeholder="All readers"
        )
        reads = tuple(read for read in reads if chosen is None or read.reader == chosen)
    if reads:
        draw_agreement(measure_agreement(reads))
    else:
        st.info(NONE_YET, icon=":material/info:")
except LesionwiseError as error:
    show_error(error)
show_use_line()
