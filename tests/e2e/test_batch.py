"""A morning's pictures: one of them broken, read blind by keys, by risk, paused, the server killed."""

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
from core.taxonomy import BatchState, Impression, ItemState
from dashboard.workflow.batch_review import load_items
from dashboard.workflow.batches import list_batches
from dashboard.workflow.cases import list_cases, load_case
from dashboard.workflow.practice import change_practice, load_practice
from dashboard.workflow.record import Record, open_record
from tests.e2e.conftest import Server
from tests.e2e.visitor import LESION, download, go_to, photograph, press, settle, upload, wait_until

pytestmark = pytest.mark.browser

MANY = 128  # four chunks: time enough to be killed in
SCORING_MS = 120_000  # for a whole batch, beside whatever else keeps the machine busy


def start_batch(page: Page, listed: str, *, is_triage: bool = True) -> None:
    """Choose how it is read, and press the button once a file is listed."""
    expect(page.get_by_text(listed)).to_be_visible()
    if is_triage:
        press(page.get_by_role("radio", name="Triage"))
        expect(page.get_by_text("Ordered by risk")).to_be_visible()
    press(page.get_by_role("button", name="Score the batch"))


def name_reader(record: Record, name: str) -> None:
    """Have a practice of one reader, who is chosen by default."""
    settings = Settings.from_environment()
    practice = replace(load_practice(record=record, settings=settings), readers=(name,))
    change_practice(practice=practice, who=name, record=record, settings=settings)


def press_key(page: Page, key: str, seen: str | re.Pattern[str]) -> None:
    """Press a key and wait until what it leads to is there."""
    settle(page)
    page.keyboard.press(key)
    expect(page.get_by_text(seen).first).to_be_visible()
    settle(page)


def record_of(server: Server) -> Record:
    home = server.home
    return open_record(replace(Settings.from_environment(), home=home, database_url=f"sqlite:///{home}/lesionwise.db"))


def n_cases(record: Record) -> int:
    return list_cases(wanted=CaseFilter(), page_size=1, record=record).n_total


def test_a_batch_of_twenty_with_one_broken_file(page: Page, server: Server, tmp_path: Path) -> None:
    record = record_of(server)
    before = n_cases(record)
    lesions = [DrawnLesion(width_px=400, height_px=300, seed=seed, darkness=0.3 + seed / 40) for seed in range(20)]
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
    press(page.get_by_role("button", name="Save all (19)"))
    expect(page.get_by_text("19 cases saved.")).to_be_visible()
    expect(page.get_by_role("button", name="All saved")).to_be_disabled()
    assert n_cases(record) == before + 19

    kept = download(page, page.get_by_role("button", name="Table as CSV"))
    table = pd.read_csv(kept.path(), encoding="utf-8-sig")
    assert len(table) == 20
    assert table["malignant_probability"].dropna().is_monotonic_decreasing
    assert list(table.loc[table["state"] == "rejected", "file"]) == ["07.jpg"]

    press(page.get_by_role("button", name="Open", exact=True).first)
    expect(page.get_by_text("1 of 19 (All)")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Saved as case"))).to_be_visible()


def test_a_batch_is_read_blind_by_keys_and_signed(
    own_server: Server, new_page: Callable[[], Page], tmp_path: Path
) -> None:
    record = record_of(own_server)
    name_reader(record, "Dr. A. Example")
    page = new_page()
    page.goto(f"{own_server.url}/batch")
    lesions = [draw_jpeg(DrawnLesion(width_px=400, height_px=300, seed=seed)) for seed in range(3)]
    upload(page, *((f"P-{n}_L1_{n}.jpg", content) for n, content in enumerate(lesions)))
    press(page.get_by_role("radio", name="By their names"))
    expect(page.get_by_text("3 files of 3 patients.")).to_be_visible()
    start_batch(page, "P-0_L1_0.jpg", is_triage=False)
    expect(page.get_by_text("Not read yet")).to_have_count(3, timeout=SCORING_MS)
    settle(page)
    assert "%" not in page.get_by_test_id("stMain").inner_text()
    photograph(page, tmp_path, "blind")

    press(page.get_by_role("button", name="Open", exact=True).first)
    expect(page.get_by_text("1 of 3 (All)")).to_be_visible()
    expect(page.get_by_text("malignant probability")).to_have_count(0)
    press_key(page, "2", "malignant probability")
    press_key(page, "f", "2 of 3 (All)")
    expect(page.get_by_text("malignant probability")).to_have_count(0)
    press_key(page, "3", "malignant probability")
    press(page.get_by_role("textbox", name="Note"))
    page.keyboard.type("fads lapse")  # letters, and no decisions, while a field is typed into
    page.keyboard.press("Tab")
    press(page.get_by_text("2 of 3 (All)"))
    press_key(page, "l", "3 of 3 (All)")
    press_key(page, "p", "Deferred")
    press_key(page, "p", re.compile(r"You (agreed|decided otherwise): Refer"))
    press_key(page, "s", "2 of 3 (All)")
    photograph(page, tmp_path, "deferred")

    _, items = load_items(batch_id=1, record=record)
    assert [(item.signed_by, item.is_deferred, item.note) for item in items] == [
        ("Dr. A. Example", False, ""),
        ("", True, "fads lapse"),
        ("", False, ""),
    ]
    case, _ = load_case(case_id=items[0].case_id or 0, record=record)
    assert case.first_read is not None
    assert (case.pseudonym, case.first_read.impression, case.finals[0].is_switch) == ("P-0", Impression.BENIGN, True)
    assert n_cases(record) == 1


def test_a_batch_is_paused_reloaded_and_resumed(own_server: Server, new_page: Callable[[], Page]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for n in range(MANY):
            archive.writestr(f"{n:03}.jpg", LESION + str(n).encode())
    page = new_page()
    page.goto(f"{own_server.url}/batch")
    upload(page, ("morning.zip", buffer.getvalue()))
    start_batch(page, "morning.zip")
    press(page.get_by_role("button", name="Pause"))
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    record = record_of(own_server)
    settle(page)
    paused = list_batches(record=record)[0]
    assert paused.state is BatchState.PAUSED
    page.reload()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    press(page.get_by_role("button", name="Resume"))
    expect(page.get_by_role("button", name=f"Save all ({MANY})")).to_be_enabled(timeout=SCORING_MS)
    assert list_batches(record=record)[0].n_scored == MANY


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
    summary, items = load_items(batch_id=cut.batch_id, record=record)
    assert summary.state is BatchState.FINISHED
    assert sorted(item.filename for item in items) == [f"{n:03}.jpg" for n in range(MANY)]
    assert {item.state for item in items} == {ItemState.SCORED}
    press(page.get_by_role("button", name=f"Save all ({MANY})"))
    expect(page.get_by_role("button", name="All saved")).to_be_disabled()
    assert n_cases(record) == MANY
