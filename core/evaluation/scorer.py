"""What an evaluation needs of a classifier, and the passes over many frames."""

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from core.classifier.card import ModelCard

STEP = 32  # images per forward pass: past this a CPU gains nothing


class Scorer(Protocol):
    """What every figure of a score needs."""

    card: ModelCard

    def logits(self, frames: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Malignant logits (N,) of frames uint8 (N, H, W, 3)."""
        ...


@runtime_checkable
class DetailedScorer(Scorer, Protocol):
    """A scorer that also tells what it saw and which diagnoses it thinks of."""

    def embeddings(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The inputs of the last linear layer (N, D), of frames uint8 (N, H, W, 3)."""
        ...

    def differential(self, frames: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Probabilities (N, K) of the card's diagnoses, of frames uint8 (N, H, W, 3)."""
        ...


def score_all(scorer: Scorer, frames: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Malignant logits (N,) of frames uint8 (N, H, W, 3)."""
    return np.asarray(pass_all(scorer.logits, frames, "score"), dtype=np.float64)


def pass_all(
    forward: Callable[[NDArray[np.uint8]], NDArray[Any]], frames: NDArray[np.uint8], what: str
) -> NDArray[Any]:
    """Apply `forward` to all frames, a few at a time so that memory stays constant; rows come back in order."""
    with tqdm(total=len(frames), desc=what, unit="image", leave=False) as progress:
        parts = []
        for start in range(0, len(frames), STEP):
            parts.append(forward(np.ascontiguousarray(frames[start : start + STEP])))
            progress.update(len(parts[-1]))
    return np.concatenate(parts)
