"""How long the second start takes until the server answers and until the title is drawn, and what it holds then."""

import time
import urllib.request
from pathlib import Path

import psutil
from browser import classify, open_page, serve_app

_HEALTH = "_stcore/health"


def measure_second_start(folder: Path) -> dict[str, float]:
    """Seconds from `make app` to the health address and to the page's title, on the second start with the same home;
    megabytes resident of the server after one classification in one browser."""
    _start_once(folder / "start-home")
    return _start_once(folder / "start-home")


def _start_once(home: Path) -> dict[str, float]:
    with open_page() as page:
        started = time.perf_counter()
        with serve_app(home) as address:
            with urllib.request.urlopen(address + _HEALTH, timeout=60) as answer:
                answer.read()
            health = time.perf_counter() - started
            page.goto(address)
            page.get_by_role("heading", name="Analyse").wait_for(timeout=60_000)
            title = time.perf_counter() - started
            classify(page, address, seed=1)
            return {"health_s": health, "second_start_s": title, "server_resident_mb": _server_mb(address)}


def _server_mb(address: str) -> float:
    """Megabytes resident of the process that listens at the address."""
    port = int(address.rstrip("/").rpartition(":")[2])
    listening = [c for c in psutil.net_connections("tcp") if c.status == "LISTEN" and c.laddr]
    [pid] = {c.pid for c in listening if c.laddr and c.laddr.port == port and c.pid}
    return float(psutil.Process(pid).memory_info().rss / 1e6)
