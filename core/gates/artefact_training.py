"""Trains the small network that marks hair, ruler, ink and bubbles: `python -m core.gates.artefact_training`.

It learns from real training pictures over which the artefacts were drawn, so that the pixels are known. What already
looks like a dark line in the undrawn picture counts little: it may be a real hair, which must not be taught as none.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.gates.artefacts import CELL_PX, DRAWN, SIDE_PX, ArtefactFinder, Limits, write_limits
from core.imaging.artefacts import add_artefact
from core.settings import PROJECT_ROOT, Settings
from core.taxonomy import Artefact
from core.training.data import load_training_data
from core.training.recipe import Recipe, TrainingSet

_STEPS, _BATCH = 700, 16
_LEARNING_RATE = 3e-3
_N_VALIDATION = 400  # pictures on which the limits are set
_CLEAN_FLAGGED = 0.06  # share of undrawn validation pictures that a flag may call: 10% is the bar, with room
_LEAST_SHARE = 0.001  # of the picture: three of its 3,136 cells
_MIN_CHANGE = 8  # grey levels by which a pixel counts as drawn on
_MAYBE_HAIR_WEIGHT = 0.2


class ArtefactNetwork(nn.Module):
    """Logits (N, 4, 56, 56) of hair, ruler, ink, bubbles, from RGB (N, 3, 224, 224) on 0-1; 42,000 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *_block(3, 16, stride=2),
            *_block(16, 16),
            *_block(16, 32, stride=2),
            *(layer for dilation in (1, 2, 4, 8) for layer in _block(32, 32, dilation=dilation)),
            nn.Conv2d(32, len(DRAWN), 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """The logits."""
        return cast(Tensor, self.layers((x - 0.6) * 4))


def main(arguments: list[str] | None = None) -> int:
    """Train, set the limits on validation pictures, and write both."""
    parser = argparse.ArgumentParser(prog="python -m core.gates.artefact_training", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled images")
    parser.add_argument("--out", type=Path, default=PROJECT_ROOT / "weights" / "artefacts")
    parser.add_argument("--steps", type=int, default=_STEPS)
    options = parser.parse_args(arguments)
    settings = Settings.from_environment()
    torch.set_num_threads(settings.torch_threads)
    data = load_training_data(options.data, Recipe(training_set=TrainingSet.CLINIC), settings.cache_root)
    rng = np.random.default_rng(0)
    network = train(np.asarray(data.frames), np.array(data.split.train), options.steps)
    options.out.mkdir(parents=True, exist_ok=True)
    export(network, options.out)
    chosen = np.sort(rng.choice(data.split.validation, min(_N_VALIDATION, len(data.split.validation)), replace=False))
    limits = choose_limits(ArtefactFinder.load(options.out, are_limits_known=False), data.frames[chosen], rng)
    write_limits(limits, options.out)
    sys.stdout.write(f"written to {options.out}: {limits}\n")
    return 0


def train(frames: NDArray[np.uint8], rows: NDArray[np.int64], steps: int) -> ArtefactNetwork:
    """Fit the network on frames uint8 (N, 224, 224, 3), of which `rows` are used."""
    torch.manual_seed(0)
    network = ArtefactNetwork()
    optimiser = torch.optim.AdamW(network.parameters(), lr=_LEARNING_RATE, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _LEARNING_RATE, total_steps=steps)
    for step, (x, truth, weight) in enumerate(_batches(frames, rows, steps)):
        loss = (nn.functional.binary_cross_entropy_with_logits(network(x), truth, reduction="none") * weight).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 50 == 0:
            sys.stderr.write(f"step {step}: loss {float(loss.detach()):.4f}\n")
    return network.eval()


def export(network: ArtefactNetwork, folder: Path) -> None:
    """Write the network as ONNX: pixels uint8 (N, 224, 224, 3) in, probabilities (N, 4, 56, 56) out."""
    torch.onnx.export(
        _Served(network).eval(),
        (torch.zeros((1, SIDE_PX, SIDE_PX, 3), dtype=torch.uint8),),
        folder / "network.onnx",
        input_names=["frames"],
        output_names=["probabilities"],
        dynamic_shapes={"frames": {0: "n"}},
        external_data=False,
        dynamo=True,
        verbose=False,
    )


def choose_limits(finder: ArtefactFinder, frames: NDArray[np.uint8], rng: np.random.Generator) -> Limits:
    """For each artefact the least amount that flags, so that few of the undrawn frames are flagged."""
    found = [finder.find(frame) for frame in frames]
    return {
        artefact: max(float(np.quantile([each[artefact].share for each in found], 1 - _CLEAN_FLAGGED)), _LEAST_SHARE)
        for artefact in Artefact
    }


class _Served(nn.Module):
    def __init__(self, network: ArtefactNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, frames: Tensor) -> Tensor:
        return torch.sigmoid(self.network(frames.permute(0, 3, 1, 2).float() / 255))


def _batches(frames: NDArray[np.uint8], rows: NDArray[np.int64], steps: int) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    rng = np.random.default_rng(1)
    for _ in range(steps):
        made = [_draw_example(frames[i], rng) for i in rng.choice(rows, _BATCH)]
        x, truth, weight = (np.stack(part) for part in zip(*made, strict=True))
        yield (
            torch.from_numpy(x.astype(np.float32) / 255).permute(0, 3, 1, 2).contiguous(),
            torch.from_numpy(truth),
            torch.from_numpy(weight),
        )


def _draw_example(
    frame: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
    """One picture with nothing to three things drawn on it, the cells of each (4, 56, 56), and their weights."""
    clean = np.ascontiguousarray(np.rot90(frame, int(rng.integers(4)))[:, :: int(rng.choice([-1, 1]))])
    truth = np.zeros((len(DRAWN), SIDE_PX, SIDE_PX), dtype=np.float32)
    picture = clean
    for artefact in rng.permutation(np.array([*Artefact], dtype=object))[: int(rng.choice([0, 1, 1, 2, 3]))]:
        before, picture = picture, add_artefact(picture, artefact, rng)
        if artefact in DRAWN:
            changed = np.abs(picture.astype(np.int16) - before).max(axis=2)
            truth[DRAWN.index(artefact)] = changed > _MIN_CHANGE
    weight = np.where(_maybe_hair(clean), _MAYBE_HAIR_WEIGHT, 1.0)[None] * np.ones_like(truth)
    weight = np.where(truth > 0, 3.0, weight).astype(np.float32)
    return _vary(picture, rng), _to_cells(truth, np.max), _to_cells(weight, np.mean)


def _maybe_hair(clean: NDArray[np.uint8]) -> NDArray[np.bool_]:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    depth = cv2.morphologyEx(cv2.cvtColor(clean, cv2.COLOR_RGB2GRAY), cv2.MORPH_BLACKHAT, kernel)
    return np.asarray(depth > 20)


def _vary(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Another exposure and another sharpness, as drawing at another size would give."""
    if rng.random() < 0.4:
        picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 0.9)))
    gain = rng.uniform(0.8, 1.2) * rng.uniform(0.93, 1.07, 3)
    return np.clip(picture * gain, 0, 255).astype(np.uint8)


def _to_cells(values: NDArray[np.float32], reduce: object) -> NDArray[np.float32]:
    n = SIDE_PX // CELL_PX
    cells = values.reshape(len(values), n, CELL_PX, n, CELL_PX)
    return np.asarray(reduce(cells, axis=(2, 4)), dtype=np.float32)  # type: ignore[operator]


def _block(n_in: int, n_out: int, stride: int = 1, dilation: int = 1) -> tuple[nn.Module, ...]:
    convolution = nn.Conv2d(n_in, n_out, 3, stride=stride, padding=dilation, dilation=dilation, bias=False)
    return convolution, nn.BatchNorm2d(n_out), nn.ReLU()


if __name__ == "__main__":
    sys.exit(main())
