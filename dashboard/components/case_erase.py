"""Erasing a patient: what would go, a confirmation that cannot be given by accident, and the deed."""

import streamlit as st

from core.errors import LesionwiseError, RecordNotFound
from dashboard import session
from dashboard.components.frame import show_error
from dashboard.components.private import or_hidden
from dashboard.components.words import plural
from dashboard.workflow.erase import erase_patient, preview_erasure
from dashboard.workflow.record import Record


def draw_erase(pseudonym: str, record: Record) -> None:
    """A closed box under the history of one patient; nothing where nobody has that pseudonym."""
    try:
        found = preview_erasure(pseudonym=pseudonym, record=record)
    except RecordNotFound:
        return
    with st.expander(f"Erase patient {or_hidden(pseudonym)}", icon=":material/delete_forever:"):
        st.markdown(
            f"This takes **{plural(found.n_cases, 'case')}**, {plural(found.n_pictures, 'picture')} and "
            f"{plural(found.n_files_in_batches, 'file')} in batches out of the record, with everything that was said "
            "about them. It cannot be undone. A line without the pseudonym stays in the audit trail. Backups and "
            "exported files are not touched: erase the patient there too."
        )
        typed = st.text_input("Type the pseudonym to confirm", key="erase-confirm")
        reader = session.reader()
        if not reader:
            st.caption("Choose your name at the top first: it is kept with the line in the audit trail.")
        if st.button("Erase for good", icon=":material/delete_forever:", disabled=not reader, type="primary"):
            if typed.strip() == pseudonym:
                _erase(pseudonym, reader, record)
            else:
                st.warning("Nothing was erased: type the pseudonym letter for letter.", icon=":material/warning:")


def _erase(pseudonym: str, reader: str, record: Record) -> None:
    try:
        erased = erase_patient(pseudonym=pseudonym, who=reader, record=record)
    except LesionwiseError as error:
        show_error(error)
        return
    session.flash(f"Erased: {plural(erased.n_cases, 'case')} and {plural(erased.n_pictures, 'picture')}.")
    st.rerun()
