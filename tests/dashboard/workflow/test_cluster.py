"""Batches on a cluster: the same rows as without one, and a worker that dies costs time only."""

import pickle
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import text

from core.classifier.classifier import Classifier
from core.errors import WeightsChanged
from core.gates.assess import Gates
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.settings import Settings
from dashboard.__main__ import main
from dashboard.workflow.batch_review import save_items
from dashboard.workflow.batches import open_folder_batch, run_batch
from dashboard.workflow.cluster import Cluster, Job, Worker, on_cluster
from dashboard.workflow.group import store_group
from dashboard.workflow.pipeline import GROUP, ScoreFiles, score_files
from dashboard.workflow.record import Record
from db.repositories.batch_rows import WaitingFile
from tests.benchmarks.killed_batch import draw_files, faults, open_home, progress, start
from tests.dashboard.conftest import NOT_A_PICTURE, draw

N_LESIONS = 36  # two groups
_ACTOR = "ray::MapWorker(MapBatches(Worker))"
needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: requirements-cluster.txt")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn lesions, one of them twice, one too small for the quality gate, and a file that is no picture."""
    folder = tmp_path_factory.mktemp("cluster") / "morning"
    draw_files(folder, N_LESIONS)
    (folder / "again.jpg").write_bytes(draw_jpeg(DrawnLesion(width_px=320, height_px=240, seed=0)))
    (folder / "small.jpg").write_bytes(draw())
    (folder / "broken.jpg").write_bytes(NOT_A_PICTURE)
    return folder


@pytest.fixture(scope="module")
def gates(shipped: Classifier) -> Gates:
    return Gates.load(Settings.from_environment().model_folder, shipped.card)


def job_of(classifier: Classifier, folder: Path) -> Job:
    card = classifier.card
    return Job(str(folder), Settings.from_environment().model_folder, card.card_sha256, card.refer_threshold, True)


def rows_of(record: Record) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, without the times."""
    tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
    with record.reading() as work:
        connection = work.session.connection()
        names = connection.execute(text(tables)).scalars().all()
        found = {name: connection.execute(text(f'SELECT * FROM "{name}"')).mappings().all() for name in names}
    return {
        name: [{key: row[key] for key in row if key != "at" and not key.endswith("_at")} for row in rows]
        for name, rows in found.items()
    }


def into_cases(
    folder: Path, home: Path, classifier: Classifier, gates: Gates, score: ScoreFiles = score_files
) -> Record:
    record = open_home(home)
    batch_id = open_folder_batch(folder=folder, reader="terminal", record=record)
    run_batch(batch_id=batch_id, classifier=classifier, record=record, gates=gates, score=score)
    save_items(batch_id=batch_id, item_ids=None, reader="terminal", record=record)
    return record


def by_one_worker(*, waiting: Sequence[WaitingFile], record: Record, job: Job, **others: object) -> Iterator[list[int]]:
    """What Ray does, in this process."""
    worker = Worker(job)
    for first in range(0, len(waiting), GROUP):
        [done] = worker({"rows": [pickle.dumps(list(waiting[first : first + GROUP]))]})["done"]
        group, pictures = pickle.loads(done)
        yield store_group(group=group, pictures=pictures, record=record)


def test_what_a_worker_hands_over_becomes_the_same_rows_and_pictures(
    folder: Path, tmp_path: Path, shipped: Classifier, gates: Gates
) -> None:
    classifier = shipped.at_threshold(0.2)
    here = into_cases(folder, tmp_path / "here", classifier, gates)
    worker = partial(by_one_worker, job=job_of(classifier, folder))
    there = into_cases(folder, tmp_path / "there", classifier, gates, worker)
    expected = rows_of(here)
    assert len(expected["cases"]) == N_LESIONS + 1
    assert rows_of(there) == expected
    for row in expected["images"]:
        assert there.blobs.open(row["blob_sha256"]) == here.blobs.open(row["blob_sha256"])


def test_a_worker_with_another_network_does_not_score(shipped: Classifier, tmp_path: Path) -> None:
    job = Job("", Settings.from_environment().model_folder, "another card", shipped.card.refer_threshold, False)
    with pytest.raises(WeightsChanged, match="is another one"):
        Worker(job)


def test_without_ray_the_reason_and_the_next_step_are_told(
    folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["batch", str(folder), "--ray"]) == 2
    said = capsys.readouterr().err
    assert "Ray is not installed" in said
    assert "requirements-cluster.txt" in said


def test_nothing_to_score_starts_no_cluster(
    record: Record, shipped: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    score = on_cluster(Cluster(), Path("nowhere"))
    found = score(waiting=[], source="", classifier=shipped, record=record, gates=None, is_stopped=lambda: False)
    assert list(found) == []


def test_a_cluster_that_is_not_there_is_told(
    folder: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["batch", str(folder), "--ray", "127.0.0.1:1"]) == 2
    assert "no Ray cluster at 127.0.0.1:1" in capsys.readouterr().err


@needs_ray
@pytest.mark.timeout(900)
def test_two_workers_give_the_same_rows_as_none(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_worker_niceness", "0")
    for home, options in (("here", ()), ("there", ("--ray", "--workers", "2"))):
        run_to_its_end(start(folder, tmp_path / home, *options))
    expected = rows_of(open_home(tmp_path / "here"))
    assert len(expected["cases"]) == N_LESIONS + 1
    assert rows_of(open_home(tmp_path / "there")) == expected


@needs_ray
@pytest.mark.timeout(900)
def test_a_worker_that_is_killed_costs_time_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_worker_niceness", "0")
    folder, home = tmp_path / "many", tmp_path / "home"
    draw_files(folder, 8 * GROUP)
    life = start(folder, home, "--ray", "--workers", "2")
    while progress(home) == 0 or not workers_of(life):
        assert life.poll() is None, "it was through before a worker could be killed"
        time.sleep(0.02)
    workers_of(life)[0].kill()
    run_to_its_end(life)
    assert faults(folder, home) == []


def workers_of(life: "subprocess.Popen[str]") -> list[psutil.Process]:
    """The actors that score, as they call themselves; Ray's own server names a worker in its command line, too."""
    children = psutil.Process(life.pid).children(recursive=True)
    return [child for child in children if _called(child).startswith(_ACTOR)]


def _called(process: psutil.Process) -> str:
    """What a process calls itself; "" where it ended meanwhile."""
    with suppress(psutil.NoSuchProcess):
        return "".join(process.cmdline()[:1])
    return ""


def run_to_its_end(life: "subprocess.Popen[str]") -> None:
    _, said = life.communicate(timeout=800)
    assert life.returncode == 0, said
