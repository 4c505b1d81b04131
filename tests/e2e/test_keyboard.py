"""Recall and signature by keyboard alone: all is reached in order, the focus is seen, and popovers take it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.classifier.classifier import Classifier
from core.settings import Settings
from dashboard.workflow.practice import change_practice, load_practice
from tests.e2e.conftest import Server
from tests.e2e.test_batch import record_of
from tests.e2e.test_follow_up import open_case, save_visit
from tests.e2e.visitor import photograph, settle

pytestmark = pytest.mark.browser

READERS = ("Dr. Ana Example", "Dr. Bo Sample")
MANY = 80  # stops of the Tab key: more than any page has
IS_SEEN = """element => {
  const style = getComputedStyle(element);
  return element.matches(":focus-visible") && (style.outlineStyle !== "none" || style.boxShadow !== "none");
}"""


def tab_to(page: Page, wanted: Locator, *, is_button: bool = True) -> None:
    """Press Tab until the focus is there; of a button or link it must be seen."""
    for _ in range(MANY):
        page.keyboard.press("Tab")
        if wanted.evaluate_all("found => found.includes(document.activeElement)"):
            assert not is_button or wanted.first.evaluate(IS_SEEN)
            return
    pytest.fail(f"{wanted} was not reached")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(name))


def press(page: Page, key: str, seen: str) -> None:
    page.keyboard.press(key)
    expect(page.get_by_text(seen).first).to_be_visible()
    settle(page)


def choose_reader(page: Page) -> None:
    """By the popover at the top, which takes the focus and gives it back to its button."""
    opener = button(page, "Who is reading")
    tab_to(page, opener)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stPopoverBody")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stPopoverBody")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("combobox", name="Reader")).to_be_focused()
    page.keyboard.type("Ana")
    page.keyboard.press("Enter")
    expect(button(page, READERS[0])).to_be_visible()
    settle(page)
    if page.get_by_test_id("stPopoverBody").count():
        page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)


def set_recall(page: Page) -> None:
    tab_to(page, page.get_by_role("combobox", name="See again in"), is_button=False)
    page.keyboard.type("6 weeks")
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("textbox", name="Why"), is_button=False)
    page.keyboard.type("darker than in spring")
    tab_to(page, button(page, "Set recall"))
    press(page, "Enter", "due in 6 weeks")


def sign(page: Page) -> None:
    opener = button(page, "Sign report")
    tab_to(page, opener)
    page.keyboard.press("Space")
    expect(page.get_by_test_id("stPopoverBody")).to_be_focused()  # the words first: a second Space signs nothing
    page.keyboard.press("Shift+Tab")
    expect(opener).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    page.keyboard.press("Space")
    expect(page.get_by_test_id("stPopoverBody")).to_be_focused()
    page.keyboard.press("Tab")
    expect(button(page, "Sign and lock")).to_be_focused()
    press(page, "Enter", f"Signed by {READERS[0]}")


def test_recall_and_signature_by_keyboard_alone(
    own_server: Server, new_page: Callable[[], Page], shipped: Classifier, tmp_path: Path
) -> None:
    record, settings = record_of(own_server), Settings.from_environment()
    practice = replace(load_practice(record=record, settings=settings), readers=READERS)
    change_practice(practice=practice, who=READERS[0], record=record, settings=settings)
    number = save_visit(record, shipped, date(2026, 3, 1), 0.8)
    page = new_page()
    open_case(page, own_server, number)

    choose_reader(page)
    set_recall(page)
    photograph(page, tmp_path, "recall")
    sign(page)
    photograph(page, tmp_path, "signed")

    page.keyboard.press("Home")
    tab_to(page, page.get_by_role("link", name="Recalls", exact=True))
    press(page, "Enter", "1 recall to do, 0 overdue.")
    tab_to(page, page.get_by_role("link", name="Follow-up"))
    page.keyboard.press("Tab")
    expect(button(page, "Done")).to_be_focused()
    press(page, "Space", "Nothing is listed")
    tab_to(page, page.get_by_role("radio", name="To do"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Done")).to_be_focused()
    press(page, "Space", f"by {READERS[0]}")
    photograph(page, tmp_path, "done")
