"""From the start of a process to its first score and map, and what stays in memory, against the same through torch."""

import json
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from core.classifier.card import read_card, write_card
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.settings import PROJECT_ROOT, Settings

_ROUNDS = 5
_N_IMAGES, _N_MANY = 300, 5000
_FIRST_RESULT = """
import json, sys
from pathlib import Path
from core.classifier.classifier import Classifier
from core.imaging.decode import decode
from core.taxonomy import HeatmapMethod
classifier = Classifier.load(Path(sys.argv[1]), int(sys.argv[2]))
content = Path(sys.argv[3]).read_bytes()
classifier.predict_and_explain(decode(content), HeatmapMethod.GRAD_CAM)
"""
_MEMORY = """
import psutil
def resident_mb():
    return psutil.Process().memory_info().rss / 1e6
for _ in range(100):
    classifier.read(decode(content))
before = resident_mb()
for _ in range(int(sys.argv[4])):
    classifier.read(decode(content))
print(json.dumps([before, resident_mb()]))
"""


def measure_cold_start(settings: Settings, folder: Path) -> dict[str, float]:
    """Median seconds from process start to the first result, alternating with the same network on torch."""
    (folder / "first.jpg").write_bytes(draw_jpeg(DrawnLesion(seed=1)))
    on_torch = folder / "on-torch" / settings.model
    shutil.copytree(settings.model_folder, on_torch)
    write_card(replace(read_card(on_torch), graph_sha256=""), on_torch)
    served, through_torch = [], []
    for _ in range(_ROUNDS):
        served.append(_seconds(settings.model_folder, settings, folder / "first.jpg"))
        through_torch.append(_seconds(on_torch, settings, folder / "first.jpg"))
    cold, cold_torch = statistics.median(served), statistics.median(through_torch)
    return {"cold_result_s": cold, "cold_result_torch_s": cold_torch, "cold_over_torch": cold / cold_torch}


def measure_memory(settings: Settings, folder: Path) -> dict[str, float]:
    """Megabytes resident of `core.classifier` alone, after a few hundred pictures."""
    return {"classifier_resident_mb": _resident_mb(settings, folder, _N_IMAGES)[1]}


def measure_memory_growth(settings: Settings, folder: Path) -> dict[str, float]:
    """How much `core.classifier` alone grows over 5,000 pictures, as a share of what it has after the first hundred."""
    before, after = _resident_mb(settings, folder, _N_MANY)
    return {"classifier_growth": after / before - 1}


def _resident_mb(settings: Settings, folder: Path, n_images: int) -> tuple[float, float]:
    picture = folder / "memory.jpg"
    picture.write_bytes(draw_jpeg(DrawnLesion(seed=2)))
    command = [*_command(_FIRST_RESULT + _MEMORY, settings.model_folder, settings, picture), str(n_images)]
    done = subprocess.run(command, cwd=PROJECT_ROOT, check=True, capture_output=True, text=True)
    before, after = json.loads(done.stdout)
    return before, after


def _seconds(model: Path, settings: Settings, picture: Path) -> float:
    started = time.perf_counter()
    subprocess.run(_command(_FIRST_RESULT, model, settings, picture), cwd=PROJECT_ROOT, check=True)
    return time.perf_counter() - started


def _command(code: str, model: Path, settings: Settings, picture: Path) -> list[str]:
    return [sys.executable, "-c", code, str(model), str(settings.torch_threads), str(picture)]
