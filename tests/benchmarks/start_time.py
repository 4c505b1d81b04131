"""How long the second `make app` takes until the title is drawn in a browser."""

import time
from pathlib import Path

from browser import open_page, serve_app


def measure_second_start(folder: Path) -> dict[str, float]:
    """Seconds from `make app` to the page's title, on the second start with the same home."""
    _start_once(folder / "start-home")
    return {"second_start_s": _start_once(folder / "start-home")}


def _start_once(home: Path) -> float:
    with open_page() as page:
        started = time.perf_counter()
        with serve_app(home) as address:
            page.goto(address)
            page.get_by_role("heading", name="Analyse").wait_for(timeout=60_000)
            return time.perf_counter() - started
