"""The picture and its heat map: large, above the fold, and nothing moves or changes that should not."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import FloatRect, Locator, Page, Route, expect

from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, draw_jpeg
from tests.e2e.visitor import classify, photograph, picture, settle, shown_pixels, switch_map, upload

pytestmark = pytest.mark.browser

LARGE = draw_jpeg(DrawnLesion(width_px=1600, height_px=1200, seed=3))  # larger than it is shown, and than 1460 px


def box_of(element: Locator) -> FloatRect:
    box = element.bounding_box()
    assert box is not None
    return box


def boxes(page: Page) -> list[FloatRect]:
    """Where the picture, the result and the save button are."""
    shown = [picture(page), page.get_by_text("malignant probability"), page.get_by_role("button", name="Save case")]
    return [box_of(element) for element in shown]


def set_opacity(page: Page, key: str, text: str) -> None:
    page.get_by_role("slider", name="Opacity").press(key)
    expect(page.get_by_text(text, exact=True).first).to_be_visible()
    page.wait_for_timeout(400)  # the slider tells the server a moment after the last key
    settle(page)


def test_switching_the_heat_map_moves_nothing(page: Page, tmp_path: Path) -> None:
    classify(page)
    before = boxes(page)
    photograph(page, tmp_path, "off")
    switch_map(page, is_on=True)
    photograph(page, tmp_path, "on")
    assert boxes(page) == before
    switch_map(page, is_on=False)
    assert boxes(page) == before


def test_picture_and_result_are_large_and_seen_without_scrolling(page: Page) -> None:
    classify(page)
    assert box_of(picture(page))["height"] >= 480
    band = page.get_by_text("malignant probability").locator("xpath=ancestor::*[contains(@class, 'lw-card')]")
    for element in (picture(page), band, page.get_by_text("Show heat map")):
        box = box_of(element)
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 800


@pytest.mark.parametrize(("width_px", "height_px"), [(224, 224), (1600, 1200), (900, 1200)])
def test_a_picture_of_any_size_is_shown_large(page: Page, width_px: int, height_px: int) -> None:
    upload(page, ("any.jpg", draw_jpeg(DrawnLesion(width_px=width_px, height_px=height_px))))
    expect(page.get_by_text(f"{width_px} x {height_px} px")).to_be_visible()
    settle(page)
    box = box_of(picture(page))
    assert 480 <= box["height"] <= 520
    assert box["width"] / box["height"] == pytest.approx(width_px / height_px, rel=0.01)


def test_the_picture_is_never_changed_but_by_the_map(page: Page) -> None:
    untouched = decode(LARGE).pixels
    classify(page, content=LARGE)
    assert np.array_equal(shown_pixels(page), untouched)
    switch_map(page, is_on=True)
    assert not np.array_equal(shown_pixels(page), untouched)
    set_opacity(page, "Home", "0%")
    assert np.array_equal(shown_pixels(page), untouched)
    set_opacity(page, "End", "100%")
    assert not np.array_equal(shown_pixels(page), untouched)
    switch_map(page, is_on=False)
    assert np.array_equal(shown_pixels(page), untouched)


def test_a_picture_that_did_not_come_is_asked_for_again(page: Page) -> None:
    asked: list[str] = []

    def refuse_twice(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) <= 2:
            route.fulfill(status=404)
        else:
            route.continue_()

    page.route(re.compile("/media/.*png"), refuse_twice)
    upload(page, ("late.jpg", LARGE))
    expect(picture(page)).to_have_js_property("naturalWidth", 1600)
    assert len(set(asked)) == 1
