"""The same figures as a table of numbers."""

import csv
import io
import math
from typing import Any

from dashboard.charts.plain import plain


def chart_csv(figure: Any) -> str:  # noqa: ANN401  (plotly is untyped)
    """Every drawn value: series, x, y, the ends of its interval where it has one, and what hovering says."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["series", "x", "y", "y_low", "y_high", "x_low", "x_high", "in_words"])
    for trace in figure.data:
        writer.writerows([_known(cell) for cell in row] for row in _cells(trace))
    return out.getvalue()


def _known(cell: Any) -> Any:  # noqa: ANN401
    """Nothing where there is no number: "nan" in a column of numbers makes a spreadsheet take them for words."""
    return "" if isinstance(cell, float) and math.isnan(cell) else cell


def _cells(trace: Any) -> list[list[Any]]:  # noqa: ANN401
    if trace.type == "heatmap":
        texts = trace.hovertext
        return [
            [trace.y[i], trace.x[j], z, "", "", "", "", plain(str(texts[i][j]))]
            for i, row in enumerate(trace.z)
            for j, z in enumerate(row)
        ]
    x, y = list(trace.x), list(trace.y)
    words = trace.hovertext if trace.hovertext is not None else [""] * len(x)
    ends = zip(*_ends(y, trace.error_y), *_ends(x, trace.error_x), strict=True)
    return [
        [plain(trace.name or ""), *pair, *end, plain(str(said))]
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
