"""How long the case history takes to answer over 1,000,000 cases on PostgreSQL; the server is the benchmark's own."""

import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from history import figures_of, time_searches
from sqlalchemy import Engine, insert, text

from core.settings import Settings
from core.taxonomy import AnatomSite
from dashboard.workflow.record import Record, open_record
from db.case_facts import select_facts
from db.tables import CaseFactsRow

sys.path.append(str(Path(__file__).resolve().parents[1]))  # the server that the tests start, too
from postgres_server import running_postgres

N_CASES = 1_000_000
_ROWS = Path(__file__).with_name("many_cases.sql")
# Of a small server with 2 GB: a quarter for its buffers, as PostgreSQL's manual recommends.
_SERVER = {"shared_buffers": "512MB", "work_mem": "16MB", "maintenance_work_mem": "256MB", "max_wal_size": "4GB"}


def measure_history_postgres(settings: Settings, folder: Path, n_cases: int = N_CASES) -> dict[str, float]:
    """Milliseconds for a page of 20 with the count; `history_1m_ms` is the slowest search's 95th percentile."""
    with running_postgres(_SERVER) as server:
        own = replace(settings, home=folder / "history-postgres", database_url=server.url(server.create()))
        with closing(open_record(own)) as record:
            started = time.perf_counter()
            fill_history_postgres(record, n_cases)
            filled_s = time.perf_counter() - started
            figures: dict[str, float] = figures_of(time_searches(record), "history_1m")
    return figures | {"history_1m_fill_s": filled_s}


def fill_history_postgres(record: Record, n_cases: int) -> None:
    """The rows of `fill_history`, made by the server; without pictures and embeddings."""
    engine: Engine = record.session_factory.kw["bind"]
    facts = select_facts()
    with engine.begin() as connection:
        for said in ({"name": "n_cases", "value": str(n_cases)}, {"name": "sites", "value": ",".join(AnatomSite)}):
            connection.execute(text("SELECT set_config('lesionwise.' || :name, :value, true)"), said)
        connection.connection.cursor().execute(_ROWS.read_text())
        connection.execute(insert(CaseFactsRow).from_select([column.name for column in facts.selected_columns], facts))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM (ANALYZE)")  # what autovacuum does in its own time
