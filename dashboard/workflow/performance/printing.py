"""Charts as pictures of the size that the report has room for."""

from typing import Any

from dashboard.charts.paper import ACROSS, BESIDE
from dashboard.charts.printed import print_chart

_DPI = 180  # fine lines stay fine on a desk printer; the file stays below 2 MB


def print_across(chart: Any) -> bytes:  # noqa: ANN401  (plotly is untyped)
    """As wide as the page."""
    return print_chart(chart, "png", _DPI, ACROSS)


def print_beside(chart: Any) -> bytes:  # noqa: ANN401
    """Half as wide as the page."""
    return print_chart(chart, "png", _DPI, BESIDE)
