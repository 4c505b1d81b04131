"""The command that scores a folder is killed from outside at five seeded points, and started again."""

from pathlib import Path

import numpy as np
import pytest

from core.classifier.classifier import Classifier
from core.imaging.decode import decode
from dashboard.workflow.batch_review import load_items
from tests.benchmarks.killed_batch import draw_files, draw_points, faults, open_home, run_killed

N_FILES = 64  # two groups at the network, two at the cases
N_KILLS, SEED = 5, 4  # a seed whose points lie in scoring, storing and saving alike


@pytest.mark.timeout(600)
def test_each_file_becomes_exactly_one_case_with_its_own_score(tmp_path: Path, shipped: Classifier) -> None:
    folder, home = tmp_path / "morning", tmp_path / "home"
    draw_files(folder, N_FILES)
    assert run_killed(folder, home, draw_points(SEED, N_KILLS, N_FILES), limit_s=560) >= 3
    assert faults(folder, home) == []
    _, items = load_items(batch_id=1, record=open_home(home))
    frames = [shipped.prepare(decode((folder / item.filename).read_bytes())) for item in items]
    expected = [prediction.malignant_probability for prediction in shipped.predict_frames(np.stack(frames))]
    stored = [item.prediction.malignant_probability for item in items if item.prediction]
    assert stored == pytest.approx(expected, abs=1e-4)
