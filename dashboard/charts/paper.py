"""How much room a chart takes on paper, in inches: no label is cut off, no legend lies over an axis."""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_SCREEN_PX = 420  # a chart's usual height on the screen; those of many rows are higher
_LETTER = 0.56  # width of a letter of DejaVu Sans, in its size
_POINTS = 72


@dataclass(frozen=True, slots=True)
class PaperSize:
    """A chart's width, the height of its plotting area at the usual height of a chart, and its type sizes in points."""

    width_in: float
    plot_height_in: float
    title_pt: float
    text_pt: float
    n_legend_columns: int


ALONE = PaperSize(7.2, 3.1, 11, 8, 2)
ACROSS = PaperSize(6.85, 2.1, 8.5, 7, 2)  # the width of a report's page
BESIDE = PaperSize(3.35, 1.9, 7.5, 6, 1)  # two in a row


@dataclass(frozen=True, slots=True)
class Room:
    """What surrounds the plotting area, in inches, its own height, and whether the names of its columns lie aslant, or
    they would run into each other."""

    size: PaperSize
    title: str
    left: float
    bottom: float
    top: float
    legend: float
    plot_height: float
    is_slanted: bool
    n_letters: int = 60

    def broken(self, name: str) -> str:
        """The name of a row in lines that fit beside the plotting area."""
        return "\n".join(_lines(name, self.n_letters))

    @property
    def height(self) -> float:
        """Of the whole chart."""
        return self.top + self.plot_height + self.bottom + self.legend

    def box(self, x_domain: Sequence[float], y_domain: Sequence[float]) -> tuple[float, float, float, float]:
        """Left, bottom, width and height of a panel as shares of the paper, from its shares of the plotting area."""
        width = self.size.width_in - self.left - _RIGHT
        (x0, x1), (y0, y1) = x_domain, y_domain
        gap = 0.0 if x0 == 0 else self.left * 0.6  # a second panel has labels of its own at its left
        return (
            (self.left + x0 * width + gap) / self.size.width_in,
            (self.bottom + self.legend + y0 * self.plot_height) / self.height,
            ((x1 - x0) * width - gap) / self.size.width_in,
            (y1 - y0) * self.plot_height / self.height,
        )


_RIGHT = 0.18
_BESIDE_NAMES = 4.4  # letters' heights that the title of an axis and its marks take
_FEWEST_LETTERS = 8  # of a line of a row's name
_LINE = 1.3  # from a line of a row's name to the next, in letters' heights


def make_room(
    title: str,
    layout: Any,  # noqa: ANN401  (plotly is untyped)
    size: PaperSize,
    *,
    row_names: Sequence[str],
    column_names: Sequence[str],
    n_in_legend: int,
) -> Room:
    """Room for a title, for the names of rows, in lines, and of columns (none on axes of numbers), and for a legend."""
    text_in, title_in = size.text_pt / _POINTS, size.title_pt / _POINTS
    lines = textwrap.wrap(title, max(20, int(size.width_in / (title_in * _LETTER))))
    rows = list(dict.fromkeys(row_names))
    names = _longest(rows) * text_in * _LETTER
    left = min(_BESIDE_NAMES * text_in + max(2.0 * text_in, names), 0.5 * size.width_in)
    n_letters = max(_FEWEST_LETTERS, round((left - _BESIDE_NAMES * text_in) / (text_in * _LETTER)))
    n_lines = max((len(_lines(name, n_letters)) for name in rows), default=1)
    usual = size.plot_height_in * float(layout.height or _SCREEN_PX) / _SCREEN_PX
    column = _longest(column_names) * text_in * _LETTER
    is_slanted = len(set(column_names)) * (column + text_in) > size.width_in - 1.0
    return Room(
        size=size,
        title="\n".join(lines),
        left=left,
        bottom=4.2 * text_in + column * math.sin(math.radians(SLANT_DEGREES)) * is_slanted,
        top=1.35 * len(lines) * title_in + 2.2 * text_in,
        legend=1.5 * text_in * math.ceil(n_in_legend / size.n_legend_columns),
        plot_height=max(usual, len(rows) * (n_lines + 0.5) * _LINE * text_in),
        is_slanted=is_slanted,
        n_letters=n_letters,
    )


SLANT_DEGREES = 25.0


def _lines(name: str, n_letters: int) -> list[str]:
    """A name in lines; "(n 69)" stays whole."""
    return textwrap.wrap(name.replace("(n ", "(n\u00a0"), n_letters) or [name]


def _longest(names: Sequence[str]) -> int:
    return max(map(len, names), default=0)
