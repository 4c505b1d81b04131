"""A figure on the page: its title fits half a tablet, and what is taken along keeps it in one line."""

from contextlib import nullcontext
from copy import deepcopy
from typing import Any

import pytest

from dashboard.charts.style import add_threshold, new_figure
from dashboard.components.plots import draw_plot

TITLE = "99% of malignant and 31% of benign images called; ROC-AUC 0.957 (0.943–0.969)"


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is given to the page: the figure with its words, and the first file."""
    given: dict[str, Any] = {}

    def keep_chart(figure: Any, *, alt: str, **_: Any) -> None:  # noqa: ANN401  (plotly is untyped)
        given.update(figure=deepcopy(figure), alt=alt)  # as it is in this moment: Streamlit writes it out at once

    monkeypatch.setattr("dashboard.components.plots.st.plotly_chart", keep_chart)
    monkeypatch.setattr("dashboard.components.plots.st.container", lambda **_: nullcontext())
    monkeypatch.setattr("dashboard.components.plots.st.download_button", lambda _, made, **__: given.update(made=made))
    return given


def test_half_as_wide_a_long_title_takes_lines_of_its_own_and_room(page: dict[str, Any]) -> None:
    figure = new_figure(TITLE)
    draw_plot(figure, "chart-roc", is_half=True)
    lines = page["figure"].layout.title.text.split("<br>")
    assert " ".join(lines) == TITLE and max(map(len, lines)) <= 44
    assert page["figure"].layout.margin.t > figure.layout.margin.t
    assert figure == new_figure(TITLE)
    assert page["alt"] == figure.layout.title.text == page["made"].args[0].layout.title.text == TITLE


def test_names_of_lines_have_room_below_the_last_line_of_a_title(page: dict[str, Any]) -> None:
    draw_plot(new_figure(TITLE), "chart-drift", is_half=True)
    bare = page["figure"].layout
    named = new_figure(TITLE)
    add_threshold(named, 0.5, "alarm ≥ 0.25")
    draw_plot(named, "chart-drift", is_half=True)
    shown = page["figure"].layout
    assert shown.margin.t > bare.margin.t
    assert (shown.title.y, shown.title.yanchor, shown.title.yref) == (1, "top", "container")


def test_as_wide_as_the_page_a_title_stays_in_one_line(page: dict[str, Any]) -> None:
    draw_plot(new_figure(TITLE), "chart-roc")
    assert page["figure"].layout.title.text == TITLE
