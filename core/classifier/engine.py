"""What runs a network: one forward pass gives logits, embedding and, in closed form, the class activation map."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.classifier.card import ModelCard
from core.taxonomy import HeatmapMethod


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """One forward pass over N pictures.

    Malignant `logits` (N,) and `diagnosis_logits` (N, K), K = 0 without a differential, both before their temperature;
    `embeddings` float32 (N, D), the input of the last linear layer; `maps` float32 (N, h, w), non-negative and not
    scaled, or None where the network has no closed form of its class activation map; `stages` float32 (N, S), mean and
    deviation of the feature maps of shallower stages, or None where the network gives none.
    """

    logits: NDArray[np.float64]
    diagnosis_logits: NDArray[np.float64]
    embeddings: NDArray[np.float32]
    maps: NDArray[np.float32] | None
    stages: NDArray[np.float32] | None = None


class Engine(Protocol):
    """Something that runs a network; it is not expected to be safe between threads."""

    def run(self, x: NDArray[np.float32]) -> Pass:
        """Pass standardised frames float32 (N, 3, H, W) through the network."""
        ...

    def layer_map(self, x: NDArray[np.float32], method: HeatmapMethod) -> NDArray[np.float32]:
        """The map of one frame (1, 3, H, W) at the layer's own resolution: float32 (h, w), non-negative, not scaled."""
        ...


def load_engine(folder: Path, card: ModelCard, threads: int | None) -> Engine:
    """onnxruntime where the folder holds a graph, else torch: each is imported only where it serves.

    Raises WeightsMissing, WeightsChanged or CardUnusable.
    """
    if card.graph_sha256:
        from core.classifier.onnx_engine import load_onnx_engine

        return load_onnx_engine(folder, card, threads)
    from core.classifier.torch_engine import load_torch_engine

    return load_torch_engine(folder, card, threads)
