"""The same figures for paper: plotly's values drawn by matplotlib, and as a table of numbers.

It knows the marks that the charts of this folder use (lines, markers, bars, heat maps, filled bands, interval bars,
vertical lines, annotations) and refuses any other.
"""

import csv
import html
import io
import re
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure as Paper
from matplotlib.ticker import PercentFormatter

_KNOWN = ("scatter", "bar", "heatmap")
_INCHES = (7.2, 4.6)
_SHARE_TICKS = ".0%"
_DASHES = {"dash": "--", "dot": ":", "longdash": (0, (8, 3)), "solid": "-", None: "-"}
_MARKERS = {"circle": "o", "square": "s", "diamond": "D", "triangle-up": "^", None: "o"}
_BOX = (0.12, 0.2, 0.84, 0.66)  # left, bottom, width, height of plotly's plotting area on the paper


def print_chart(figure: Any, form: str = "svg", dpi: int = 200) -> bytes:  # noqa: ANN401  (plotly is untyped)
    """A plotly figure as "svg", "png" or "pdf" on white. Raises ValueError for a mark that it does not know."""
    out = io.BytesIO()
    paper = to_paper(figure)
    metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form, {})
    paper.savefig(out, format=form, dpi=dpi, metadata=metadata)
    return out.getvalue()


def to_paper(figure: Any) -> Paper:  # noqa: ANN401
    """The figure in matplotlib, its title the same. Raises ValueError for a mark that it does not know."""
    extra = max(0.0, float(figure.layout.height or 420) / 420 - 1)
    paper = Paper(figsize=(_INCHES[0], _INCHES[1] * (1 + 0.8 * extra)))
    FigureCanvasAgg(paper)
    axes: dict[tuple[str, str], Axes] = {}
    for trace in figure.data:
        if trace.type not in _KNOWN:
            raise ValueError(f"expected one of {', '.join(_KNOWN)}, got {trace.type}")
        place = (trace.xaxis or "x", trace.yaxis or "y")
        if place not in axes:
            axes[place] = _new_axes(paper, figure.layout, place)
        _draw(axes[place], trace)
    for (x, _), panel in axes.items():
        _draw_lines(panel, figure.layout, x)
        _finish(panel, figure.layout, x)
    _annotate(axes, figure.layout)
    paper.suptitle(_plain(figure.layout.title.text or ""), x=0.02, ha="left", fontsize=11)
    return paper


def chart_csv(figure: Any) -> str:  # noqa: ANN401
    """Every drawn value: series, x, y, the ends of its interval where it has one, and what hovering says."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["series", "x", "y", "y_low", "y_high", "x_low", "x_high", "in_words"])
    for trace in figure.data:
        writer.writerows(_cells(trace))
    return out.getvalue()


def _cells(trace: Any) -> list[list[Any]]:  # noqa: ANN401
    if trace.type == "heatmap":
        texts = trace.hovertext
        return [
            [trace.y[i], trace.x[j], z, "", "", "", "", _plain(str(texts[i][j]))]
            for i, row in enumerate(trace.z)
            for j, z in enumerate(row)
        ]
    x, y = list(trace.x), list(trace.y)
    words = trace.hovertext if trace.hovertext is not None else [""] * len(x)
    ends = zip(*_ends(y, trace.error_y), *_ends(x, trace.error_x), strict=True)
    return [
        [_plain(trace.name or ""), *pair, *end, _plain(str(said))]
        for pair, end, said in zip(zip(x, y, strict=True), ends, words, strict=True)
    ]


def _ends(values: list[Any], error: Any) -> tuple[list[Any], list[Any]]:  # noqa: ANN401
    if error is None or error.array is None:
        return [""] * len(values), [""] * len(values)
    below = error.array if error.arrayminus is None else error.arrayminus
    return (
        [value - part for value, part in zip(values, below, strict=True)],
        [value + part for value, part in zip(values, error.array, strict=True)],
    )


def _new_axes(paper: Paper, layout: Any, place: tuple[str, str]) -> Axes:  # noqa: ANN401
    x, y = _axis(layout, place[0]), _axis(layout, place[1])
    (left, right), (bottom, top) = x.domain or (0, 1), y.domain or (0, 1)
    x0, y0, width, height = _BOX
    box = (x0 + left * width, y0 + bottom * height, (right - left) * width, (top - bottom) * height)
    axes = paper.add_axes(box)
    axes.set_xlabel(_plain(x.title.text or ""), fontsize=9)
    axes.set_ylabel(_plain(y.title.text or ""), fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    axes.tick_params(labelsize=8)
    return axes


def _draw(axes: Axes, trace: Any) -> None:  # noqa: ANN401
    if trace.type == "scatter":
        _draw_scatter(axes, trace)
    elif trace.type == "bar":
        width = 0.8 if len(trace.x) < 2 or isinstance(trace.x[0], str) else 0.95 * float(np.diff(trace.x[:2])[0])
        axes.bar(list(trace.x), list(trace.y), width, color=_colour(trace.marker.color), label=trace.name)
    else:
        _draw_heatmap(axes, trace)


def _draw_scatter(axes: Axes, trace: Any) -> None:  # noqa: ANN401
    x, y = list(trace.x), list(trace.y)
    line, marker, mode = trace.line, trace.marker, trace.mode or "lines"
    if trace.fill == "tonexty":
        above = axes.lines[-1].get_ydata()  # the edge that was drawn just before
        axes.fill_between(x, y, np.asarray(above, dtype=float), color=_colour(trace.fillcolor), lw=0)
        return
    colour = _colour(line.color or marker.color)
    style = _DASHES.get(line.dash, "-") if "lines" in mode else "none"
    width = 1.5 if line.width is None else float(line.width)
    symbol, is_hollow = _symbol(marker.symbol)
    is_shown = trace.showlegend is not False and width > 0
    errors = {name: _error(getattr(trace, f"error_{name}")) for name in ("x", "y")}
    axes.errorbar(
        x,
        y,
        xerr=errors["x"],
        yerr=errors["y"],
        linestyle=style if width else "none",
        linewidth=width,
        marker=symbol if "markers" in mode else None,
        markersize=5.5,
        markerfacecolor="white" if is_hollow else colour,
        color=colour,
        elinewidth=1,
        capsize=2,
        label=_plain(trace.name or "") if is_shown else None,
    )


def _draw_heatmap(axes: Axes, trace: Any) -> None:  # noqa: ANN401
    colours = LinearSegmentedColormap.from_list("tint", [_colour(stop[1]) for stop in trace.colorscale])
    axes.imshow(np.asarray(trace.z, dtype=float), cmap=colours, vmin=trace.zmin, vmax=trace.zmax, aspect="auto")
    axes.set_xticks(range(len(trace.x)), list(trace.x), rotation=20 if len(trace.x) > 3 else 0, ha="right")
    axes.set_yticks(range(len(trace.y)), list(trace.y))
    axes.grid(visible=False)
    for i, row in enumerate(trace.text if trace.text is not None else ()):
        for j, text in enumerate(row):
            axes.text(j, i, text, ha="center", va="center", fontsize=8)


def _draw_lines(axes: Axes, layout: Any, x: str) -> None:  # noqa: ANN401
    for shape in layout.shapes:
        if shape.type == "line" and shape.xref == x and shape.x0 == shape.x1:
            axes.axvline(shape.x0, color=_colour(shape.line.color), ls=_DASHES.get(shape.line.dash, "--"), lw=1.2)


def _finish(axes: Axes, layout: Any, x: str) -> None:  # noqa: ANN401
    horizontal, vertical = _axis(layout, x), _axis(layout, x.replace("x", "y"))
    for axis, found, limit in ((axes.xaxis, horizontal, axes.set_xlim), (axes.yaxis, vertical, axes.set_ylim)):
        if (found.tickformat or "").endswith("%"):
            axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        if found.range is not None:
            limit(*found.range)
    if (vertical.autorange == "reversed") != bool(
        axes.images
    ):  # an image begins at the top, a plotly row at the bottom
        axes.invert_yaxis()
    labels = [label for label in axes.get_legend_handles_labels()[1] if label]
    if labels and layout.showlegend is not False:
        axes.legend(loc="upper left", bbox_to_anchor=(0, -0.13), ncols=2, fontsize=7, frameon=False)


def _annotate(axes: dict[tuple[str, str], Axes], layout: Any) -> None:  # noqa: ANN401
    for note in layout.annotations:
        text = _plain(note.text or "")
        place = next((panel for (x, _), panel in axes.items() if x == (note.xref or "x")), None)
        if not text or place is None:
            continue
        if str(note.yref).endswith("domain"):
            place.annotate(
                text, (note.x, 1.0), xycoords=("data", "axes fraction"), fontsize=7, ha="center", va="bottom"
            )
        elif place.images:
            columns = [label.get_text() for label in place.get_xticklabels()]
            rows = [label.get_text() for label in place.get_yticklabels()]
            place.text(columns.index(note.x), rows.index(note.y), text, ha="center", va="center", fontsize=9)


def _axis(layout: Any, name: str) -> Any:  # noqa: ANN401
    """ "x2" is `layout.xaxis2`."""
    return layout[f"{name[0]}axis{name[1:]}"]


def _error(error: Any) -> list[list[float]] | None:  # noqa: ANN401
    if error is None or error.array is None:
        return None
    below = error.array if error.arrayminus is None else error.arrayminus
    return [[max(0.0, float(v)) for v in below], [max(0.0, float(v)) for v in error.array]]


def _symbol(symbol: Any) -> tuple[str, bool]:  # noqa: ANN401
    name = symbol if isinstance(symbol, str) or symbol is None else (list(symbol) or [None])[0]
    is_hollow = bool(name) and str(name).endswith("-open")
    return _MARKERS.get(str(name).removesuffix("-open") if name else None, "o"), is_hollow


def _colour(colour: Any) -> Any:  # noqa: ANN401
    """ "#0072B2" as it is; plotly's "rgba(0, 114, 178, 0.2)" as four numbers in [0, 1]."""
    found = re.fullmatch(r"rgba\((\d+), (\d+), (\d+), ([\d.]+)\)", str(colour))
    if not found:
        return colour or "black"
    return (*(int(part) / 255 for part in found.groups()[:3]), float(found[4]))


def _plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", text)).strip()
