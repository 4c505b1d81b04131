"""A folder's files scored by the workers of a Ray cluster; this process writes the rows, as it does without one.

Each machine has this program and its weights at the same place and sees the folder under the same address. What a
worker hands over is the pictures, free of metadata, and what the network and the gates say of them: no worker writes.
"""

import logging
import os
import pickle  # of what this program's own workers say, by the way in which Ray itself carries everything
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import sessionmaker

from core.classifier.classifier import Classifier
from core.errors import LesionwiseError, WeightsChanged
from core.gates.assess import Gates
from dashboard.workflow.group import score_group, store_group
from dashboard.workflow.pipeline import GROUP, ScoreFiles
from dashboard.workflow.record import Record
from db.blobs import BlobStore
from db.places import Place
from db.repositories.batch_rows import WaitingFile

if TYPE_CHECKING:
    from ray.data import Dataset

_MOST_BLOCKS = 10_000  # Ray keeps a few hundred bytes of each; what a killed worker had of one is scored again
_KNOCK_S = 5.0
_INSTALL = "Install it: .venv/bin/python -m pip install -r requirements-cluster.txt -c constraints.txt"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Who scores: `address` as `ray.init` takes it, or "" for workers of this machine; 0 workers: one for each core."""

    address: str = ""
    n_workers: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker must know to score as this process would."""

    source: str
    model_folder: Path
    card_sha256: str
    refer_threshold: float
    is_gated: bool


def on_cluster(cluster: Cluster, model_folder: Path) -> ScoreFiles:
    """`score_files` by the workers of a cluster, each with the network of that folder."""
    return partial(_score_files, cluster=cluster, model_folder=model_folder)


def _score_files(
    *,
    waiting: Sequence[WaitingFile],
    source: str,
    classifier: Classifier,
    record: Record,
    gates: Gates | None,
    is_stopped: Callable[[], bool],
    cluster: Cluster,
    model_folder: Path,
) -> Iterator[list[int]]:
    """Ids of each group once its rows are written, in the order of the files; a worker that dies costs time only.

    Raises StorageFailed, and LesionwiseError where there is no Ray, no cluster, or a worker cannot score.
    """
    if not waiting:
        return
    card = classifier.card
    job = Job(source, model_folder, card.card_sha256, card.refer_threshold, gates is not None)
    groups = [list(waiting[start : start + GROUP]) for start in range(0, len(waiting), GROUP)]
    with _connected(cluster) as n_workers:
        for row in _scored(groups, job, n_workers).iter_rows():
            if is_stopped():
                break
            group, pictures = pickle.loads(row["done"])
            yield store_group(group=group, pictures=pictures, record=record)


@contextmanager
def _connected(cluster: Cluster) -> Iterator[int]:
    """Ray for as long as the block lasts; gives the number of workers."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing leaves the machine
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # a worker that dies is told of in Ray's own files
    _require_answer(cluster.address)
    try:
        import ray
    except ImportError as error:
        raise LesionwiseError("Ray is not installed here, so that there is no cluster.", _INSTALL) from error
    try:
        ray.init(**_options(cluster))
        yield cluster.n_workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
    except ray.exceptions.RayError as error:
        sentence = f"The cluster could not go on: {str(error).strip().splitlines()[-1]}"
        raise LesionwiseError(sentence, "What is scored is kept: put that right and start again.") from error
    finally:
        ray.shutdown()


def _require_answer(address: str) -> None:
    """Knock at HOST:PORT: Ray itself would try for many minutes."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not host or not port.isdecimal():
        return
    try:
        socket.create_connection((host, int(port)), timeout=_KNOCK_S).close()
    except OSError as error:
        sentence = f"There is no Ray cluster at {address}: {error.strerror or error}."
        raise LesionwiseError(sentence, "Look at `ray status` on that machine.") from error


def _options(cluster: Cluster) -> dict[str, Any]:
    """What `ray.init` is given: an address, or workers of this machine that nobody else can reach."""
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if cluster.address:
        return quiet | {"address": cluster.address}
    n_cpus = max(cluster.n_workers, os.cpu_count() or 1)
    return quiet | {"address": "local", "_node_ip_address": "127.0.0.1", "include_dashboard": False, "num_cpus": n_cpus}


def _scored(groups: Sequence[list[WaitingFile]], job: Job, n_workers: int) -> "Dataset":
    """The data set of scored groups, which the workers fill as it is read."""
    import ray.data

    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.execution_options.preserve_order = True  # rows get their ids in the files' order, as without a cluster
    rows = [{"rows": pickle.dumps(group)} for group in groups]
    return ray.data.from_items(rows, override_num_blocks=min(len(rows), _MOST_BLOCKS)).map_batches(
        Worker,
        fn_constructor_args=(job,),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(size=min(n_workers, len(rows))),
        num_cpus=1,
    )


class Worker:
    """An actor: a network of its own on one thread, and the gates."""

    def __init__(self, job: Job) -> None:
        classifier = Classifier.load(job.model_folder, threads=1)
        if classifier.card.card_sha256 != job.card_sha256:  # a threshold of the practice's own changes the card's hash
            classifier = classifier.at_threshold(job.refer_threshold)
        if classifier.card.card_sha256 != job.card_sha256:
            raise WeightsChanged(f"The network in {job.model_folder} on {os.uname().nodename} is another one.")
        self._classifier, self._source = classifier, job.source
        self._gates = Gates.load(job.model_folder, classifier.card) if job.is_gated else None

    def __call__(self, batch: Mapping[str, Sequence[bytes]]) -> dict[str, list[bytes]]:
        """Groups of waiting files, pickled, become scored groups with their pictures."""
        return {"done": [self._score(pickle.loads(rows)) for rows in batch["rows"]]}

    def _score(self, rows: Sequence[WaitingFile]) -> bytes:
        kept = _Carried()
        record = Record(
            sessionmaker(), BlobStore(kept), staging=kept, thumbnails=kept
        )  # of which only pictures are asked
        group = score_group(
            rows=rows, source=self._source, classifier=self._classifier, record=record, gates=self._gates
        )
        return pickle.dumps((group, kept.contents))


class _Carried(Place):
    """Pictures on their way to who writes them, by their SHA-256."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    def read(self, name: str) -> bytes:
        """A picture's content. Raises FileNotFoundError."""
        if not self.has(name):
            raise FileNotFoundError(name)
        return self.contents[_sha256(name)]

    def write(self, name: str, content: bytes) -> None:
        """Keep a picture until it is handed over."""
        self.contents[_sha256(name)] = content

    def has(self, name: str) -> bool:
        """Whether the picture is on its way."""
        return _sha256(name) in self.contents

    def remove(self, name: str) -> None:
        """Forget a picture, if it is there."""
        self.contents.pop(_sha256(name), None)

    def names(self, *, before: datetime | None = None) -> list[str]:
        """None: what is carried lies in no place that is listed."""
        return []


def _sha256(name: str) -> str:
    """The SHA-256 of a blob, of whose name a slash divides it."""
    return name.replace("/", "")
