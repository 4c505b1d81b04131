"""`python -m dashboard batch FOLDER` killed from outside, again and again; what of its files was lost or doubled."""

import contextlib
import hashlib
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from sqlalchemy import text

from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.settings import PROJECT_ROOT, Settings
from core.taxonomy import BatchState, ItemState
from dashboard.workflow.batch_review import load_items
from dashboard.workflow.batches import list_batches
from dashboard.workflow.record import Record, open_record

N_FILES, N_KILLS, LIMIT_S = 1120, 66, 1200.0  # of `make bench-scale`: the last few lives are through before their kill
STEPS = 3  # a file's picture is kept, its score is, its case is
_N_LESIONS = 100  # that differ, and pass; further files are the same at a lower JPEG quality
_POLL_S = 0.01
_LATER_S = 0.1  # about as long as a group takes: a kill comes anywhere in what follows its point
_DATABASE = "lesionwise.db"
_COUNTS = "SELECT (SELECT count(*) FROM batch_items WHERE state <> 'waiting') + (SELECT count(*) FROM cases)"


def measure_kills(folder: Path) -> dict[str, float]:
    """Files that were lost, doubled or mixed up after all kills: faults, which must be 0. `kills` counts those that
    came while the command was at work."""
    files, home = folder / "kill-files", folder / "kill-home"
    draw_files(files, N_FILES)
    started = time.perf_counter()
    n_kills = run_killed(files, home, draw_points(7, N_KILLS, N_FILES), LIMIT_S)
    found = faults(files, home)
    for sentence in found:
        print(f"after {n_kills} kills: {sentence}")
    return {"kills": float(n_kills), "kill_faults": float(len(found)), "kills_s": time.perf_counter() - started}


def draw_files(folder: Path, n_files: int) -> None:
    """Drawn lesions, no two files alike, that all gates let pass."""
    folder.mkdir()
    for n in range(n_files):
        lesion = DrawnLesion(width_px=320, height_px=240, seed=n % _N_LESIONS)
        (folder / f"{n:04}.jpg").write_bytes(draw_jpeg(lesion, 95 - n // _N_LESIONS))


def draw_points(seed: int, n_points: int, n_files: int) -> list[int]:
    """Rising points of progress, from before the first step of the first file to the last of the last one."""
    draw = random.Random(seed)
    return sorted(draw.randrange(STEPS * n_files) for _ in range(n_points))


def run_killed(folder: Path, home: Path, points: list[int], limit_s: float) -> int:
    """Start the command once for each point and kill it a moment after it has come so far, then let it live.

    A life goes at least one step farther than the last one, or its kill would hit a program that only starts; where one
    is through before its kill, that is none. Gives how many kills there were. Raises AssertionError where it ended by
    itself with an error, or was not through in time.
    """
    draw = random.Random(len(points))
    until = time.monotonic() + limit_s
    n_kills = sum(_is_killed(folder, home, point, draw.uniform(0, _LATER_S), until) for point in points)
    with start(folder, home) as life:
        _, said = life.communicate(timeout=max(1.0, until - time.monotonic()))
        assert life.returncode == 0, said
    return n_kills


def start(folder: Path, home: Path, *options: str) -> "subprocess.Popen[str]":
    """The command as a process that is under way, on one thread."""
    environment = os.environ | {"LESIONWISE_HOME": str(home), "LESIONWISE_THREADS": "1"}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "dashboard", "batch", str(folder), *options]
    return subprocess.Popen(
        command, cwd=PROJECT_ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def progress(home: Path) -> int:
    """How many steps of how many files are done: pictures kept, files looked at, cases made."""
    n_pictures = sum(not path.name.startswith(".") for path in (home / "images").glob("*/*"))
    return n_pictures + count_rows(home, _COUNTS)


def count_rows(home: Path, question: str) -> int:
    """What a SELECT of one number says of a home's database; 0 as long as that has no tables."""
    if not (home / _DATABASE).exists():
        return 0
    with contextlib.closing(sqlite3.connect(home / _DATABASE, timeout=20)) as connection:
        is_made = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'batch_items'").fetchone()
        return int(connection.execute(question).fetchone()[0]) if is_made else 0


def open_home(home: Path) -> Record:
    """The record in a home, whatever the environment says of databases."""
    return open_record(replace(Settings.from_environment(), home=home, database_url=f"sqlite:///{home / _DATABASE}"))


def faults(folder: Path, home: Path) -> list[str]:
    """What was lost, doubled or mixed up of a folder's files, each as a sentence; empty is as it should be."""
    record = open_home(home)
    uploads = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    batches = list_batches(record=record)
    states = [batch.state for batch in batches]
    found = [] if states == [BatchState.FINISHED] else [f"batches in the states {states}"]
    _, items = load_items(batch_id=batches[0].batch_id, record=record)
    found += [f"{item.filename} is {item.state}" for item in items if item.state is not ItemState.SAVED]
    kept = {item.filename: item.image.upload_sha256 for item in items if item.image}
    found += [] if kept == uploads else ["a file's row names another file's picture, or none"]
    for blob in {item.image.blob_sha256 for item in items if item.image}:
        record.blobs.open(blob)  # raises unless it is there, and whole
    return found + _not_once(record, set(uploads))


def _not_once(record: Record, names: set[str]) -> list[str]:
    """Where there is not exactly one row for each file."""
    with record.reading() as work:
        connection = work.session.connection()
        verdict = str(connection.execute(text("PRAGMA integrity_check")).scalar_one())
        found = [] if verdict == "ok" else [verdict]
        for what, table in {"files": "batch_items", "cases": "cases"}.items():
            rows = Counter(connection.execute(text(f"SELECT filename FROM {table}")).scalars())
            found += [f"{n} {what} of {name}" for name, n in rows.items() if n != 1]
            found += [f"no {what} of {name}" for name in names - set(rows)]
        for table, where in (("predictions", ""), ("images", ""), ("audit", " WHERE action = 'save'")):
            n_rows = connection.execute(text(f"SELECT count(*) FROM {table}{where}")).scalar_one()
            found += [] if n_rows == len(names) else [f"{n_rows} rows in {table}"]
    return found


def _is_killed(folder: Path, home: Path, point: int, later_s: float, until: float) -> bool:
    wanted = max(point, progress(home) + 1)
    with start(folder, home) as life:
        while life.poll() is None and progress(home) < wanted:
            assert time.monotonic() < until, f"{progress(home)} of {point} steps were done in the time that there was"
            time.sleep(_POLL_S)
        time.sleep(later_s)
        life.kill()
        _, said = life.communicate()
    assert life.returncode in (0, -9), said
    return life.returncode != 0
