"""The Analyse page: its pictures and all that happened to them, and how a heat map is shown."""

import threading
import uuid
from dataclasses import dataclass, field

import streamlit as st

from core.domain import Analysis, CaseRecord, Checks, FirstRead, LesionImage, Upload
from core.taxonomy import Concern, HeatmapMethod
from dashboard.lesion_words import FinalWords, Words

_ANALYSE, _CASE_MAP = "analyse_state", "case_map_state"


@dataclass(slots=True, eq=False)
class Intake:
    """One uploaded picture on the Analyse page, and all that happened to it since.

    `submission_id` is drawn here, so that a first read can be kept before there is a result or a case. `known` is what
    of `concerns` follows from other fields, `saved` the case as this page saved it last.
    """

    upload: Upload
    submission_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    image: LesionImage | None = None
    rejection: str = ""
    next_step: str = ""
    analysis: Analysis | None = None
    gated: Checks | None = None
    concerns: tuple[Concern, ...] = ()
    known: tuple[Concern, ...] = ()
    saved_case_id: int | None = None
    saved: CaseRecord | None = None
    words: Words = field(default_factory=Words)
    first_read: FirstRead | None = None
    final: FinalWords = field(default_factory=FinalWords)
    is_synthetic: bool = False


@dataclass(slots=True, eq=False)
class AnalyseState:
    """The Analyse page: the strip of pictures, which one is shown, and how the map is shown.

    `taken` holds the uploader's ids of the files that are in the strip; `intake_lock` is held while files are taken in,
    since Streamlit begins the next run beside the one that it interrupts.
    """

    intakes: list[Intake] = field(default_factory=list)
    selected: int = 0
    taken: set[str] = field(default_factory=set)
    intake_lock: threading.Lock = field(default_factory=threading.Lock)
    is_map_shown: bool = False
    is_beside: bool = False
    opacity: float = 0.6
    chosen_method: HeatmapMethod | None = None

    @property
    def current(self) -> Intake | None:
        """The picture that is shown."""
        return self.intakes[self.selected] if self.selected < len(self.intakes) else None

    @property
    def method(self) -> HeatmapMethod:
        """The method of the heat map: the one that was chosen, at first the one that a card names first."""
        return self.chosen_method or HeatmapMethod.GRAD_CAM


def analyse_state() -> AnalyseState:
    """This session's Analyse page."""
    state: AnalyseState = st.session_state.setdefault(_ANALYSE, AnalyseState())
    return state


def case_map_state() -> AnalyseState:
    """How the heat map is shown on the case page in this session."""
    state: AnalyseState = st.session_state.setdefault(_CASE_MAP, AnalyseState())
    return state
