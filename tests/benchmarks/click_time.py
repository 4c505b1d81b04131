"""How long a clinician waits from the click on "Classify Skin Lesion" to the probability on the screen."""

import statistics
import time
from pathlib import Path

from browser import open_page, serve_app
from playwright.sync_api import Page

from core.imaging.drawn import DrawnLesion, draw_jpeg

_N_CLICKS = 10


def measure_click_to_result(folder: Path) -> dict[str, float]:
    """Median and worst of ten first classifications, each of another picture, after one that warms the server up."""
    with serve_app(folder / "click-home") as address, open_page() as page:
        seconds = [_classify(page, address, seed) for seed in range(_N_CLICKS + 1)][1:]
    return {"click_to_result_s": statistics.median(seconds), "click_to_result_worst_s": max(seconds)}


def _classify(page: Page, address: str, seed: int) -> float:
    page.goto(address)
    content = draw_jpeg(DrawnLesion(width_px=1600, height_px=1200, seed=seed))
    uploader = page.locator("input[type=file]")
    uploader.wait_for(state="attached", timeout=60_000)
    uploader.set_input_files({"name": f"{seed}.jpg", "mimeType": "image/jpeg", "buffer": content})
    button = page.get_by_role("button", name="Classify Skin Lesion")
    button.wait_for(timeout=60_000)
    started = time.perf_counter()
    button.click()
    page.get_by_text("malignant probability").first.wait_for(timeout=60_000)
    return time.perf_counter() - started
