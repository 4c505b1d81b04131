"""Trains the small network that marks hair, ruler, ink and bubbles: `python -m core.gates.artefact_training`.

It learns from real training pictures over which the artefacts were drawn, so that the pixels are known.
"""

import argparse
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.gates.artefact_examples import draw_batch
from core.gates.artefact_limits import choose_limits, read_sets
from core.gates.artefacts import DRAWN, NETWORK_FILE, SIDE_PX, ArtefactFinder, write_limits
from core.settings import PROJECT_ROOT, Settings
from core.training.data import load_training_data
from core.training.export.graph import without_traces
from core.training.recipe import Recipe, TrainingSet

_STEPS, _BATCH = 3000, 16
_LEARNING_RATE: Final = 3e-3
_KEEP_EVERY: Final = 100  # steps: half a minute of work is lost at most
_CHECKPOINT: Final = "checkpoint.pt"


class _HasState(Protocol):
    def state_dict(self) -> dict[str, Any]: ...
    def load_state_dict(self, state_dict: dict[str, Any], /) -> object: ...


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
    parser.add_argument("--limits-only", action="store_true", help="keep the network, choose its limits anew")
    options = parser.parse_args(arguments)
    settings = Settings.from_environment()
    torch.set_num_threads(settings.torch_threads)
    data = load_training_data(options.data, Recipe(training_set=TrainingSet.CLINIC), settings.cache_root)
    options.out.mkdir(parents=True, exist_ok=True)
    if not options.limits_only:
        checkpoint = options.out / _CHECKPOINT
        network = train(np.asarray(data.frames), np.array(data.split.train), options.steps, checkpoint)
        export(network, options.out)
        checkpoint.unlink(missing_ok=True)
    finder = ArtefactFinder.load(options.out, are_limits_known=False)
    limits = choose_limits(finder, read_sets([data.images[i].path for i in data.split.validation]))
    write_limits(limits, options.out)
    sys.stdout.write(f"written to {options.out}: {limits}\n")
    return 0


def train(
    frames: NDArray[np.uint8], rows: NDArray[np.int64], steps: int, checkpoint: Path | None = None
) -> ArtefactNetwork:
    """Fit the network on frames uint8 (N, 224, 224, 3), of which `rows` are used.

    What was learnt is kept in the file `checkpoint` from time to time, and gone on with where that is there.
    """
    torch.manual_seed(0)
    network = ArtefactNetwork()
    optimiser = torch.optim.AdamW(network.parameters(), lr=_LEARNING_RATE, weight_decay=1e-4)
    parts: dict[str, _HasState] = {"network": network, "optimiser": optimiser}
    for step in range(_read_checkpoint(parts, checkpoint), steps):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate_at(step, steps)
        chosen = np.random.default_rng(step).choice(rows, _BATCH)
        x, truth, weight = draw_batch([frames[i] for i in chosen], seed=step)
        loss = (nn.functional.binary_cross_entropy_with_logits(network(x), truth, reduction="none") * weight).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % _KEEP_EVERY == _KEEP_EVERY - 1:
            sys.stderr.write(f"step {step + 1}: loss {float(loss.detach()):.4f}\n")
            _keep_checkpoint(parts, step + 1, checkpoint)
    return network.eval()


def export(network: ArtefactNetwork, folder: Path) -> None:
    """Write the network as ONNX: pixels uint8 (N, 224, 224, 3) in, probabilities (N, 4, 56, 56) out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # torch's own use of what it deprecates
        program = torch.onnx.export(
            _Served(network).eval(),
            (torch.zeros((1, SIDE_PX, SIDE_PX, 3), dtype=torch.uint8),),
            input_names=["frames"],
            output_names=["probabilities"],
            dynamic_shapes={"frames": {0: "n"}},
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    graph = without_traces(program.model_proto)
    (folder / NETWORK_FILE).write_bytes(graph.SerializeToString(deterministic=True))


def learning_rate_at(step: int, steps: int) -> float:
    """Rises over the first tenth, stays, and falls to nothing over the last quarter: a run may be ended early by going
    on with its checkpoint under fewer steps."""
    rise, fall = (step + 1) / (0.1 * steps), (steps - step) / (0.25 * steps)
    return _LEARNING_RATE * min(1.0, rise, fall)


def _read_checkpoint(parts: Mapping[str, _HasState], path: Path | None) -> int:
    """Put what was kept into the parts; gives the steps that are done."""
    if path is None or not path.is_file():
        return 0
    kept = torch.load(path, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(kept[name])
    return int(kept["step"])


def _keep_checkpoint(parts: Mapping[str, _HasState], step: int, path: Path | None) -> None:
    if path is not None:
        torch.save({name: part.state_dict() for name, part in parts.items()} | {"step": step}, path)


class _Served(nn.Module):
    def __init__(self, network: ArtefactNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, frames: Tensor) -> Tensor:
        return torch.sigmoid(self.network(frames.permute(0, 3, 1, 2).float() / 255))


def _block(n_in: int, n_out: int, stride: int = 1, dilation: int = 1) -> tuple[nn.Module, ...]:
    convolution = nn.Conv2d(n_in, n_out, 3, stride=stride, padding=dilation, dilation=dilation, bias=False)
    return convolution, nn.BatchNorm2d(n_out), nn.ReLU()


if __name__ == "__main__":
    sys.exit(main())
