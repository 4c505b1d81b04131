"""A batch of 5,000 files by the command that a user types: its share of the network's speed, memory, CPU time."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from batch_share import time_network
from killed_batch import count_rows

from core.classifier.classifier import Classifier
from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, as_jpeg, draw_lesion
from core.settings import PROJECT_ROOT, Settings

N_IMAGES = 5000
_QUALITIES = range(84, 95)
_TURNED = 8  # a drawn lesion, turned and mirrored
_N_FRAMES = 320  # for the network alone, before and after
_SAMPLE_S = 0.25
LOOKED_AT = "SELECT count(*) FROM batch_items WHERE state <> 'waiting'"


@dataclass(frozen=True, slots=True)
class BatchRun:
    """What one run of the command took; `growth` is of resident memory from a tenth of the files on."""

    seconds: float
    cpu_s: float
    peak_mb: float
    growth: float


def measure_batch_at_size(settings: Settings, folder: Path, n_images: int = N_IMAGES) -> dict[str, float]:
    """Seconds and CPU seconds of the network alone over those of the batch, and the growth of memory."""
    files, home = folder / "many-files", folder / "many-batch-home"
    draw_many(files, n_images)
    classifier = Classifier.load(settings.model_folder, settings.torch_threads)
    chosen = sorted(files.iterdir())[:_N_FRAMES]
    frames = np.stack([classifier.prepare(decode(path.read_bytes())) for path in chosen])
    before = time_network(settings, classifier.card, frames)
    run = run_command(files, home)
    n_cases = count_rows(home, "SELECT count(*) FROM cases")
    if n_cases != n_images:
        raise ValueError(f"expected {n_images} cases, got {n_cases}")
    after = time_network(settings, classifier.card, frames)
    network_s, network_cpu_s = (sum(both) / 2 / len(frames) for both in zip(before, after, strict=True))
    return {
        "batch_5000_images_per_s": n_images / run.seconds,
        "batch_5000_share_of_network": network_s * n_images / run.seconds,
        "batch_5000_growth": run.growth,
        "batch_5000_peak_mb": run.peak_mb,
        "batch_5000_cpu_ms_per_image": 1000 * run.cpu_s / n_images,
        "batch_5000_cpu_share_of_network": network_cpu_s * n_images / run.cpu_s,
    }


def draw_many(folder: Path, n_images: int) -> None:
    """Drawn lesions of 600 x 450, turned eight ways, at eleven JPEG qualities: no two files are the same."""
    folder.mkdir()
    n_of_one = _TURNED * len(_QUALITIES)
    for start in range(0, n_images, n_of_one):
        drawn = draw_lesion(DrawnLesion(seed=start // n_of_one))
        for n in range(start, min(start + n_of_one, n_images)):
            turned = np.rot90(drawn, n % 4) if n % _TURNED < 4 else np.rot90(drawn[:, ::-1], n % 4)
            quality = _QUALITIES[(n - start) // _TURNED]
            (folder / f"{n:05}.jpg").write_bytes(as_jpeg(np.ascontiguousarray(turned), quality))


def run_command(files: Path, home: Path, *options: str) -> BatchRun:
    """`python -m dashboard batch` over a folder into a home of its own, watched from outside."""
    environment = os.environ | {"LESIONWISE_HOME": str(home)}
    command = [sys.executable, "-m", "dashboard", "batch", str(files), *options]
    n_files, started = len(list(files.iterdir())), time.perf_counter()
    process = subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment, stderr=subprocess.DEVNULL)
    watched, early, late = psutil.Process(process.pid), 0.0, 0.0
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        n_done, resident_mb = count_rows(home, LOOKED_AT), watched.memory_info().rss / 1e6
        early = max(early, resident_mb) if n_files / 10 <= n_done < n_files / 5 else early
        late = max(late, resident_mb) if n_files / 10 <= n_done < n_files else late
        time.sleep(_SAMPLE_S)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    growth = late / early - 1 if early else float("nan")
    return BatchRun(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3, growth)
