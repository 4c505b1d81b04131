"""Pictures of the labelled images, which are shown where the folder that holds them is known."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import streamlit as st

from core.domain import LesionImage
from core.errors import DataFolderInvalid, ImageRejected
from core.imaging.decode import decode
from dashboard.components.pictures import PLAIN, encode_picture
from dashboard.resources import get_practice


class Found(Protocol):
    """What a search in the folder gives: whether its list of files is the one that was worked on."""

    @property
    def is_same_list(self) -> bool: ...


FoundT = TypeVar("FoundT", bound=Found)
T = TypeVar("T")


def find_labelled(find: Callable[[Path], FoundT], *, done: str) -> FoundT | None:
    """What `find` makes of the data folder; says how to give the folder where it is missing or another one. `done` is
    what was done with the right list of files."""
    data = get_practice().data
    if data is None:
        st.info(
            "The pictures are shown once the folder of labelled images is known: enter it under Settings, or start the "
            "app with LESIONWISE_DATA set to it.",
            icon=":material/image:",
        )
        return None
    try:
        found = find(data)
    except DataFolderInvalid as error:
        st.warning(f"No pictures: {error} Correct the data folder under Settings.", icon=":material/image:")
        return None
    if not found.is_same_list:
        st.warning(f"The data folder holds another list of files than the one {done}.", icon=":material/warning:")
    return found


def lay_out(items: Sequence[T], n_columns: int, draw: Callable[[T], None]) -> None:
    """Each item in a frame of its own, so many in a row."""
    for start in range(0, len(items), n_columns):
        for column, item in zip(st.columns(n_columns), items[start : start + n_columns], strict=False):
            with column, st.container(border=True, gap="xsmall"):
                draw(item)


def draw_labelled(path: Path, draw: Callable[[LesionImage], None] | None = None) -> None:
    """The picture of a file, or what `draw` makes of it; says where it cannot be read."""
    try:
        image = decode(path.read_bytes())
    except (ImageRejected, OSError):
        st.caption("This picture cannot be read.")
        return
    if draw is not None:
        draw(image)
    else:
        st.image(encode_picture(image.pixels), width="stretch", alt=PLAIN)
