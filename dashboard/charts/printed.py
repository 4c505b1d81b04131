"""The same figures for paper: plotly's values drawn by matplotlib.

It knows the marks that the charts of this folder use (lines, markers, bars, heat maps, filled bands, interval bars,
vertical lines, annotations) and refuses any other.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure as Paper
from matplotlib.ticker import FuncFormatter

from dashboard.charts.paper import ALONE, SLANT_DEGREES, PaperSize, Room, make_room
from dashboard.charts.paper_rows import Rows
from dashboard.charts.plain import plain, plain_lines

_KNOWN = ("scatter", "bar", "heatmap")
_DASHES = {"dash": "--", "dot": ":", "longdash": (0, (8, 3)), "solid": "-", None: "-"}
_MARKERS = {"circle": "o", "square": "s", "diamond": "D", "triangle-up": "^", None: "o"}


def print_chart(figure: Any, form: str = "svg", dpi: int = 200, size: PaperSize = ALONE) -> bytes:  # noqa: ANN401
    """A plotly figure as "svg", "png" or "pdf" on white. Raises ValueError for a mark that it does not know."""
    out = io.BytesIO()
    paper = to_paper(figure, size)
    metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form, {})
    paper.savefig(out, format=form, dpi=dpi, metadata=metadata)
    return out.getvalue()


def to_paper(figure: Any, size: PaperSize = ALONE) -> Paper:  # noqa: ANN401  (plotly is untyped)
    """The figure in matplotlib, its title the same. Raises ValueError for a mark that it does not know."""
    unknown = {trace.type for trace in figure.data} - set(_KNOWN)
    if unknown:
        raise ValueError(f"expected {', '.join(_KNOWN)}, got {', '.join(sorted(unknown))}")
    room, rows = _measure(figure, size), Rows.of(figure)
    paper = Paper(figsize=(size.width_in, room.height))
    FigureCanvasAgg(paper)
    axes: dict[tuple[str, str], Axes] = {}
    for trace in figure.data:
        place = (trace.xaxis or "x", trace.yaxis or "y")
        if place not in axes:
            axes[place] = _new_axes(paper, figure.layout, place, room)
        _draw(axes[place], trace, size, rows)
    for (x, _), panel in axes.items():
        _draw_lines(panel, figure.layout, x)
        rows.finish(panel, room)
        _finish(panel, figure.layout, x)
        if room.is_slanted:
            panel.tick_params(axis="x", rotation=SLANT_DEGREES)
            for label in panel.get_xticklabels():
                label.set(ha="right", rotation_mode="anchor")
    _annotate(axes, figure.layout, size)
    _add_legend(paper, axes, figure.layout, room)
    paper.suptitle(room.title, x=0.02, y=1 - 0.05 / room.height, ha="left", va="top", fontsize=size.title_pt)
    return paper


def _measure(figure: Any, size: PaperSize) -> Room:  # noqa: ANN401
    is_shown = figure.layout.showlegend is not False
    return make_room(
        plain(figure.layout.title.text or ""),
        figure.layout,
        size,
        row_names=[name for trace in figure.data for name in _names(trace.y)],
        column_names=[name for trace in figure.data for name in _names(trace.x)],
        n_in_legend=sum(_is_in_legend(trace) for trace in figure.data) if is_shown else 0,
    )


def _names(values: Any) -> Iterator[str]:  # noqa: ANN401
    return (value for value in (() if values is None else values) if isinstance(value, str))


def _is_in_legend(trace: Any) -> bool:  # noqa: ANN401
    return (
        trace.type == "scatter"
        and trace.showlegend is not False
        and trace.fill is None
        and bool(trace.name)
        and not (trace.mode == "lines" and trace.line.width == 0)
    )


def _new_axes(paper: Paper, layout: Any, place: tuple[str, str], room: Room) -> Axes:  # noqa: ANN401
    x, y = _axis(layout, place[0]), _axis(layout, place[1])
    axes = paper.add_axes(room.box(x.domain or (0, 1), y.domain or (0, 1)))
    axes.set_xlabel(plain(x.title.text or ""), fontsize=room.size.text_pt)
    axes.set_ylabel(plain(y.title.text or ""), fontsize=room.size.text_pt)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    axes.tick_params(labelsize=room.size.text_pt)
    return axes


def _draw(axes: Axes, trace: Any, size: PaperSize, rows: Rows) -> None:  # noqa: ANN401
    if trace.type == "scatter":
        _draw_scatter(axes, trace, size, rows)
    elif trace.type == "bar":
        width = 0.8 if len(trace.x) < 2 or isinstance(trace.x[0], str) else 0.95 * float(np.diff(trace.x[:2])[0])
        hatch = "////" if trace.marker.pattern.shape else None
        colour = _colour(trace.marker.color)
        axes.bar(list(trace.x), list(trace.y), width, color=colour, hatch=hatch, edgecolor="white", linewidth=0)
    else:
        _draw_heatmap(axes, trace, size)


def _draw_scatter(axes: Axes, trace: Any, size: PaperSize, rows: Rows) -> None:  # noqa: ANN401
    if trace.fill == "tonexty":
        above = axes.lines[-1].get_ydata()  # the edge that was drawn just before
        low = np.asarray(trace.y, dtype=float)
        axes.fill_between(list(trace.x), low, np.asarray(above, dtype=float), color=_colour(trace.fillcolor), lw=0)
        return
    line, mode = trace.line, trace.mode or "lines"
    width = 1.5 if line.width is None else float(line.width)
    colour = _colour(line.color or trace.marker.color)
    label = plain(trace.name or "") if _is_in_legend(trace) else None
    y = rows.places(trace)
    for points, symbol, is_hollow in _by_symbol(trace):
        axes.errorbar(
            [trace.x[i] for i in points],
            [y[i] for i in points],
            xerr=_error(trace.error_x, points),
            yerr=_error(trace.error_y, points),
            linestyle=_DASHES.get(line.dash, "-") if "lines" in mode and width else "none",
            linewidth=width * size.text_pt / ALONE.text_pt,
            marker=symbol if "markers" in mode else None,
            markersize=0.65 * size.text_pt,
            markerfacecolor="white" if is_hollow else colour,
            color=colour,
            clip_on=trace.cliponaxis is not False,
            zorder=3,  # over the axes' lines, on which a mark at 0% lies
            elinewidth=1,
            capsize=2,
            label=label,
        )
        label = None  # once, however many kinds of symbol the series has


def _by_symbol(trace: Any) -> Iterator[tuple[list[int], str, bool]]:  # noqa: ANN401
    """Places of the points, by symbol: filled ones first; a series of one symbol is one."""
    symbols, n = trace.marker.symbol, len(trace.x)
    each = [symbols] * n if isinstance(symbols, str) or symbols is None else list(symbols)
    for found in sorted(set(each), key=lambda name: str(name).endswith("-open")) or [None]:
        plain_name = str(found).removesuffix("-open") if found else None
        is_hollow = bool(found) and str(found).endswith("-open")
        yield [i for i in range(n) if each[i] == found], _MARKERS.get(plain_name, "o"), is_hollow


def _draw_heatmap(axes: Axes, trace: Any, size: PaperSize) -> None:  # noqa: ANN401
    colours = LinearSegmentedColormap.from_list("tint", [_colour(stop[1]) for stop in trace.colorscale])
    axes.imshow(np.asarray(trace.z, dtype=float), cmap=colours, vmin=trace.zmin, vmax=trace.zmax, aspect="auto")
    axes.set_xticks(range(len(trace.x)), list(trace.x))
    axes.set_yticks(range(len(trace.y)), list(trace.y))
    axes.grid(visible=False)
    for i, row in enumerate(trace.text if trace.text is not None else ()):
        for j, text in enumerate(row):
            axes.text(j, i, text, ha="center", va="center", fontsize=size.text_pt)


def _draw_lines(axes: Axes, layout: Any, x: str) -> None:  # noqa: ANN401
    for shape in layout.shapes:
        if shape.type == "line" and shape.xref == x and shape.x0 == shape.x1:
            axes.axvline(shape.x0, color=_colour(shape.line.color), ls=_DASHES.get(shape.line.dash, "--"), lw=1.2)


def _finish(axes: Axes, layout: Any, x: str) -> None:  # noqa: ANN401
    horizontal, vertical = _axis(layout, x), _axis(layout, x.replace("x", "y"))
    for axis, found, limit in ((axes.xaxis, horizontal, axes.set_xlim), (axes.yaxis, vertical, axes.set_ylim)):
        if (found.tickformat or "").endswith("%"):
            axis.set_major_formatter(FuncFormatter(_percent_tick))
        if found.range is not None:
            limit(*found.range)
        elif found.rangemode == "tozero":
            limit(0, None)
    if (vertical.autorange == "reversed") != bool(
        axes.images
    ):  # an image begins at the top, a plotly row at the bottom
        axes.invert_yaxis()


def _percent_tick(share: float, _: int | None = None) -> str:
    """A tick where it lies: matplotlib also puts ticks at 2.5%, which "2%" would misplace."""
    return f"{100 * share:.4g}%"


def _add_legend(paper: Paper, axes: dict[tuple[str, str], Axes], layout: Any, room: Room) -> None:  # noqa: ANN401
    if layout.showlegend is False:
        return
    handles = {label: handle for panel in axes.values() for handle, label in zip(*_legend_of(panel), strict=True)}
    size = room.size
    paper.legend(
        list(handles.values()),
        list(handles),
        loc="lower left",
        bbox_to_anchor=(0.3 * room.left / size.width_in, 0.02 / room.height),
        ncols=size.n_legend_columns,
        fontsize=0.9 * size.text_pt,
        frameon=False,
        borderpad=0,
        labelspacing=0.25,
    )


def _legend_of(panel: Axes) -> tuple[list[Any], list[str]]:
    return panel.get_legend_handles_labels()


def _annotate(axes: dict[tuple[str, str], Axes], layout: Any, size: PaperSize) -> None:  # noqa: ANN401
    for note in layout.annotations:
        text = plain_lines(note.text or "")
        place = next((panel for (x, _), panel in axes.items() if x == (note.xref or "x")), None)
        if not text or place is None:
            continue
        side = note.xanchor if note.xanchor in ("left", "right") else "center"
        at: dict[str, Any] = {"fontsize": 0.9 * size.text_pt, "ha": side}
        if str(note.yref).endswith("domain"):
            place.annotate(text, (note.x, 1.0), xycoords=("data", "axes fraction"), va="bottom", **at)
        elif place.images:
            columns = [label.get_text() for label in place.get_xticklabels()]
            rows = [label.get_text() for label in place.get_yticklabels()]
            place.text(columns.index(note.x), rows.index(note.y), text, va="center", **at)


def _axis(layout: Any, name: str) -> Any:  # noqa: ANN401
    """ "x2" is `layout.xaxis2`."""
    return layout[f"{name[0]}axis{name[1:]}"]


def _error(error: Any, points: list[int]) -> list[list[float]] | None:  # noqa: ANN401
    if error is None or error.array is None:
        return None
    below = error.array if error.arrayminus is None else error.arrayminus
    return [[max(0.0, float(part[i])) for i in points] for part in (below, error.array)]


def _colour(colour: Any) -> Any:  # noqa: ANN401
    """ "#0072B2" as it is; plotly's "rgba(0, 114, 178, 0.2)" as four numbers in [0, 1]."""
    found = re.fullmatch(r"rgba\((\d+), (\d+), (\d+), ([\d.]+)\)", str(colour))
    if not found:
        return colour or "black"
    return (*(int(part) / 255 for part in found.groups()[:3]), float(found[4]))
