"""What was worked out in this session and need not be again: pictures for the browser, heat maps, checks of them."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

_AT_MOST = 64  # small numbers each

T = TypeVar("T")


def once(kind: str, key: tuple[str, ...], work_out: Callable[[], T], at_most: int = _AT_MOST) -> T:
    """What was worked out for `key` in this session, or is now; the oldest of its kind goes when there are too many."""
    kept: dict[tuple[str, ...], T] = st.session_state.setdefault(f"once-{kind}", {})
    if key in kept:
        return kept[key]
    found = work_out()
    while len(kept) >= at_most:
        kept.pop(next(iter(kept)))
    kept[key] = found
    return found


def known(kind: str, key: tuple[str, ...], of: type[T]) -> T | None:
    """What `once` has worked out, an `of`; None where it has not."""
    found = st.session_state.get(f"once-{kind}", {}).get(key)
    return found if isinstance(found, of) else None
