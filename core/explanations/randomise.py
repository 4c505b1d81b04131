"""The sanity check of heat maps: a map that stays the same when the network's weights are random explains no network.

Adebayo et al., "Sanity checks for saliency maps", NeurIPS 2018: cascading randomisation, from the output backwards.
"""

import copy
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from core.classifier.explain import layer_map
from core.classifier.network import BackboneNetwork, Network
from core.explanations.ranks import rank_correlation
from core.taxonomy import HeatmapMethod


def randomise_in_steps(network: Network, seed: int = 0) -> Iterator[tuple[str, Network]]:
    """Copies of a network in which one part more has been given new random weights each time, from the output on.

    The same copy comes each time, so use it before the next step.
    """
    own = copy.deepcopy(network)
    for name, part in _parts_from_output(own):
        torch.manual_seed(seed)
        _reset(part)
        yield name, own


def compare_maps(network: Network, inputs: Tensor, method: HeatmapMethod = HeatmapMethod.GRAD_CAM) -> dict[str, float]:
    """The mean rank correlation of maps of inputs (N, 3, H, W) with those of the network itself, by the part that was
    randomised last; a map that has become flat counts as 0."""
    true = [layer_map(network, one[None], method) for one in inputs]
    found = {}
    for name, other in randomise_in_steps(network):
        maps = [layer_map(other, one[None], method) for one in inputs]
        found[name] = float(np.mean([rank_correlation(*pair) or 0.0 for pair in zip(true, maps, strict=True)]))
    return found


def _parts_from_output(network: Network) -> Iterator[tuple[str, nn.Module]]:
    yield "head", network.head
    body: nn.Module = network.backbone if isinstance(network, BackboneNetwork) else network.blocks
    parts = list(body.named_children())
    if isinstance(network, BackboneNetwork):
        parts = [step for name, part in parts for step in _steps(name, part)]
    else:
        yield "hidden", network.hidden
    for name, part in reversed(parts):
        if any(True for _ in part.parameters()):
            yield name, part


def _steps(name: str, part: nn.Module) -> list[tuple[str, nn.Module]]:
    """The stages of a sequence, else the part itself."""
    if isinstance(part, nn.Sequential):
        return [(f"{name}.{inner}", stage) for inner, stage in part.named_children()]
    return [(name, part)]


def _reset(part: nn.Module) -> None:
    for module in part.modules():
        reset = getattr(module, "reset_parameters", None)
        if callable(reset):
            reset()
