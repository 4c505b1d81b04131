"""A batch: its uploader, the part and the page of its worklist that are shown, and what is picked there."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

import streamlit as st

from core.domain import Upload
from db.repositories.batch_rows import WorklistPart

BATCH_PART, BATCH_PAGE = "batch-part", "batch-page"
_PICK, _INTAKE = "pick-", "batch_intake"


@dataclass(slots=True, eq=False)
class BatchIntake:
    """What becomes of the files in the uploader of the batch page.

    `round` counts the uploaders, each of which is empty at first; `taken` holds its ids of the files that went into a
    batch, `late` the files that came after theirs was begun. `is_wanted` is set by the button until the batch is begun,
    `begun` from then on until it was opened. `lock` is held meanwhile: Streamlit begins the next run beside the
    one that it interrupts.
    """

    round: int = 0
    taken: set[str] = field(default_factory=set)
    late: list[Upload] = field(default_factory=list)
    is_wanted: bool = False
    begun: int | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def uploader(self) -> str:
        """The key of the uploader."""
        return f"batch-uploader-{self.round}"


def batch_intake() -> BatchIntake:
    """What this session gives to a batch."""
    intake: BatchIntake = st.session_state.setdefault(_INTAKE, BatchIntake())
    return intake


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
