"""What a clinician does in the first five minutes, from an upload to the saved case."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.visitor import (
    LESION,
    PAGES,
    classify,
    field,
    go_to,
    photograph,
    press,
    result,
    score,
    settle,
    switch_map,
    upload,
)

pytestmark = pytest.mark.browser


def test_upload_classify_map_save_history_case(page: Page, tmp_path: Path) -> None:
    classify(page)
    said = result(page)
    switch_map(page, is_on=True)
    field(page, "Patient pseudonym").fill("P-first-path")
    press(page.get_by_role("button", name="Save case"))
    saved = page.get_by_role("link", name=re.compile("Saved as case"))
    expect(saved).to_be_visible()
    number = re.sub(r"\D", "", saved.inner_text())
    photograph(page, tmp_path, "saved")

    go_to(page, "Case history")
    expect(page.get_by_text("P-first-path")).to_be_visible()
    photograph(page, tmp_path, "history")
    press(page.get_by_role("link", name=f"Case {number}", exact=True))
    expect(page.get_by_role("heading", name=f"Case {number}")).to_be_visible()
    settle(page)
    assert page.url.endswith(f"/case?case={number}")
    assert result(page) == said
    expect(field(page, "Patient pseudonym")).to_have_value("P-first-path")
    photograph(page, tmp_path, "case")

    page.reload()
    expect(page.get_by_role("heading", name=f"Case {number}")).to_be_visible()
    settle(page)
    assert result(page) == said


def test_changing_the_page_and_returning_keeps_everything(page: Page) -> None:
    upload(page, ("neck.jpg", LESION))
    field(page, "Patient pseudonym").fill("P-typed")
    score(page)
    field(page, "Notes").fill("itches")
    said = result(page)
    go_to(page, "Settings")
    go_to(page, "Analyse")
    assert result(page) == said
    expect(page.get_by_text("neck.jpg")).to_be_visible()
    expect(field(page, "Patient pseudonym")).to_have_value("P-typed")
    expect(field(page, "Notes")).to_have_value("itches")


def test_a_quick_click_after_the_upload_takes_the_picture_in_once(page: Page) -> None:
    classify(page, "once.jpg")
    expect(page.get_by_role("button", name="once.jpg")).to_have_count(0)  # no strip: there is one picture
    upload(page, ("twice.jpg", LESION))
    expect(page.get_by_role("button", name="once.jpg")).to_have_count(1)
    expect(page.get_by_role("button", name="twice.jpg")).to_have_count(1)


def test_a_text_called_jpg_gets_a_sentence_and_the_page_lives(page: Page) -> None:
    upload(page, ("letter.jpg", b"Dear colleague, the picture is attached."))
    expect(page.get_by_text("not a picture that can be read here")).to_be_visible()
    expect(page.get_by_text("What to do:")).to_be_visible()
    classify(page, "good.jpg")


def test_the_keyboard_is_enough_to_classify(page: Page) -> None:
    upload(page, ("keys.jpg", LESION))
    for name in ("Skip", "Classify Skin Lesion"):
        press_by_keyboard(page, page.get_by_role("button", name=name))
    expect(page.get_by_text("malignant probability")).to_be_visible()


def press_by_keyboard(page: Page, button: Locator) -> None:
    """Go on by Tab until the button is reached, and press Enter."""
    expect(button).to_be_enabled()
    settle(page)
    for _ in range(60):
        page.keyboard.press("Tab")
        if button.evaluate("element => element === document.activeElement"):
            break
    expect(button).to_be_focused()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("title", PAGES)
def test_every_page_opens_without_leftovers_of_the_framework(title: str, page: Page, tmp_path: Path) -> None:
    go_to(page, title)
    photograph(page, tmp_path, "page")
    expect(page.get_by_text("Deploy", exact=True)).to_have_count(0)
    expect(page.get_by_text("Traceback")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert "Lesionwise" in page.title() or title in page.title()


@pytest.mark.parametrize("title", PAGES)
def test_a_tablet_shows_every_page_whole(title: str, page: Page, tmp_path: Path) -> None:
    go_to(page, title)
    page.set_viewport_size({"width": 820, "height": 1180})
    settle(page)
    photograph(page, tmp_path, "tablet")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    is_cut = "labels => labels.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.innerText)"
    assert page.locator("button .stMarkdownEllipsis").evaluate_all(is_cut) == []
