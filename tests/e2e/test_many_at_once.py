"""Three browsers classify at the same moment: each gets the result of its own picture."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.imaging.drawn import DrawnLesion, draw_jpeg
from tests.e2e.conftest import Server
from tests.e2e.visitor import PRESS_MS, classify, result, settle, upload

pytestmark = pytest.mark.browser

IRREGULARITIES = (0.0, 0.2, 0.45)
LESIONS = {
    f"lesion-{number}.jpg": draw_jpeg(DrawnLesion(800, 600, irregularity=irregularity, darkness=0.8, seed=number * 20))
    for number, irregularity in enumerate(IRREGULARITIES)
}


def test_each_gets_its_own_result(server: Server, new_page: Callable[[], Page]) -> None:
    alone = [classify_alone(server, new_page(), name) for name in LESIONS]
    assert len(set(alone)) == len(alone), "these lesions are expected to score differently"
    pages = [prepare(server, new_page(), name) for name in LESIONS]
    for page in pages:
        page.get_by_role("button", name="Classify Skin Lesion").click(delay=PRESS_MS, no_wait_after=True)
    for page in pages:
        expect(page.get_by_text("malignant probability")).to_be_visible()
    assert [result(page) for page in pages] == alone


def classify_alone(server: Server, page: Page, name: str) -> str:
    page.goto(server.url)
    classify(page, name, LESIONS[name])
    return result(page)


def prepare(server: Server, page: Page, name: str) -> Page:
    """The picture is uploaded and nothing is left but to press the button."""
    page.goto(server.url)
    upload(page, (name, LESIONS[name]))
    page.get_by_role("button", name="Skip").click(delay=PRESS_MS)
    expect(page.get_by_role("button", name="Classify Skin Lesion")).to_be_enabled()
    settle(page)
    return page
