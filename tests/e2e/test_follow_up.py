"""A lesion with two visits, from the case over the comparison to a signed report that says what it should."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from core.classifier.classifier import Classifier
from core.domain import CaseDraft, Upload
from core.imaging.drawn import DrawnLesion, draw_jpeg
from dashboard.workflow.analyse import analyse_upload
from dashboard.workflow.cases import save_case
from dashboard.workflow.record import Record
from tests.e2e.conftest import Server
from tests.e2e.test_batch import name_reader, record_of
from tests.e2e.visitor import download, field, go_to, photograph, press, settle

pytestmark = pytest.mark.browser

WHO = "Dr. Ana Example"
EARLIER, LATER = "Earlier: 01 Mar 2026", "Later: 01 Sep 2026"


def save_visit(record: Record, classifier: Classifier, visited_on: date, darkness: float) -> int:
    lesion = draw_jpeg(DrawnLesion(width_px=400, height_px=300, seed=5, darkness=darkness))
    analysis = analyse_upload(upload=Upload("lesion.jpg", lesion), classifier=classifier)
    draft = CaseDraft(analysis.submission_id, "lesion.jpg", "P-7", "L1", reader=WHO, visited_on=visited_on)
    return save_case(draft=draft, analysis=analysis, record=record)


def place(image: Locator) -> np.ndarray:
    """Where a picture lies, as the browser computed it: a b c d e f of its matrix."""
    matrix = image.evaluate("image => getComputedStyle(image).transform")
    return np.array([float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", matrix)])


def test_two_visits_are_compared_and_the_report_is_signed(
    own_server: Server, new_page: Callable[[], Page], shipped: Classifier, tmp_path: Path
) -> None:
    record = record_of(own_server)
    name_reader(record, WHO)
    save_visit(record, shipped, date(2026, 3, 1), 0.7)
    number = save_visit(record, shipped, date(2026, 9, 1), 0.8)
    page = new_page()
    open_case(page, own_server, number)
    compare(page, tmp_path)

    open_case(page, own_server, number)
    field(page, "Why").fill("darker than in spring")
    term = page.get_by_role("combobox", name="See again in")
    term.fill("6 weeks")
    term.press("Enter")
    press(page.get_by_role("button", name="Set recall"))
    expect(page.get_by_text("due in 6 weeks")).to_be_visible()
    settle(page)
    said = sign(page, tmp_path)
    for part in ("P-7", "Visit 01 Sep 2026", "Machine's assessment", f"Signed by {WHO}", "SHA-256 of the content"):
        assert part in said
    assert shipped.card.weights_sha256 in said
    assert "PRELIMINARY" not in said

    go_to(page, "Recalls")
    expect(page.get_by_text("1 recall to do, 0 overdue.")).to_be_visible()
    expect(page.get_by_text("darker than in spring")).to_be_visible()
    photograph(page, tmp_path, "recalls")


def open_case(page: Page, server: Server, number: int) -> None:
    """Go to a case by its address, and wait until all of it is there."""
    page.goto(f"{server.url}/case?case={number}")
    expect(page.get_by_text("Limits: see the model card.")).to_be_visible()
    settle(page)


def compare(page: Page, tmp_path: Path) -> None:
    """Side by side, under the slider and blinking; both pictures move as one, by keyboard too."""
    press(page.get_by_role("link", name="Compare visits"))
    expect(page.get_by_text("Aligned automatically, close fit")).to_be_visible()
    expect(page.get_by_text("A low score does not end follow-up")).to_be_visible()
    first, second = page.locator(".pane.first"), page.locator(".pane.second")
    expect(first.locator(".tag")).to_have_text(EARLIER)
    expect(second.locator(".tag")).to_have_text(LATER)
    earlier, later = first.locator("img.earlier"), second.locator("img.later")
    assert place(earlier) == pytest.approx(place(later), abs=3)  # the camera did not move between the two
    before = place(earlier)
    first.focus()
    for key in ("+", "+", "ArrowRight"):
        first.press(key)
    assert place(earlier)[0] == pytest.approx(1.25**2 * before[0], rel=0.01)
    assert place(earlier) == pytest.approx(place(later), abs=3)
    photograph(page, tmp_path, "side")

    press(page.get_by_text("Slider", exact=True))
    expect(second).to_be_hidden()
    slider = page.get_by_role("slider", name="Share of the picture")
    slider.press("Home")
    assert "0%" in str(first.locator(".over").get_attribute("style"))
    slider.press("End")
    assert "100%" in str(first.locator(".over").get_attribute("style"))
    press(page.get_by_text("Blink", exact=True).first)
    for label in (EARLIER, LATER, EARLIER):
        expect(first.locator(".tag")).to_have_text(label)
    press(page.get_by_role("button", name="Pause"))
    photograph(page, tmp_path, "blink")


def sign(page: Page, tmp_path: Path) -> str:
    """Sign the report, download it and give its text."""
    press(page.get_by_role("button", name="Sign report"))
    press(page.get_by_role("button", name="Sign and lock"))
    expect(page.get_by_text(f"Signed by {WHO}")).to_be_visible()
    kept = download(page, page.get_by_role("button", name="Signed report"))
    photograph(page, tmp_path, "signed")
    assert re.fullmatch(r"lesionwise-case-\d+-signed-1\.pdf", kept.suggested_filename)
    return re.sub(r"\s+", " ", " ".join(one.extract_text() for one in PdfReader(kept.path()).pages))
