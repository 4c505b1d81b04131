"""The sections of the performance page in the browser: each draws what it is for, and files can be taken along."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PATIENCE_MS
from tests.e2e.visitor import go_to, photograph, press, settle

pytestmark = pytest.mark.browser

SECTIONS = {
    "In the practice": "Operating points compared",
    "Own cases": "Cases scored by",
    "Calibration": "If perfect",
    "Subgroups": "Not assessed",
    "Diagnoses": "Called malignant, by diagnosis",
    "Robustness": "Does it know where a picture is from?",
    "Worst errors": "whose label the network found least likely",
    "Networks": "Accuracy at 50%",
    "Report": "Performance report (PDF)",
}
OR_ELSE = {
    "Own cases": "No case is saved yet",
    "Robustness": "before these figures existed",
    "Diagnoses": "No set that was measured",
}


def choose(page: Page, section: str) -> None:
    press(page.get_by_role("radio", name=section).or_(page.get_by_role("button", name=section, exact=True)).first)
    settle(page)


def test_every_section_draws_and_the_report_is_a_pdf(page: Page, tmp_path: Path) -> None:
    go_to(page, "Model performance")
    for section, said in SECTIONS.items():
        choose(page, section)
        instead = page.get_by_text(OR_ELSE.get(section, said))
        expect(page.get_by_text(said).or_(instead).first).to_be_visible()
        photograph(page, tmp_path, section)
    with page.expect_download(timeout=PATIENCE_MS) as started:
        press(page.get_by_role("button", name="Performance report (PDF)"))
    content = Path(started.value.path()).read_bytes()
    assert content.startswith(b"%PDF") and len(content) > 50_000
    choose(page, "Thresholds")
    for form, beginning in {"PNG": b"\x89PNG", "SVG": b"<?xml", "CSV": b"\xef\xbb\xbfseries"}.items():
        with page.expect_download(timeout=PATIENCE_MS) as started:
            press(page.get_by_role("button", name=form).first)
        assert Path(started.value.path()).read_bytes().startswith(beginning)
