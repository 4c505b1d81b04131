"""How near a batch comes to the network's own speed: 500 files into cases, against forward passes alone."""

import statistics
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.classifier.card import ModelCard
from core.classifier.classifier import Classifier
from core.classifier.engine import load_engine
from core.gates.assess import Gates
from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, as_jpeg, draw_lesion
from core.imaging.frame import normalise_frames
from core.settings import Settings
from dashboard.workflow.batch_review import save_items
from dashboard.workflow.batches import open_folder_batch, run_batch
from dashboard.workflow.pipeline import GROUP
from dashboard.workflow.record import open_record

N_IMAGES = 500
_N_LESIONS = 50  # drawn lesions; each is kept at ten JPEG qualities, so that no two files are the same
_ROUNDS = 3


def measure_batch_share(settings: Settings, folder: Path) -> dict[str, float]:
    """Seconds of the network alone over seconds of the whole batch, on the same pictures with the same threads.

    The batch passes the gates, as it does in the app; the share without them, of one run, says what they cost.
    """
    files = folder / "files"
    files.mkdir()
    drawn = [draw_lesion(DrawnLesion(seed=seed)) for seed in range(_N_LESIONS)]
    for n in range(N_IMAGES):
        (files / f"{n:03d}.jpg").write_bytes(as_jpeg(drawn[n % _N_LESIONS], 85 + n // _N_LESIONS))
    classifier = Classifier.load(settings.model_folder, settings.torch_threads)
    gates = Gates.load(settings.model_folder, classifier.card)
    frames = np.stack([classifier.prepare(decode(path.read_bytes())) for path in sorted(files.iterdir())])
    network, whole = [], []
    for n in range(_ROUNDS):
        network.append(time_network(settings, classifier.card, frames)[0])
        whole.append(_seconds_of_batch(classifier, gates, files, settings, folder / f"home-{n}"))
    ungated = _seconds_of_batch(classifier, None, files, settings, folder / "ungated")
    return {
        "batch_images_per_s": N_IMAGES / statistics.median(whole),
        "network_images_per_s": N_IMAGES / statistics.median(network),
        "batch_share_without_gates": statistics.median(network) / ungated,
        "batch_share_of_network": statistics.median(a / b for a, b in zip(network, whole, strict=True)),
    }


def time_network(settings: Settings, card: ModelCard, frames: NDArray[np.uint8]) -> tuple[float, float]:
    """Seconds, and CPU seconds of this process, of the forward passes alone."""
    engine = load_engine(settings.model_folder, card, settings.torch_threads)
    inputs = [normalise_frames(frames[i : i + GROUP], card.frame) for i in range(0, len(frames), GROUP)]
    engine.run(inputs[0])
    started, cpu_s = time.perf_counter(), time.process_time()
    for x in inputs:
        engine.run(x)
    return time.perf_counter() - started, time.process_time() - cpu_s


def _seconds_of_batch(
    classifier: Classifier, gates: Gates | None, files: Path, settings: Settings, home: Path
) -> float:
    record = open_record(replace(settings, home=home, database_url=f"sqlite:///{home / 'bench.db'}"))
    started = time.perf_counter()
    batch_id = open_folder_batch(folder=files, reader="bench", record=record)
    run_batch(batch_id=batch_id, classifier=classifier, record=record, gates=gates)
    n_saved = save_items(batch_id=batch_id, item_ids=None, reader="bench", record=record)
    seconds = time.perf_counter() - started
    if n_saved != N_IMAGES:
        raise ValueError(f"expected {N_IMAGES} saved cases, got {n_saved}")
    return seconds
