"""The network that marks artefacts learns, goes on where it was, and its rate falls to nothing."""

from pathlib import Path

import numpy as np
import pytest
import torch

from core.gates.artefact_examples import draw_batch
from core.gates.artefact_training import ArtefactNetwork, export, learning_rate_at, train
from core.gates.artefacts import CELL_PX, DRAWN, SIDE_PX, ArtefactFinder
from core.imaging.drawn import DrawnLesion, draw_lesion

N_CELLS = SIDE_PX // CELL_PX
FRAMES = np.stack([draw_lesion(DrawnLesion(SIDE_PX, SIDE_PX, seed=seed)) for seed in range(3)])
ROWS = np.arange(3)


def test_examples_have_their_cells_and_weights() -> None:
    x, truth, weight = draw_batch(list(FRAMES) * 3, seed=1)
    assert x.shape == (9, 3, SIDE_PX, SIDE_PX)
    assert truth.shape == weight.shape == (9, len(DRAWN), N_CELLS, N_CELLS)
    assert float(x.min()) >= 0 and float(x.max()) <= 1
    assert 0 < float(truth.mean()) < 0.2
    again = draw_batch(list(FRAMES) * 3, seed=1)
    assert torch.equal(again[0], x) and torch.equal(again[1], truth)


def test_the_rate_rises_stays_and_falls_to_nothing() -> None:
    rates = [learning_rate_at(step, 100) for step in range(100)]
    assert rates[0] < rates[5] < rates[20] == rates[70]
    assert rates[70] > rates[90] > rates[99] > 0


def test_training_goes_on_with_its_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.gates.artefact_training._BATCH", 2)
    monkeypatch.setattr("core.gates.artefact_training._KEEP_EVERY", 1)
    checkpoint = tmp_path / "checkpoint.pt"
    first = train(FRAMES, ROWS, 2, checkpoint)
    again = train(FRAMES, ROWS, 2, checkpoint)  # both steps are done: nothing more is learnt
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    more = train(FRAMES, ROWS, 3, checkpoint)
    assert not all(torch.equal(a, b) for a, b in zip(first.parameters(), more.parameters(), strict=True))


def test_what_is_exported_gives_probabilities_of_cells(tmp_path: Path) -> None:
    export(ArtefactNetwork().eval(), tmp_path)
    found = ArtefactFinder.load(tmp_path, are_limits_known=False).probabilities(FRAMES[0])
    assert found.shape == (len(DRAWN), N_CELLS, N_CELLS)
    assert found.min() >= 0 and found.max() <= 1
