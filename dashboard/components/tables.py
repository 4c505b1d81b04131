"""Tables as HTML: numbers aligned, everything escaped, no cell that could be read as markup."""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import streamlit as st

_FIGURE = re.compile(r"[<>+−-]? ?[\d,]+(?P<decimals>\.\d+)?(?P<unit>%?)")


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
    """One row per sequence, its first cell being the row's name; an empty `head` draws no head. Numbers of one kind
    under each other end at one edge."""
    cells = [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in rows]
    widths = [_figure_width(column) for column in zip_longest(*cells, fillvalue=Cell(""))]
    top = f"<thead><tr>{''.join(_tag('th', cell) for cell in head)}</tr></thead>" if head else ""
    body = "".join(f"<tr>{_tag('th', row[0])}{_figures(row[1:], widths[1:])}</tr>" for row in cells)
    kind = "lw-table lw-wide" if is_wide else "lw-table"
    table = f'<table class="{kind}">{top}<tbody>{body}</tbody></table>'
    st.html(f'<div class="lw-scroll" tabindex="0" role="group" aria-label="Table">{table}</div>')


def _figures(cells: Sequence[Cell], widths: Sequence[int]) -> str:
    return "".join(_tag("td", cell, width) for cell, width in zip(cells, widths, strict=False))


def _tag(tag: str, cell: str | Cell, n_letters: int = 0) -> str:
    """`n_letters` is the room that figures of the column take."""
    cell = cell if isinstance(cell, Cell) else Cell(cell)
    small = f" <small>{html.escape(cell.small)}</small>" if cell.small else ""
    text = html.escape(cell.text)
    if n_letters and _FIGURE.fullmatch(cell.text):
        text = f'<span class="lw-figure" style="min-width: {n_letters + 0.3}ch">{text}</span>'
    return f"<{tag}>{f'<span class=lw-big>{text}</span>' if cell.is_big else text}{small}</{tag}>"


def _figure_width(column: Sequence[Cell]) -> int:
    """The letters of the longest figure, where all are of one kind (so many decimals, a share or not, so big) and some
    are shorter; else 0."""
    found = [(cell, match) for cell in column if (match := _FIGURE.fullmatch(cell.text))]
    kinds = {(cell.is_big, len(match["decimals"] or ""), match["unit"]) for cell, match in found}
    lengths = {len(cell.text) for cell, _ in found}
    return max(lengths) if len(kinds) == 1 and len(lengths) > 1 else 0
