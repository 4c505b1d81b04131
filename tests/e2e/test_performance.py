"""Model performance in the browser: the charts are there, and the slider moves the figures."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.visitor import go_to, photograph, settle

pytestmark = pytest.mark.browser


def test_the_charts_are_drawn_and_the_slider_moves_the_figures(page: Page, tmp_path: Path) -> None:
    go_to(page, "Model performance")
    page.wait_for_timeout(4000)
    print("COUNT", page.locator(".js-plotly-plot").count(), page.get_by_test_id("stPlotlyChart").count(), page.get_by_role("figure").count(), [f.get_attribute("aria-label") for f in page.get_by_role("figure").all()], page.locator(".main-svg").count())
    expect(page.get_by_text("Operating threshold", exact=True)).to_be_visible()
    row = page.get_by_role("row").filter(has_text="malignant that are called")
    before = row.inner_text()
    assert "%" in before
    photograph(page, tmp_path, "operating")

    slider = page.get_by_role("slider", name="Call malignant at or above")
    slider.press("PageUp")
    for _ in range(30):
        slider.press("ArrowRight")
    expect(page.get_by_text("Exploratory", exact=True)).to_be_visible()
    settle(page)
    expect(row).not_to_have_text(before)
    photograph(page, tmp_path, "moved")

    page.get_by_role("button", name="Return to").click()
    expect(page.get_by_text("Operating threshold", exact=True)).to_be_visible()
    settle(page)
    assert row.inner_text() == before
