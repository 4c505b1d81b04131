"""Twenty browsers classify at the same moment: how long they wait, against a fair share of the machine."""

import statistics
from pathlib import Path

import numpy as np
from at_once import Wait, press_together, watch
from browser import make_ready, open_browser, serve_app
from playwright.sync_api import Browser, Page

N_BROWSERS = 20
_N_ALONE = 5


def measure_many_browsers(folder: Path, n_browsers: int = N_BROWSERS) -> dict[str, float]:
    """The 95th percentile of waiting in seconds and over a fair share: as many times as long as one waits alone.

    `many_queue_shown` is the longest queue that anyone was told of; raises TimeoutError where one got no result.
    """
    with serve_app(folder / "many-home") as address, open_browser() as browser:
        _wait_alone(browser, address, seed=n_browsers)  # the network is loaded by the first one
        alone = [_wait_alone(browser, address, seed=n_browsers + n).seconds for n in range(1, 1 + _N_ALONE)]
        pages = [_open_ready(browser, address, seed) for seed in range(n_browsers)]
        waits = press_together(pages)
    fair_share_s = n_browsers * statistics.median(alone)
    p95_s = float(np.percentile([wait.seconds for wait in waits], 95))
    return {
        "many_browsers": float(len(waits)),
        "many_alone_s": statistics.median(alone),
        "many_wait_p95_s": p95_s,
        "many_queue_shown": float(max((max(wait.queue, default=0) for wait in waits), default=0)),
        "many_told_of_queue": float(sum(bool(wait.queue) for wait in waits)),
        "many_wait_over_fair_share": p95_s / fair_share_s,
    }


def _wait_alone(browser: Browser, address: str, seed: int) -> Wait:
    page = _open_ready(browser, address, seed)
    [wait] = press_together([page])
    page.context.close()
    return wait


def _open_ready(browser: Browser, address: str, seed: int) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    watch(page)
    make_ready(page, address, seed)
    return page
