"""How long the performance page takes to its first chart, with 100,000 cases in the record."""

import statistics
import time
from dataclasses import replace
from pathlib import Path

from browser import open_page, serve_app
from history import N_CASES, fill_history
from playwright.sync_api import Page

from core.settings import Settings
from dashboard.workflow.record import open_record

_ROUNDS = 5
_REST_MS = 1000
_CHART = ".js-plotly-plot .main-svg"


def measure_first_chart(settings: Settings, folder: Path) -> dict[str, float]:
    """Seconds from the click on the page's link, and on its section of own cases, to the first chart drawn.

    Each the median of five visits, the first of which draws the bootstrap; `performance_first_chart_s` is the slower.
    Both clicks come a second after what was there before was drawn, which would be waited for otherwise.
    """
    home = folder / "performance-home"
    record = open_record(replace(settings, home=home, database_url=f"sqlite:///{home / 'lesionwise.db'}"))
    fill_history(record, N_CASES, n_versions=1)  # the section shows one version: all cases are to be behind its chart
    test, own = [], []
    with serve_app(home) as address, open_page() as page:
        for _ in range(_ROUNDS):
            page.goto(address)
            page.get_by_role("heading", name="Analyse").wait_for(timeout=60_000)
            page.wait_for_timeout(_REST_MS)
            test.append(_time_to_chart(page, page.get_by_role("link", name="Model performance", exact=True).click))
            page.wait_for_timeout(_REST_MS)
            own.append(_time_to_section(page))
    medians = {"performance_test_chart_s": statistics.median(test), "performance_own_chart_s": statistics.median(own)}
    return {"performance_first_chart_s": max(medians.values()), **medians}


def _time_to_chart(page: Page, click: object) -> float:
    assert callable(click)
    started = time.perf_counter()
    click()
    page.locator(_CHART).first.wait_for(timeout=60_000)
    return time.perf_counter() - started


def _time_to_section(page: Page) -> float:
    section = page.get_by_role("radio", name="Own cases").or_(page.get_by_role("button", name="Own cases")).first
    started = time.perf_counter()
    section.click()
    page.locator(f".st-key-chart-live-calibration {_CHART}").first.wait_for(timeout=60_000)
    return time.perf_counter() - started
