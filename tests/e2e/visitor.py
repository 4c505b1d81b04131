"""What a visitor does on the screen, by the names that are to be read there."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Download, FilePayload, Locator, Page, expect

from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, draw_jpeg

LESION = draw_jpeg(DrawnLesion(width_px=640, height_px=480, seed=7))
MAP_LEGEND = "where the network looked, not where the disease is"
PRESS_MS = 80  # as a hand does: while a field is being left, Streamlit misses a click that is over within 20 ms
NOTHING_OPENS = (  # a transition that is over stays listed while it is asked for in every frame
    "document.getAnimations().every("
    "each => each.playState !== 'running' || each.effect.getTiming().iterations === Infinity)"
)
PAGES = (
    "Analyse",
    "Batch review",
    "Case history",
    "Recalls",
    "Agreement",
    "Model performance",
    "Model card",
    "Settings",
)


def upload(page: Page, *files: tuple[str, bytes]) -> None:
    """Give files to the page's uploader."""
    named: list[FilePayload] = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files
    ]
    uploader = page.locator("input[type=file]")
    expect(uploader).to_have_count(1)  # and not the emptied one of a moment ago beside it
    uploader.set_input_files(named)


def classify(page: Page, name: str = "shoulder.jpg", content: bytes = LESION) -> None:
    """Upload a picture, skip the first read, and wait for the result."""
    upload(page, (name, content))
    score(page)


def score(page: Page) -> None:
    """Have the picture that is shown scored without a first read, and wait for the result."""
    skip_first_read(page)
    press(page.get_by_role("button", name="Classify Skin Lesion"))
    expect(page.get_by_text("malignant probability")).to_be_visible()
    settle(page)


def skip_first_read(page: Page) -> None:
    """Skip the first read of the picture that is shown."""
    skip = page.get_by_role("button", name="Skip")
    expect(skip).to_be_visible()
    leave_field(page)
    press(skip)
    expect(page.get_by_role("button", name="Classify Skin Lesion")).to_be_enabled()


def leave_field(page: Page) -> None:
    """Leave the field that was typed into, and wait: what it changes may move a button away from under a click."""
    page.evaluate("document.activeElement?.blur()")
    settle(page)


def switch_map(page: Page, *, is_on: bool) -> None:
    """Switch the heat map on or off and wait until it is."""
    press(page.get_by_text("Show heat map"))
    expect(page.get_by_text(MAP_LEGEND)).to_have_count(int(is_on))
    settle(page)


def go_to(page: Page, title: str) -> None:
    """Change the page by the menu at the top."""
    link = page.get_by_role("link", name=title, exact=True)
    press(link)
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    settle(page)


def press(button: Locator) -> None:
    """Press what is there once the page stands still: what is drawn anew between down and up hears no press."""
    settle(button.page)
    button.click(delay=PRESS_MS)


def settle(page: Page) -> None:
    """Wait until the page's script has run to its end, what opens or closes has done so, and the large picture, where
    there is one, has arrived."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.wait_for_function(NOTHING_OPENS)
    if picture(page).count():
        expect(picture(page)).not_to_have_js_property("naturalWidth", 0)


def field(page: Page, label: str) -> Locator:
    """The field that one types into under that label."""
    return page.get_by_role("textbox", name=label, exact=True)


def picture(page: Page) -> Locator:
    """The large picture."""
    return page.get_by_test_id("stImage").locator("img").first


def shown_pixels(page: Page) -> NDArray[np.uint8]:
    """The pixels of the large picture as the server sends them, uint8 (height, width, 3) RGB."""
    source = picture(page).get_attribute("src")
    assert source is not None
    return decode(
        page.request.get(source if ":" in source else page.url.split("/?")[0].rstrip("/") + source).body()
    ).pixels


def result(page: Page) -> str:
    """Band and probability as they are to be read."""
    band = page.get_by_text(re.compile("^(Refer|Indeterminate: review|No AI concern)$")).first.inner_text()
    return f"{band} {page.get_by_text(re.compile(r'^[<>]?[0-9]+% ?malignant probability$')).first.inner_text()}"


def wait_until(is_true: Callable[[], bool], patience_s: float = 60.0) -> None:
    """Wait for what is not on the screen."""
    deadline = time.monotonic() + patience_s
    while not is_true():
        assert time.monotonic() < deadline, f"waited for {patience_s:.0f} s"
        time.sleep(0.02)


def photograph(page: Page, folder: Path, name: str) -> None:
    """A screenshot beside the test's other files, for a person who looks into a failure."""
    page.screenshot(path=folder / f"{name}.png")


def download(page: Page, button: Locator) -> Download:
    """What a button that makes a file gives."""
    with page.expect_download() as started:
        press(button)
    return started.value
