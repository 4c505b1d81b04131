"""Model performance in the browser: the charts are there, and the slider moves the figures."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.visitor import go_to, photograph, press, settle

pytestmark = pytest.mark.browser


def badge(page: Page, text: str) -> Locator:
    """The label beside the slider: an icon and these words."""
    return page.get_by_text(re.compile(f"{text}$")).first


def test_the_charts_are_drawn_and_the_slider_moves_the_figures(page: Page, tmp_path: Path) -> None:
    go_to(page, "Model performance")
    charts = page.locator(".js-plotly-plot")
    expect(charts).to_have_count(5)
    for chart in charts.all():
        expect(chart.locator(".main-svg").first).to_be_visible()
    expect(badge(page, "Operating threshold")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="malignant that are called")
    before = row.inner_text()
    assert "%" in before
    photograph(page, tmp_path, "operating")

    slider = page.get_by_role("slider", name="Call malignant at or above")
    slider.press("PageUp")
    for _ in range(30):
        slider.press("ArrowRight")
    expect(badge(page, "Exploratory")).to_be_visible()
    settle(page)
    expect(row).not_to_have_text(before)
    photograph(page, tmp_path, "moved")

    press(page.get_by_role("button", name="Return to"))
    expect(badge(page, "Operating threshold")).to_be_visible()
    settle(page)
    assert row.inner_text() == before


def test_what_charts_need_is_there_before_they_are_asked_for(page: Page) -> None:
    page.wait_for_function(
        "performance.getEntriesByType('resource').some(e => e.name.includes('/PlotlyChart.') && e.responseEnd > 0)"
    )
    assert page.locator(".js-plotly-plot").count() == 0
    go_to(page, "Model performance")
    fetched = page.evaluate(
        "performance.getEntriesByType('resource').filter(e => e.name.includes('/PlotlyChart.')).map(e => e.name)"
    )
    assert len(set(fetched)) == 1, "the page has one plotly, and not one of its own beside Streamlit's"
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
