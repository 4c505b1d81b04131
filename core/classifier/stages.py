"""What a backbone sees on the way to its last activation: mean and deviation of every feature map at each stride.

A score needs the last activation alone. Whether a picture is dermoscopy at all shows earlier too: in light, colour,
sharpness and the texture of skin, which the last activation has left behind (docs/decisions/0031-scope-features.md).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


@contextmanager
def record_stages(backbone: nn.Module) -> Iterator[list[Tensor]]:
    """While it is open, each pass adds the statistics (N, 2C) of every stage to the list, shallow stages first.

    The stages are those that timm names: the last module at each stride.
    """
    found: list[Tensor] = []

    def keep(module: nn.Module, arguments: object, activation: Tensor) -> None:
        found.append(describe(activation))

    modules = [backbone.get_submodule(info["module"]) for info in backbone.feature_info]  # type: ignore[union-attr]
    handles = [module.register_forward_hook(keep) for module in modules]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def describe(activation: Tensor) -> Tensor:
    """Mean and standard deviation (N, 2C) of each feature map of (N, C, h, w)."""
    mean = activation.mean(dim=(2, 3), keepdim=True)
    deviation = (activation - mean).square().mean(dim=(2, 3)).sqrt()
    return torch.cat([mean[:, :, 0, 0], deviation], dim=1)
