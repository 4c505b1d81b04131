"""How long a clinician waits from the click on "Classify Skin Lesion" to the probability on the screen."""

import statistics
from pathlib import Path

from browser import classify, open_page, serve_app

_N_CLICKS = 10


def measure_click_to_result(folder: Path) -> dict[str, float]:
    """Median and worst of ten first classifications, each of another picture, after one that warms the server up."""
    with serve_app(folder / "click-home") as address, open_page() as page:
        seconds = [classify(page, address, seed) for seed in range(_N_CLICKS + 1)][1:]
    return {"click_to_result_s": statistics.median(seconds), "click_to_result_worst_s": max(seconds)}
