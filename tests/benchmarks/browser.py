"""The dashboard as `make app` starts it, and a page of a real Chromium that looks at it."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.settings import PROJECT_ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A Chromium, started."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page() -> Iterator[Page]:
    """An empty page of 1280 x 800, its browser already started."""
    with open_browser() as browser:
        yield browser.new_page(viewport={"width": 1280, "height": 800})


@contextmanager
def serve_app(home: Path) -> Iterator[str]:
    """`make app` on a free port with its own home: the address, once something answers there."""
    port = _free_port()
    environment = {**os.environ, "LESIONWISE_HOME": str(home)}
    command = ["make", "app", f"PORT={port}"]
    server = subprocess.Popen(
        command, cwd=PROJECT_ROOT, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait_for_port(port)
        yield f"http://127.0.0.1:{port}/"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=60)


def classify(page: Page, address: str, seed: int) -> float:
    """Seconds from the click to the probability on the screen, for a picture of its own."""
    button = make_ready(page, address, seed)
    started = time.perf_counter()
    button.click()
    page.get_by_text("malignant probability").first.wait_for(timeout=60_000)
    return time.perf_counter() - started


def make_ready(page: Page, address: str, seed: int) -> Locator:
    """Upload a picture of its own and skip the first read; gives the button that is left to be pressed."""
    page.goto(address)
    content = draw_jpeg(DrawnLesion(width_px=1600, height_px=1200, seed=seed))
    uploader = page.locator("input[type=file]")
    uploader.wait_for(state="attached", timeout=60_000)
    uploader.set_input_files({"name": f"{seed}.jpg", "mimeType": "image/jpeg", "buffer": content})
    button = page.get_by_role("button", name="Classify Skin Lesion")
    page.get_by_role("button", name="Skip").click(timeout=60_000)
    expect(button).to_be_enabled(timeout=60_000)
    return button


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for_port(port: int, limit_s: float = 60.0) -> None:
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"no server on port {port} within {limit_s:.0f} s")
