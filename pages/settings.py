"""Who reads here, how rare the disease is, which network scores; every change kept with name and time."""

import streamlit as st

from core.errors import LesionwiseError
from dashboard import session
from dashboard.components.frame import show_error, show_use_line
from dashboard.components.settings_form import changed_sentence, draw_form, draw_history
from dashboard.resources import get_practice, get_record, get_settings, get_shelf
from dashboard.workflow.practice import change_practice, setting_history

record, settings = get_record(), get_settings()
try:
    practice = get_practice()
    sent = draw_form(practice)
    if sent is not None:
        wanted, who = sent
        changed = change_practice(practice=wanted, who=who, record=record, settings=settings)
        if session.reader() not in wanted.readers:
            session.set_reader("")
        if wanted.model != practice.model:
            get_shelf().warm_up(wanted.model)
        session.flash(changed_sentence(changed))
        st.rerun()
except LesionwiseError as error:
    show_error(error)
try:
    draw_history(setting_history(record=record))
except LesionwiseError as error:
    show_error(error)
show_use_line()
