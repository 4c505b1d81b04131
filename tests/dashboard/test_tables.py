"""Tables: figures of one kind stand under each other, and nothing that is shown can be markup."""

import re

import pytest

from dashboard.components.tables import Cell, draw_table


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is given to the page."""
    pieces: list[str] = []
    monkeypatch.setattr("dashboard.components.tables.st.html", pieces.append)
    return pieces


def widths(markup: str) -> list[tuple[str, ...]]:
    return [found.groups() for found in re.finditer(r"min-width: ([\d.]+)ch\">([^<]+)<", markup)]


def test_figures_of_one_kind_end_at_one_edge(drawn: list[str]) -> None:
    draw_table(["", "Share", "n"], [["a", Cell("5.3%", "3.3–7.4%"), "1,440"], ["b", Cell("100.0%"), "360"]])
    assert widths(drawn[0]) == [("6.3", "5.3%"), ("5.3", "1,440"), ("6.3", "100.0%"), ("5.3", "360")]


def test_a_column_of_figures_of_several_kinds_begins_at_one_edge(drawn: list[str]) -> None:
    draw_table([], [["Sensitivity", Cell("99.0%", is_big=True)], ["ROC-AUC", "0.957"], ["Note", "not measured"]])
    assert widths(drawn[0]) == []


def test_figures_that_are_as_long_as_each_other_need_no_room(drawn: list[str]) -> None:
    draw_table([], [["a", "0.957"], ["b", "0.889"]])
    assert widths(drawn[0]) == []


def test_words_beside_figures_and_short_rows_stay_as_they_are(drawn: list[str]) -> None:
    draw_table([], [["a", "0.1"], ["b", "–"], ["c"], ["d", "12.1"]])
    assert widths(drawn[0]) == [("4.3", "0.1"), ("4.3", "12.1")]
    assert "<td>–</td>" in drawn[0]


def test_nothing_is_markup(drawn: list[str]) -> None:
    draw_table(["<b>"], [["<i>", Cell("<u>", "<s>")]])
    assert not re.search(r"<[bius]>", drawn[0])
