"""How long the case history takes to answer over 1,000,000 cases on PostgreSQL; the server is the benchmark's own."""

import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from history import SEARCHES, time_pages

from core.settings import Settings
from dashboard.workflow.record import open_record

sys.path.append(str(Path(__file__).resolve().parents[1]))  # the tests' own server lies there
from postgres_server import running_postgres

N_CASES = 1_000_000
# A small hospital's server: a quarter of 2 GB for its buffers.
_SERVER = {"shared_buffers": "512MB", "work_mem": "16MB", "maintenance_work_mem": "256MB", "max_wal_size": "4GB"}
_NOTES = (
    "'', 'itches', 'has grown since the summer', 'asymmetric, two colours', 'bled once after a scratch', 'no change'"
)


def measure_history_postgres(settings: Settings, folder: Path, n_cases: int = N_CASES) -> dict[str, float]:
    """Milliseconds for a page of 20 with the count; `history_1m_ms` is the 95th percentile of the slowest search."""
    with running_postgres(_SERVER) as server:
        own = replace(settings, home=folder / "history-postgres", database_url=server.url(server.create()))
        with closing(open_record(own)) as record:
            started = time.perf_counter()
            fill_history(record.session_factory.kw["bind"].connect, n_cases)
            filled_s = time.perf_counter() - started
            times = {name: time_pages(wanted, record) for name, wanted in SEARCHES.items()}
