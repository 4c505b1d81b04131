"""Two app servers over one record, at the same time from their start on: no case twice, no change lost."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.domain import Upload
from core.settings import PROJECT_ROOT, Settings
from core.taxonomy import BatchMode, ItemState
from dashboard.workflow.batch_review import load_items
from dashboard.workflow.batches import create_batch
from dashboard.workflow.cases import load_case
from dashboard.workflow.intake import TakenIn
from dashboard.workflow.record import Record, open_record
from db.tables import AuditRow, CaseRow, ImageRow, LesionRow, PatientRow, PredictionRow, Table, VisitRow
from tests.dashboard.conftest import shade

NAMES = ("ann", "ben")
N_CASES, N_FILES, N_EDITS = 12, 40, 15
Servers = Callable[[int, int], None]


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a record without any table yet."""
    monkeypatch.setenv("LESIONWISE_HOME", str(tmp_path))
    if request.param == "postgresql":
        monkeypatch.setenv("DATABASE_URL", request.getfixturevalue("empty_postgres_url"))
    return Settings.from_environment()


@pytest.fixture
def run_servers(shared: Settings) -> Servers:
    """Starts both, lets them go at the same moment, and waits for their end."""

    def run(n_cases: int, n_edits: int) -> None:
        script = PROJECT_ROOT / "tests" / "dashboard" / "one_server.py"
        environment = os.environ | {"PYTHONPATH": str(PROJECT_ROOT)}
        servers = [
            subprocess.Popen(
                [sys.executable, str(script), str(shared.home), name, str(n_cases), str(n_edits)],
                env=environment,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for name in NAMES
        ]
        for server in servers:
            assert server.stdout is not None
            server.stdout.readline()
        (shared.home / "go").touch()
        said = [server.communicate(timeout=250)[1] for server in servers]
        assert [server.returncode for server in servers] == [0, 0], "\n".join(said)

    return run


@pytest.fixture
def open_shared(shared: Settings) -> Iterator[Callable[[], Record]]:
    """Opens the record, and closes it after the test."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(closing(open_record(shared)))


def count_of(record: Record, row: type[Table]) -> int:
    with record.reading() as work:
        return work.session.execute(select(func.count()).select_from(row)).scalar_one()


def test_servers_that_start_at_once_migrate_once_and_lose_no_change(
    open_shared: Callable[[], Record], run_servers: Servers
) -> None:
    run_servers(N_CASES, N_EDITS)
    record = open_shared()
    counts = {row: count_of(record, row) for row in (CaseRow, ImageRow, PredictionRow, PatientRow, LesionRow, VisitRow)}
    once = {PatientRow: 1, LesionRow: 1, VisitRow: 1}
    assert counts == dict.fromkeys((CaseRow, ImageRow, PredictionRow), N_CASES) | once
    with record.reading() as work:
        case_id = work.cases.find_by_submission("submission-0") or 0
        assert work.settings.current() == {"count": str(len(NAMES) * N_EDITS)}
        saved = select(func.count()).select_from(AuditRow).where(AuditRow.action == "save")
        assert work.session.scalar(saved) == N_CASES
    words = load_case(case_id=case_id, record=record)[0].notes.split()
    assert sorted(words) == sorted(f"{name}{number}" for name in NAMES for number in range(N_EDITS))


def test_a_batch_that_two_servers_score_is_scored_and_saved_once(
    open_shared: Callable[[], Record], run_servers: Servers
) -> None:
    record = open_shared()
    taken = [TakenIn(Upload(f"{n:03}.png", shade(40 + n, 100 + n))) for n in range(N_FILES)]
    batch_id = create_batch(name="m", taken=taken, reader="dr a", record=record, mode=BatchMode.TRIAGE)
    run_servers(0, 0)
    _, items = load_items(batch_id=batch_id, record=record)
    assert {(item.state, item.reason) for item in items} == {(ItemState.SAVED, "")}
    assert len({item.case_id for item in items}) == N_FILES
    assert count_of(record, CaseRow) == count_of(record, PredictionRow) == N_FILES
    assert record.staging.names() == []
