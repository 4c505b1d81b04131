"""The real server, started as a user starts it, and a real Chromium that looks at it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Opened by a link to a page, Streamlit's client first asks for these below that page, where they are not.
PROBED = ("/_stcore/health", "/_stcore/host-config")
START_S = 60.0  # a cold start on a busy machine
PATIENCE_MS = 90_000  # for one thing to appear; the first classification waits for torch

expect.set_options(timeout=PATIENCE_MS)


class Server:
    """`python -m dashboard serve` with a home and a port of its own; can be killed and started again."""

    def __init__(self, home: Path, log: Path) -> None:
        self.home = home
        self.log = log
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it serves."""
        environment = os.environ | {"LESIONWISE_HOME": str(self.home), "LESIONWISE_THREADS": "1"}
        for variable in ("DATABASE_URL", "LESIONWISE_MODEL", "LESIONWISE_WEIGHTS"):
            environment.pop(variable, None)
        command = [sys.executable, "-m", "dashboard", "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + START_S
        while not self._is_served():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                pytest.fail(f"the server did not start:\n{self.read_log()}")
            time.sleep(0.1)

    def kill(self) -> None:
        """End it as a power cut would: with SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def read_log(self) -> str:
        """What the server printed so far."""
        return self.log.read_text(errors="replace")

    def _is_served(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as answer:
                return int(answer.status) == 200
        except (urllib.error.URLError, OSError):
            return False


class Watch:
    """What a page did that nobody sees: requests to elsewhere, and errors in the console."""

    def __init__(self, context: BrowserContext) -> None:
        self.elsewhere: list[str] = []
        self.errors: list[str] = []
        context.on("request", lambda request: self._note(request.url))
        context.on("console", self._listen)
        context.on("page", self._watch_page)

    def _watch_page(self, page: Page) -> None:
        page.on("websocket", lambda socket: self._note(socket.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.hostname != "127.0.0.1":
            self.elsewhere.append(url)

    def _listen(self, message: ConsoleMessage) -> None:
        url = message.location["url"]
        if message.type == "error" and not url.endswith(PROBED):
            is_left_behind = "/media/" in f"{message.text} {url}"  # a picture of the page that was just left
            self.errors += [] if is_left_behind else [f"{message.text} {url}"]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium, else Playwright's own; without one a laptop skips and CI fails."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    try:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
    except Error as error:
        reason = f"no browser: neither {', '.join(BROWSERS)} nor Playwright's own could be started ({error.message})"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that leave it as it is; its record grows from test to test."""
    yield from serve(tmp_path_factory.mktemp("e2e"))


@pytest.fixture
def own_server(browser: Browser, tmp_path: Path) -> Iterator[Server]:
    """A server with an empty record, that may be killed."""
    yield from serve(tmp_path)


def serve(folder: Path) -> Iterator[Server]:
    running = Server(folder / "home", folder / "server.log")
    running.start()
    yield running
    running.kill()
    assert "Traceback" not in running.read_log()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[[], Page]]:
    """Opens pages as new visitors; at the end none of them may have asked elsewhere or said an error."""
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def open_one() -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
        contexts.append(context)
        watches.append(Watch(context))
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
    assert [watch.elsewhere for watch in watches] == [[] for _ in watches]
    assert [watch.errors for watch in watches] == [[] for _ in watches]


@pytest.fixture
def page(new_page: Callable[[], Page], server: Server) -> Page:
    """A first visit to the Analyse page at 1280 x 800."""
    page = new_page()
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Analyse")).to_be_visible()
    return page


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
