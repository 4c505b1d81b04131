"""The way through the pages of the case history."""

from dataclasses import dataclass

import streamlit as st

from core.domain import CaseFilter, CaseMark

_TRAIL = "history_trail"


@dataclass(frozen=True, slots=True)
class HistoryTrail:
    """The way to a page of the case history under one filter: the ends of the pages before it."""

    wanted: CaseFilter
    marks: tuple[CaseMark, ...] = ()

    @property
    def after(self) -> CaseMark | None:
        """Where the page begins; None for the first one."""
        return self.marks[-1] if self.marks else None

    def on(self, end: CaseMark) -> "HistoryTrail":
        """The way to the next page."""
        return HistoryTrail(self.wanted, (*self.marks, end))

    def back(self) -> "HistoryTrail":
        """The way to the page before."""
        return HistoryTrail(self.wanted, self.marks[:-1])


def history_trail(wanted: CaseFilter) -> HistoryTrail:
    """The way to the history's page that is shown; another filter begins at its top."""
    kept: HistoryTrail | None = st.session_state.get(_TRAIL)
    return kept if kept is not None and kept.wanted == wanted else HistoryTrail(wanted)


def keep_history_trail(trail: HistoryTrail) -> None:
    """Show that page from the next run on."""
    st.session_state[_TRAIL] = trail
