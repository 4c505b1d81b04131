"""Rates by month: every month has its place, and the title says n and interval."""

import math

import pandas as pd

from core.taxonomy import Band
from dashboard.charts.rates import every_month, live_rates

COUNTED = ("n", *map(str, Band), "reviewed", "agreed", "checked", "overridden")


def months(*rows: tuple[int, int]) -> pd.DataFrame:
    """Ten cases in each of these months: four referred, eight reviewed, six agreed."""
    counts = (10, 4, 1, 5, 8, 6, 10, 1)
    return pd.DataFrame([(*row, *counts) for row in rows], columns=["year", "month", *COUNTED])


EMPTY = pd.DataFrame(columns=["year", "month", "first_reads", "finals", "switched", "looked_at", "held_back"])


def test_a_month_without_cases_has_its_place_and_no_mark_over_the_turn_of_the_year() -> None:
    filled = every_month(months((2025, 11), (2026, 2)))
    assert list(zip(filled["year"], filled["month"], strict=True)) == [(2025, 11), (2025, 12), (2026, 1), (2026, 2)]
    assert filled["n"].tolist() == [10, 0, 0, 10]
    refer = live_rates(months((2025, 11), (2026, 2)), EMPTY, EMPTY)["bands"].data[0]
    assert list(refer.x) == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert [math.isnan(value) for value in refer.y] == [False, True, True, False]
    assert not refer.connectgaps


def test_titles_say_the_share_with_interval_and_n() -> None:
    charts = live_rates(months((2026, 1), (2026, 2)), EMPTY, EMPTY)
    assert charts["bands"].layout.title.text == "40% (22–61%) of 20 cases were referred"
    assert charts["agreement"].layout.title.text == "The clinician agreed in 75% (51–90%) of 16 reviewed cases"
    assert charts["overrides"].layout.title.text.startswith("10% (3–30%) of 20 cases")
    assert set(charts) == {"bands", "agreement", "overrides"}


def test_nothing_counted_gives_no_chart() -> None:
    assert live_rates(months(), EMPTY, EMPTY) == {}
