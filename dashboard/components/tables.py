"""Tables as HTML: numbers aligned, everything escaped, no cell that could be read as markup."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with a smaller one behind it (an interval, an n); `is_big` for the figures that a page is about."""

    text: str
    small: str = ""
    is_big: bool = False


def value_cell(text: str, *, is_big: bool = False) -> Cell:
    """A figure as it is written, its interval in small: "94.0% (91.0–96.3%)" becomes "94.0%" and "91.0–96.3%"."""
    value, _, interval = text.partition(" (")
    return Cell(value, interval.rstrip(")"), is_big) if "–" in interval else Cell(text)


def draw_points(title: str, sentences: Iterable[str]) -> None:
    """A short list in small type, under a title where it has one."""
    points = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in sentences if sentence)
    head = f"<b>{html.escape(title)}</b>" if title else ""
    st.html(f'<div class="lw-points">{head}<ul>{points}</ul></div>')


def draw_table(head: Sequence[str | Cell], rows: Iterable[Sequence[str | Cell]], *, is_wide: bool = True) -> None:
    """One row per sequence, its first cell being the row's name; an empty `head` draws no head."""
    top = f"<thead><tr>{''.join(_tag('th', cell) for cell in head)}</tr></thead>" if head else ""
    body = "".join(f"<tr>{_tag('th', row[0])}{''.join(_tag('td', cell) for cell in row[1:])}</tr>" for row in rows)
    kind = "lw-table lw-wide" if is_wide else "lw-table"
    st.html(f'<div class="lw-scroll"><table class="{kind}">{top}<tbody>{body}</tbody></table></div>')


def _tag(tag: str, cell: str | Cell) -> str:
    cell = cell if isinstance(cell, Cell) else Cell(cell)
    small = f" <small>{html.escape(cell.small)}</small>" if cell.small else ""
    text = html.escape(cell.text)
    return f"<{tag}>{f'<span class=lw-big>{text}</span>' if cell.is_big else text}{small}</{tag}>"
