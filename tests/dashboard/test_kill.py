"""The app is killed, and killed again, at seeded points: nothing is lost, nothing doubled, no score is another one."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from core.domain import BatchItem
from core.settings import PROJECT_ROOT, Settings
from core.taxonomy import BatchState, ItemState
from dashboard.workflow.batch_review import load_items
from dashboard.workflow.batches import list_batches
from dashboard.workflow.record import Record, open_record

BROKEN = 5  # the number of the file that is no picture
N_FILES = 100  # four groups at the network, three at the database
MAX_LIVES = 6
Run = Callable[[Path, int], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def run() -> Run:
    """Runs the app until it is through, or dies at that statement."""

    def run_once(home: Path, kill_at: int) -> subprocess.CompletedProcess[str]:
        script = PROJECT_ROOT / "tests" / "dashboard" / "killed_app.py"
        command = [sys.executable, str(script), str(home), *map(str, (kill_at, N_FILES, BROKEN))]
        environment = os.environ | {"PYTHONPATH": str(PROJECT_ROOT)}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=200)

    return run_once


@pytest.fixture(scope="module")
def undisturbed(run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, list[BatchItem]]:
    """What a life without a kill comes to: how many statements it takes, and its files."""
    home = tmp_path_factory.mktemp("undisturbed")
    done = run(home, 0)
    assert done.returncode == 0, done.stderr
    return int(done.stdout), load_items(batch_id=1, record=open_home(home))[1]


def open_home(home: Path) -> Record:
    return open_record(
        replace(Settings.from_environment(), home=home, database_url=f"sqlite:///{home / 'lesionwise.db'}")
    )


def told(items: list[BatchItem]) -> list[tuple[str, ItemState, float | None]]:
    return [
        (item.filename, item.state, item.prediction.malignant_probability if item.prediction else None)
        for item in items
    ]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_batch_survives_every_kill(
    seed: int, run: Run, undisturbed: tuple[int, list[BatchItem]], tmp_path: Path
) -> None:
    n_statements, expected = undisturbed
    draw = random.Random(seed)
    ends = []
    for life in range(MAX_LIVES):
        kill_at = draw.randrange(1, n_statements // 2) if life < MAX_LIVES - 1 else 0
        done = run(tmp_path, kill_at)
        ends.append(done.returncode)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
    assert ends[-1] == 0
    assert -signal.SIGKILL in ends

    record = open_home(tmp_path)
    [summary] = list_batches(record=record)
    counts = (summary.state, summary.n_total, summary.n_saved, summary.n_rejected)
    assert counts == (BatchState.FINISHED, N_FILES, N_FILES - 1, 1)
    _, items = load_items(batch_id=summary.batch_id, record=record)
    assert told(items) == told(expected)
    assert [item.filename for item in items if item.state is ItemState.REJECTED] == [f"{BROKEN:03}.png"]
    assert len({item.case_id for item in items}) == N_FILES  # None among them, of the broken file
    with record.reading() as work:
        connection = work.session.connection()
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar_one() == N_FILES - 1
        assert connection.execute(text("SELECT count(*) FROM audit WHERE action = 'save'")).scalar_one() == N_FILES - 1
        staged = set(connection.execute(text("SELECT staged FROM batch_items")).scalars())
    assert not staged & set(record.staging.names())
