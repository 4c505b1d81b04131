"""Typed access to what one browser session holds; the only place that knows its keys.

Widget keys do not outlive a change of page, so what must live is copied here.
"""

from dashboard.session.analyse import (
    AnalyseState,
    Intake,
    analyse_state,
    case_map_state,
)
from dashboard.session.case import (
    case_begun_from,
    case_words,
    case_words_key,
    forget_case_words,
    show_stored_words,
)
from dashboard.session.choices import (
    flash,
    is_private,
    reader,
    set_reader,
    set_shown_network,
    shown_network,
    take_flash,
    toggle_private,
)
from dashboard.session.history import (
    HistoryTrail,
    history_trail,
    keep_history_trail,
)
from dashboard.session.once import known, once
from dashboard.session.uploads import arrived, n_lost
from dashboard.session.worklist import (
    BATCH_PAGE,
    BATCH_PART,
    BatchIntake,
    batch_intake,
    batch_page,
    batch_part,
    clear_picked_items,
    forget_batch_page,
    forget_batch_view,
    keep_batch_page_below,
    pick_items,
    pick_key,
    picked_items,
)

__all__ = [
    "BATCH_PAGE",
    "BATCH_PART",
    "AnalyseState",
    "BatchIntake",
    "HistoryTrail",
    "Intake",
    "analyse_state",
    "arrived",
    "batch_intake",
    "batch_page",
    "batch_part",
    "case_begun_from",
    "case_map_state",
    "case_words",
    "case_words_key",
    "clear_picked_items",
    "flash",
    "forget_batch_page",
    "forget_batch_view",
    "forget_case_words",
    "history_trail",
    "is_private",
    "keep_batch_page_below",
    "keep_history_trail",
    "known",
    "n_lost",
    "once",
    "pick_items",
    "pick_key",
    "picked_items",
    "reader",
    "set_reader",
    "set_shown_network",
    "show_stored_words",
    "shown_network",
    "take_flash",
    "toggle_private",
]
