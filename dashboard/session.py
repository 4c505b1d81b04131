"""Typed access to what one browser session holds; the only place that knows its keys.

Widget keys do not outlive a change of page, so what must live is copied here.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from core.domain import Analysis, CaseFilter, CaseMark, CaseRecord, Checks, FirstRead, Heatmap, LesionImage, Upload
from core.taxonomy import Concern, HeatmapMethod
from dashboard.lesion_words import FinalWords, Words, words_of
from db.repositories.batch_rows import WorklistPart

if TYPE_CHECKING:
    from core.explanations.influence import Influence
    from core.explanations.map_checks import MapChecks


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
    """The Analyse page: the strip of pictures, which one is shown, and how the map is shown."""

    intakes: list[Intake] = field(default_factory=list)
    selected: int = 0
    uploader_round: int = 0
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


_ANALYSE, _READER, _HEATMAPS, _FLASH = "analyse_state", "reader_name", "heatmaps", "flash"
_CASE_MAP, _CASE_WORDS, _BATCH_ROUND = "case_map_state", "case_words", "batch_round"
_NETWORK, _PRIVATE = "shown_network", "is_private"
BATCH_PART, BATCH_PAGE, _PICK = "batch-part", "batch-page", "pick-"
_INFLUENCES, _MAP_CHECKS, _TRAIL = "influences", "map_checks", "history_trail"
_MAX_HEATMAPS = 24
_MAX_EXPLAINED = 64  # small numbers each


def analyse_state() -> AnalyseState:
    """This session's Analyse page."""
    state: AnalyseState = st.session_state.setdefault(_ANALYSE, AnalyseState())
    return state


def case_map_state() -> AnalyseState:
    """How the heat map is shown on the case page in this session."""
    state: AnalyseState = st.session_state.setdefault(_CASE_MAP, AnalyseState())
    return state


def case_words(case: CaseRecord) -> Words:
    """What is being typed about a saved case; begins with what is stored, and outlives a change of page.

    Where nothing was typed and the stored words have changed since, it begins with those.
    """
    words, begun_from = _kept_case_words().setdefault(case.case_id, (words_of(case), case))
    if words_of(begun_from) == words_of(case) or words != words_of(begun_from):
        return words
    show_stored_words(case.case_id)
    return case_words(case)


def case_begun_from(case: CaseRecord) -> CaseRecord:
    """The case as it was stored when its words began to be typed."""
    return _kept_case_words().get(case.case_id, (Words(), case))[1]


def case_words_key(case_id: int) -> str:
    """The key of a case's fields: new ones once they are to show what is stored."""
    n_shown: int = st.session_state.get(f"{_CASE_WORDS}-{case_id}", 0)
    return f"case-{case_id}-{n_shown}" if n_shown else f"case-{case_id}"


def show_stored_words(case_id: int) -> None:
    """Give up what was typed; the fields are drawn anew with what is stored."""
    forget_case_words(case_id)
    name = f"{_CASE_WORDS}-{case_id}"
    st.session_state[name] = st.session_state.get(name, 0) + 1


def forget_case_words(case_id: int) -> None:
    """Begin with what is stored again."""
    _kept_case_words().pop(case_id, None)


def batch_round() -> int:
    """Counts the batches begun in this session: the uploader of each is a new one, and so empty."""
    return int(st.session_state.get(_BATCH_ROUND, 0))


def next_batch_round() -> None:
    """Begin with an empty uploader."""
    st.session_state[_BATCH_ROUND] = batch_round() + 1


def batch_part() -> WorklistPart:
    """The part of a batch's worklist that is gone through; its widget writes it."""
    part: WorklistPart = st.session_state.get(BATCH_PART) or "scored"
    return part


def batch_page() -> int:
    """The page of the batch's pictures that is shown, from 1; its widget writes it."""
    return int(st.session_state.get(BATCH_PAGE, 1))


def forget_batch_page() -> None:
    """Begin with the first page again."""
    st.session_state.pop(BATCH_PAGE, None)


def keep_batch_page_below(n_pages: int) -> None:
    """Stay on the last page where there are fewer than before; to be called before the page's widget is drawn."""
    if batch_page() > n_pages:
        st.session_state[BATCH_PAGE] = n_pages


def pick_key(item_id: int) -> str:
    """The key of the box that picks a picture of a batch."""
    return f"{_PICK}{item_id}"


def picked_items() -> list[int]:
    """The pictures of the batch that are picked, also those on pages that are not shown."""
    keys = [str(key) for key, is_picked in st.session_state.items() if str(key).startswith(_PICK) and is_picked]
    return [int(key.removeprefix(_PICK)) for key in keys]


def pick_items(item_ids: Iterable[int]) -> None:
    """Pick these too; for callbacks, since a box that is drawn already cannot be changed."""
    for item_id in item_ids:
        st.session_state[pick_key(item_id)] = True


def clear_picked_items() -> None:
    """Pick none any more."""
    for item_id in picked_items():
        del st.session_state[pick_key(item_id)]


def forget_batch_view() -> None:
    """Begin with the first page of all pictures, none of them picked."""
    clear_picked_items()
    for key in (BATCH_PART, BATCH_PAGE):
        st.session_state.pop(key, None)


def history_trail(wanted: CaseFilter) -> HistoryTrail:
    """The way to the history's page that is shown; another filter begins at its top."""
    kept: HistoryTrail | None = st.session_state.get(_TRAIL)
    return kept if kept is not None and kept.wanted == wanted else HistoryTrail(wanted)


def keep_history_trail(trail: HistoryTrail) -> None:
    """Show that page from the next run on."""
    st.session_state[_TRAIL] = trail


def reader() -> str:
    """The name of who is reading, as chosen; "" where nobody chose."""
    return str(st.session_state.get(_READER, ""))


def set_reader(name: str) -> None:
    """Keep who is reading."""
    st.session_state[_READER] = name


def is_private() -> bool:
    """Whether pseudonyms and notes are hidden on the screen."""
    return bool(st.session_state.get(_PRIVATE, False))


def toggle_private() -> None:
    """Hide pseudonyms and notes, or show them again."""
    st.session_state[_PRIVATE] = not is_private()


def shown_network() -> str:
    """The network that the pages about networks show; "" where nobody chose one."""
    return str(st.session_state.get(_NETWORK, ""))


def set_shown_network(name: str) -> None:
    """Keep which network the pages about networks show."""
    st.session_state[_NETWORK] = name


def heatmap(key: tuple[str, str, str]) -> Heatmap | None:
    """A heat map that was drawn in this session, by (picture's sha256, card's sha256, method)."""
    found: Heatmap | None = st.session_state.setdefault(_HEATMAPS, {}).get(key)
    return found


def keep_heatmap(key: tuple[str, str, str], drawn: Heatmap) -> None:
    """Keep a heat map for this session; the oldest goes when there are too many."""
    kept: dict[tuple[str, str, str], Heatmap] = st.session_state.setdefault(_HEATMAPS, {})
    while len(kept) >= _MAX_HEATMAPS:
        kept.pop(next(iter(kept)))
    kept[key] = drawn


def influence(key: tuple[str, str]) -> "Influence | None":
    """What would change a result, as measured in this session, by (picture's sha256, card's sha256)."""
    found: Influence | None = st.session_state.setdefault(_INFLUENCES, {}).get(key)
    return found


def keep_influence(key: tuple[str, str], found: "Influence") -> None:
    """Keep it for this session; the oldest goes when there are too many."""
    _keep(_INFLUENCES, key, found)


def map_checks(key: tuple[str, str, str]) -> "MapChecks | None":
    """The checks of a map, as measured in this session, by (picture's sha256, card's sha256, method)."""
    found: MapChecks | None = st.session_state.setdefault(_MAP_CHECKS, {}).get(key)
    return found


def keep_map_checks(key: tuple[str, str, str], found: "MapChecks") -> None:
    """Keep them for this session; the oldest go when there are too many."""
    _keep(_MAP_CHECKS, key, found)


def flash(sentence: str) -> None:
    """Say something on the next run, after a change of page."""
    st.session_state[_FLASH] = sentence


def take_flash() -> str:
    """What is to be said now; "" where there is nothing."""
    return str(st.session_state.pop(_FLASH, ""))


def _kept_case_words() -> dict[int, tuple[Words, CaseRecord]]:
    kept: dict[int, tuple[Words, CaseRecord]] = st.session_state.setdefault(_CASE_WORDS, {})
    return kept


def _keep(name: str, key: tuple[str, ...], value: object) -> None:
    kept: dict[tuple[str, ...], object] = st.session_state.setdefault(name, {})
    while len(kept) >= _MAX_EXPLAINED:
        kept.pop(next(iter(kept)))
    kept[key] = value
