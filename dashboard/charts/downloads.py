"""A chart as a file. matplotlib comes with the first drawn one: half a second of import that no page should pay."""

from typing import Any


def chart_bytes(figure: Any, form: str) -> bytes:  # noqa: ANN401  (plotly is untyped)
    """A figure as "png", "svg" or "csv" (UTF-8 with a byte order mark, which spreadsheets need)."""
    from dashboard.charts.printed import chart_csv, print_chart

    return chart_csv(figure).encode("utf-8-sig") if form == "csv" else print_chart(figure, form)
