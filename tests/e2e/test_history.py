"""The case history in the browser: search by anything, a saved filter, the export, a patient erased."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from core.imaging.drawn import DrawnLesion, draw_jpeg
from tests.e2e.conftest import Server
from tests.e2e.test_batch import SCORING_MS, n_cases, name_reader, record_of, start_batch
from tests.e2e.visitor import download, field, go_to, photograph, press, upload

pytestmark = pytest.mark.browser


def test_search_save_the_filter_export_and_erase(
    own_server: Server, new_page: Callable[[], Page], tmp_path: Path
) -> None:
    record = record_of(own_server)
    name_reader(record, "Dr. A. Example")
    page = new_page()
    page.goto(f"{own_server.url}/batch")
    lesions = [draw_jpeg(DrawnLesion(width_px=400, height_px=300, seed=seed)) for seed in range(4)]
    upload(page, *((f"P-{n % 2}_L{n}_{n}.jpg", content) for n, content in enumerate(lesions)))
    press(page.get_by_role("radio", name="By their names"))
    expect(page.get_by_text("4 files of 2 patients.")).to_be_visible()
    start_batch(page, "P-0_L0_0.jpg")
    save = page.get_by_role("button", name="Save all (4)")
    expect(save).to_be_enabled(timeout=SCORING_MS)
    press(save)
    expect(page.get_by_role("button", name="All saved")).to_be_visible()

    go_to(page, "Case history")
    expect(page.get_by_text("4 cases, newest first")).to_be_visible()
    field(page, "Search").fill("p-0 L2")
    field(page, "Search").press("Enter")
    expect(page.get_by_text("1 case, newest first")).to_be_visible()
    photograph(page, tmp_path, "found")
    press(page.get_by_role("button", name="Save this filter"))
    field(page, "Name of the filter").fill("one lesion")
    field(page, "Name of the filter").press("Enter")
    press(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text("one lesion is saved.")).to_be_visible()

    kept = download(page, page.get_by_role("button", name="Export selection as CSV"))
    table = pd.read_csv(kept.path(), encoding="utf-8-sig")
    assert list(table["patient_id"]) == ["P-0"]
    assert list(table["image_type"]) == ["dermoscopic"]

    page.reload()
    expect(page.get_by_text("4 cases, newest first")).to_be_visible()
    field(page, "Pseudonym, exactly").fill("P-0")
    field(page, "Pseudonym, exactly").press("Enter")
    expect(page.get_by_text("2 cases, newest first")).to_be_visible()
    press(page.get_by_text("Erase patient P-0"))
    erase = page.get_by_role("button", name="Erase for good")
    press(erase)
    expect(page.get_by_text("Nothing was erased")).to_be_visible()
    assert n_cases(record) == 4
    field(page, "Type the pseudonym to confirm").fill("P-0")
    field(page, "Type the pseudonym to confirm").press("Enter")
    expect(page.get_by_text("Nothing was erased")).to_have_count(0)
    photograph(page, tmp_path, "erase")
    press(erase)
    expect(page.get_by_text("Erased: 2 cases and 2 pictures.")).to_be_visible()
    assert n_cases(record) == 2
