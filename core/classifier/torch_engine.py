"""Runs a network on torch: `lesion_cnn`, and the heat map methods that need a gradient."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.classifier.card import ModelCard
from core.classifier.engine import Pass
from core.classifier.explain import class_activation_maps, layer_map
from core.classifier.loading import load_network
from core.classifier.network import BackboneNetwork, Network
from core.taxonomy import HeatmapMethod


class TorchEngine:
    """A torch network behind the interface of `core.classifier.engine`."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def run(self, x: NDArray[np.float32]) -> Pass:
        """Pass standardised frames float32 (N, 3, H, W) through the network."""
        with torch.inference_mode():
            features, stages = _features(self._network, _to_tensor(x))
            embedding = self._network.embed(features)
            diagnoses, weights = self._network.diagnosis_logits(embedding), self._network.class_activation_weights
            return Pass(
                logits=self._network.logit(embedding).double().numpy(),
                diagnosis_logits=np.zeros((len(x), 0)) if diagnoses is None else diagnoses.double().numpy(),
                embeddings=embedding.float().numpy(),
                maps=None if weights is None else class_activation_maps(features, weights),
                stages=None if stages is None else stages.float().numpy(),
            )

    def layer_map(self, x: NDArray[np.float32], method: HeatmapMethod) -> NDArray[np.float32]:
        """The map of one frame (1, 3, H, W) at the layer's own resolution: float32 (h, w), non-negative, not scaled."""
        return layer_map(self._network, _to_tensor(x), method)


def load_torch_engine(folder: Path, card: ModelCard, threads: int | None) -> TorchEngine:
    """The network of a model folder, ready to serve. Raises WeightsMissing, WeightsChanged or CardUnusable."""
    if threads is not None:
        torch.set_num_threads(threads)
    return TorchEngine(load_network(folder)[0])


def _features(network: Network, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
    if isinstance(network, BackboneNetwork):
        return network.features_and_stages(x)
    return network.features(x), None


def _to_tensor(x: NDArray[np.float32]) -> torch.Tensor:
    return torch.from_numpy(x).contiguous(memory_format=torch.channels_last)
