"""Rows of named groups on paper: a place for each name, and series that stand beside each other in it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from dashboard.charts.paper import Room

_APART = 0.3  # of a row, between two series that have a point in it
_EDGE = 0.6  # of a row, beyond the middle of the first and of the last


@dataclass(frozen=True, slots=True)
class Rows:
    """The names of a figure's rows from the first on, none on an axis of numbers; `series` share them."""

    names: tuple[str, ...]
    series: tuple[str, ...]
    n_in_row: Counter[str]

    @classmethod
    def of(cls, figure: Any) -> "Rows":  # noqa: ANN401  (plotly is untyped)
        """In the order that the figure asks for, else in that in which its series name them."""
        named = [trace for trace in figure.data if trace.type == "scatter" and any(_names(trace))]
        drawn = [name for trace in named for name in _names(trace)]
        wanted = figure.layout.yaxis.categoryarray if named else None
        is_grouped = figure.layout.scattermode == "group"
        return cls(
            names=tuple(dict.fromkeys([*(() if wanted is None else wanted), *drawn])),
            series=tuple(trace.name for trace in named) if is_grouped else (),
            n_in_row=Counter(drawn),
        )

    def places(self, trace: Any) -> list[Any]:  # noqa: ANN401
        """The y of each point of a series: numbers as they are, for a name its row, above or below its middle where
        other series have a point too."""
        if not self.names or not any(_names(trace)):
            return list(trace.y)
        return [self.names.index(name) + self._offset(trace.name, name) for name in trace.y]

    def finish(self, axes: Axes, room: Room) -> None:
        """Write the names, in as many lines as they need."""
        if self.names:
            axes.set_yticks(range(len(self.names)), list(map(room.broken, self.names)))
            axes.set_ylim(-_EDGE, len(self.names) - 1 + _EDGE)

    def _offset(self, series: str, name: str) -> float:
        if self.n_in_row[name] < 2 or series not in self.series:
            return 0.0
        return _APART * (self.series.index(series) - (len(self.series) - 1) / 2)


def _names(trace: Any) -> Iterator[str]:  # noqa: ANN401
    return (value for value in (() if trace.y is None else trace.y) if isinstance(value, str))
