"""A morning's pictures: one of them broken, the browser reloaded, the server killed."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from core.domain import CaseFilter
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.settings import Settings
from core.taxonomy import BatchState, ItemState
from dashboard.workflow.batches import list_batches, load_batch
from dashboard.workflow.cases import list_cases
from dashboard.workflow.record import Record, open_record
from tests.e2e.conftest import Server
from tests.e2e.visitor import LESION, PRESS_MS, go_to, photograph, settle, upload, wait_until

pytestmark = pytest.mark.browser

MANY = 128  # four chunks: time enough to be killed in
SCORING_MS = 120_000  # for a whole batch, beside whatever else keeps the machine busy


def start_batch(page: Page, listed: str) -> None:
    """Press the button once a file is listed; until then the form would be sent without them."""
    expect(page.get_by_text(listed)).to_be_visible()
    page.get_by_role("button", name="Score the batch").click(delay=PRESS_MS)


def record_of(server: Server) -> Record:
    home = server.home
    return open_record(replace(Settings.from_environment(), home=home, database_url=f"sqlite:///{home}/lesionwise.db"))


def n_cases(record: Record) -> int:
    return list_cases(wanted=CaseFilter(), page=0, page_size=1, record=record).n_total


def test_a_batch_of_twenty_with_one_broken_file(page: Page, server: Server, tmp_path: Path) -> None:
    record = record_of(server)
    before = n_cases(record)
    lesions = [DrawnLesion(width_px=200, height_px=150, seed=seed, darkness=0.3 + seed / 40) for seed in range(20)]
    files = [(f"{lesion.seed:02}.jpg", draw_jpeg(lesion)) for lesion in lesions]
    files[7] = ("07.jpg", files[7][1][:2000])
    go_to(page, "Batch review")
    upload(page, *files)
    start_batch(page, "00.jpg")
    expect(page.get_by_role("button", name="Save all (19)")).to_be_enabled(timeout=SCORING_MS)
    expect(page.get_by_text("1 file without a score")).to_be_visible()
    settle(page)
    photograph(page, tmp_path, "scored")

    page.reload()
    expect(page.get_by_text("20 files:")).to_be_visible()
    expect(page.get_by_role("button", name="Save all (19)")).to_be_enabled()
    page.get_by_role("button", name="Save all (19)").click()
    expect(page.get_by_text("19 cases saved.")).to_be_visible()
    expect(page.get_by_role("button", name="All saved")).to_be_disabled()
    assert n_cases(record) == before + 19

    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Table as CSV").click(delay=PRESS_MS)
    table = pd.read_csv(download.value.path(), encoding="utf-8-sig")
    assert len(table) == 20
    assert table["malignant_probability"].dropna().is_monotonic_decreasing
    assert list(table.loc[table["state"] == "rejected", "file"]) == ["07.jpg"]

    page.get_by_role("button", name="Open", exact=True).first.click()
    expect(page.get_by_text("1 of 19 by risk")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Saved as case"))).to_be_visible()


def test_a_killed_server_goes_on_with_the_batch_and_doubles_nothing(
    own_server: Server, new_page: Callable[[], Page]
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for n in range(MANY):  # what follows a JPEG's end is no part of it: many files of one picture
            archive.writestr(f"{n:03}.jpg", LESION + str(n).encode())
    page = new_page()
    page.goto(f"{own_server.url}/batch")
    upload(page, ("morning.zip", buffer.getvalue()))
    start_batch(page, "morning.zip")
    record = record_of(own_server)
    wait_until(lambda: bool(list_batches(record=record)) and list_batches(record=record)[0].n_scored > 0)
    page.goto("about:blank")  # the page would ask for a server that is not there
    own_server.kill()
    cut = list_batches(record=record)[0]
    assert cut.state is BatchState.RUNNING
    assert 0 < cut.n_scored < MANY

    own_server.start()
    page.goto(f"{own_server.url}/batch?batch={cut.batch_id}")
    expect(page.get_by_role("button", name=f"Save all ({MANY})")).to_be_enabled(timeout=SCORING_MS)
    summary, items = load_batch(batch_id=cut.batch_id, record=record)
    assert summary.state is BatchState.FINISHED
    assert sorted(item.filename for item in items) == [f"{n:03}.jpg" for n in range(MANY)]
    assert {item.state for item in items} == {ItemState.SCORED}
    page.get_by_role("button", name=f"Save all ({MANY})").click()
    expect(page.get_by_role("button", name="All saved")).to_be_disabled()
    assert n_cases(record) == MANY
