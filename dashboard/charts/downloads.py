"""A chart as a file. matplotlib comes with the first drawn one: half a second of import that no page should pay."""

from typing import Any

from dashboard.charts.numbers import chart_csv


def chart_bytes(figure: Any, form: str) -> bytes:  # noqa: ANN401  (plotly is untyped)
    """A figure as "png", "svg" or "csv" (UTF-8 with a byte order mark, which spreadsheets need)."""
    if form == "csv":
        return chart_csv(figure).encode("utf-8-sig")
    from dashboard.charts.printed import print_chart

    return print_chart(figure, form)
