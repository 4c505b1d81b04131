"""The parts of follow-up that need no page: words, the matrix for the browser, the trend."""

from datetime import date

import numpy as np
import pytest

from core.imaging.registration import NotAligned, Registration
from dashboard.charts.trend import Trend, score_trend
from dashboard.components.compare import to_css
from dashboard.components.follow_up import alignment_words
from dashboard.components.recall import due_words

TURNED = np.array([[0.0, -1.0, 99.0], [1.0, 0.0, 0.0]])  # by 90 degrees, in a picture 100 px wide


def aligned(misfit_px: float, matrix: np.ndarray = TURNED) -> Registration:
    return Registration(matrix, n_points=40, misfit_px=misfit_px, likeness=0.9, overlap=1.0)


@pytest.mark.parametrize(("misfit_px", "fit"), [(1.0, "close fit"), (4.0, "fair fit"), (9.0, "loose fit")])
def test_the_misfit_is_told_in_words_and_figures(misfit_px: float, fit: str) -> None:
    said = alignment_words(aligned(misfit_px), width_px=600)
    for part in (fit, "40 matching points", f"{misfit_px:.1f} px", f"{misfit_px / 600:.1%}", "turned by 90°", "100%"):
        assert part in said


def test_what_was_not_aligned_is_told() -> None:
    said = alignment_words(NotAligned("Too few points."), width_px=600)
    assert said == "Not aligned: Too few points. The pictures are shown as they were taken."


def test_the_browser_gets_the_matrix_for_the_corners_of_pixels() -> None:
    """A turn by 90 degrees takes the picture's top left corner to its top right one: x = 0 to x = 100."""
    a, b, c, d, e, f = to_css(TURNED)
    assert (a, b, c, d) == (0, 1, -1, 0)
    assert (a * 0 + c * 0 + e, b * 0 + d * 0 + f) == (100, 0)
    assert to_css(np.eye(2, 3)) == [1, 0, 0, 1, 0, 0]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (1, "overdue by 9 days"),
        (9, "overdue by 1 day"),
        (10, "due today"),
        (12, "due in 2 days"),
        (30, "due in 3 weeks"),
    ],
)
def test_how_far_off_a_recall_is(day: int, words: str) -> None:
    assert due_words(date(2026, 6, day), date(2026, 6, 10)) == words


def test_a_line_joins_scores_of_one_version_only() -> None:
    days = [date(2026, 1, 1), date(2026, 6, 1)]
    figure = score_trend([Trend("net 1", days, [0.1, 0.2], 0.3), Trend("net 2", days[1:], [0.6], 0.4)])
    assert [(trace.name, list(trace.y)) for trace in figure.data] == [("net 1", [0.1, 0.2]), ("net 2", [0.6])]
    assert len({(trace.marker.symbol, trace.line.color) for trace in figure.data}) == 2
    assert "10%" in figure.data[0].hovertext[0]
    assert "refer from 40%" in figure.data[1].hovertext[0]


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        ([date(2026, 11, 28)] * 2, date(2026, 11, 27), date(2026, 11, 29)),
        ([date(2025, 1, 1), date(2026, 11, 28)], date(2024, 11, 28), date(2027, 1, 1)),
    ],
)
def test_the_days_of_a_trend_stay_whole_days(days: list[date], first: date, last: date) -> None:
    """Two pictures of one day would otherwise stand between two milliseconds."""
    axis = score_trend([Trend("net", days, [0.1, 0.2], 0.3)]).layout.xaxis
    assert tuple(axis.range) == (first, last)
    assert axis.tickformat == "%d %b %Y"
    assert axis.dtick == (24 * 60 * 60 * 1000 if days[0] == days[1] else None)
