"""How long the second `make app` takes until the title is drawn in a browser."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

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


def measure_second_start(folder: Path) -> dict[str, float]:
    """Seconds from `make app` to the page's title, on the second start with the same home."""
    environment = {**os.environ, "LESIONWISE_HOME": str(folder / "start-home")}
    _start_once(environment)
    return {"second_start_s": _start_once(environment)}


def _start_once(environment: dict[str, str]) -> float:
    port = _free_port()
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        page = browser.new_page()
        started = time.perf_counter()
        command = ["make", "app", f"PORT={port}"]
        server = subprocess.Popen(
            command, cwd=PROJECT_ROOT, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
        )
        try:
            _wait_for_port(port)
            page.goto(f"http://127.0.0.1:{port}/")
            page.get_by_role("heading", name="Analyse").wait_for(timeout=60_000)
            return time.perf_counter() - started
        finally:
            browser.close()
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=20)


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
