"""Three browsers classify at the same moment: each gets the result of its own picture, and is told of the queue."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from core.imaging.drawn import DrawnLesion, draw_jpeg
from tests.benchmarks.at_once import press_together, watch
from tests.e2e.conftest import Server
from tests.e2e.visitor import result, settle, skip_first_read, upload

pytestmark = pytest.mark.browser

IRREGULARITIES = (0.0, 0.2, 0.45)
LESIONS = {
    f"lesion-{number}.jpg": draw_jpeg(DrawnLesion(800, 600, irregularity=irregularity, darkness=0.8, seed=number * 20))
    for number, irregularity in enumerate(IRREGULARITIES)
}


def test_each_gets_its_own_result_and_whoever_waits_is_told(server: Server, new_page: Callable[[], Page]) -> None:
    """How long they wait is `make bench-scale`'s to say: here other tests are at work beside them."""
    alone = [classify_alone(server, new_page(), name) for name in LESIONS]
    assert len(set(alone)) == len(alone), "these lesions are expected to score differently"
    pages = [prepare(server, new_page(), name) for name in LESIONS]
    waits = press_together(pages)
    for page in pages:
        settle(page)
    assert [result(page) for page in pages] == alone
    assert any(wait.queue for wait in waits), "whoever is not the first is expected to be told so"
    assert all(n_before < len(pages) for wait in waits for n_before in wait.queue)


def classify_alone(server: Server, page: Page, name: str) -> str:
    prepare(server, page, name)
    press_together([page])
    settle(page)
    return result(page)


def prepare(server: Server, page: Page, name: str) -> Page:
    """The picture is uploaded and nothing is left but to press the button."""
    watch(page)
    page.goto(server.url)
    upload(page, (name, LESIONS[name]))
    skip_first_read(page)
    settle(page)
    return page
