"""A practice's own confirmed cases in the browser: figures under their warning, and a threshold with its reason."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Server
from tests.e2e.practice_record import READER, fill_practice
from tests.e2e.practice_year import N_A_MONTH, N_MONTHS, N_OLDER_MONTHS, fill_year
from tests.e2e.test_performance_sections import choose
from tests.e2e.visitor import field, go_to, photograph, press, settle

pytestmark = pytest.mark.browser
N_MALIGNANT, N_BENIGN = 130, 70


@pytest.fixture
def practice(own_server: Server, new_page: Callable[[], Page]) -> Page:
    """The section of own cases, of a record that holds enough of them for advice."""
    fill_practice(own_server.home, n_malignant=N_MALIGNANT, n_benign=N_BENIGN)
    page = new_page()
    page.goto(own_server.url)
    go_to(page, "Model performance")
    choose(page, "Own cases")
    return page


def test_figures_charts_and_the_threshold_of_own_cases(practice: Page, tmp_path: Path) -> None:
    page = practice
    expect(page.get_by_text(f"{N_MALIGNANT + N_BENIGN} cases with a confirmed diagnosis")).to_be_visible()
    expect(page.get_by_text("verification bias").first).to_be_visible()
    for chart in ("calibration", "bands", "agreement", "drift"):
        expect(page.locator(f".st-key-chart-live-{chart} .main-svg").first).to_be_visible()
    row = page.get_by_role("row").filter(has_text="malignant that were referred")
    expect(row).to_contain_text("%")
    expect(row).to_contain_text(str(N_MALIGNANT))
    photograph(page, tmp_path, "own cases")

    page.locator(".st-key-chart-live-bands .point").first.hover(force=True)
    expect(page.locator(".st-key-chart-live-bands .hoverlayer")).to_contain_text("cases")

    put = page.get_by_role("button", name="Put in force")
    press(put)
    expect(page.get_by_text("The threshold was not changed.")).to_be_visible()
    settle(page)
    field(page, "Reason (kept with date and name)").fill("more than 100 own melanomas")
    press(put)
    expect(page.get_by_text("set by this practice")).to_be_visible()
    kept = page.get_by_role("row").filter(has_text="more than 100 own melanomas")
    expect(kept).to_contain_text(READER)
    settle(page)
    photograph(page, tmp_path, "threshold")

    press(page.get_by_role("button", name="Last 30 days").or_(page.get_by_role("radio", name="Last 30 days")).first)
    settle(page)
    expect(page.get_by_text(f"{N_MALIGNANT + N_BENIGN} cases with a confirmed diagnosis")).to_be_visible()


def test_a_year_is_told_by_version_and_period(own_server: Server, new_page: Callable[[], Page], tmp_path: Path) -> None:
    fill_year(own_server.home, until=datetime.now(UTC))
    page = new_page()
    page.goto(own_server.url)
    go_to(page, "Model performance")
    choose(page, "Own cases")
    n_newer = (N_MONTHS - N_OLDER_MONTHS) * N_A_MONTH
    for chart in ("bands", "agreement", "switches", "overrides", "refusals"):
        expect(page.locator(f".st-key-chart-live-{chart} .main-svg").first).to_be_visible()
    expect(page.locator(".st-key-chart-live-bands")).to_contain_text(f"of {n_newer} cases were referred")
    expect(page.get_by_text("For 95% sensitivity here")).to_be_visible()
    with page.expect_download() as started:
        press(page.locator(".st-key-downloads-chart-live-refusals").get_by_role("button", name="CSV"))
    months = [
        row for row in Path(started.value.path()).read_text("utf-8-sig").splitlines() if row.startswith("held back")
    ]
    assert len(months) >= N_MONTHS - 1 and "nan" not in "".join(months)
    photograph(page, tmp_path, "year")

    choose(page, "Last 30 days")
    expect(page.get_by_text("Drift is measured from 100 cases on")).to_be_visible()
    choose(page, "All time")
    press(page.get_by_role("combobox", name="Cases scored by"))
    press(page.get_by_role("option").filter(has_text="2026.01.01"))
    settle(page)
    expect(page.get_by_text("is not installed: no drift, and no threshold to set")).to_be_visible()
    expect(page.get_by_text("For 95% sensitivity here")).to_have_count(0)
