"""Random changes that leave a lesion's nature as it is: turns, flips, crops, brightness and colour.

All changes of place are one affine map and all changes of colour one matrix for each image, so that a batch takes one
interpolation and one multiplication.
"""

import math

import torch
from torch import Tensor, nn

_GREY = torch.tensor([0.299, 0.587, 0.114])  # luma of ITU-R BT.601
_TO_YIQ = torch.tensor([[0.299, 0.587, 0.114], [0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]])
_BRIGHTNESS, _CONTRAST, _SATURATION, _HUE_TURNS = 0.25, 0.2, 0.2, 0.02
_LONGEST_SIDES = 1.25  # the most that a crop is wider than high, or the other way round


def augment_batch(frames: Tensor, side_px: int, smallest_crop: float) -> Tensor:
    """Change each of uint8 (N, 3, H, W) RGB on its own; uint8 (N, 3, side_px, side_px) out, from torch's own seed.

    A crop shows between `smallest_crop` and all of the frame's area. Beyond the frame's edge lies mirrored skin instead
    of black, which a network could take for a dark vignette.
    """
    n = len(frames)
    grid = nn.functional.affine_grid(_random_places(n, smallest_crop), [n, 3, side_px, side_px], align_corners=False)
    moved = nn.functional.grid_sample(frames.float(), grid, padding_mode="reflection", align_corners=False)
    mean = (moved.mean(dim=(2, 3)) @ _GREY)[:, None, None]  # (N, 1, 1), what contrast turns about
    matrix, share_of_mean = _random_colours(n)
    coloured = torch.bmm(matrix, moved.flatten(2)) + share_of_mean * mean
    return coloured.round_().clamp_(0, 255).to(torch.uint8).view_as(moved)


def _random_places(n: int, smallest_crop: float) -> Tensor:
    """Affine maps (N, 2, 3) from places in the result to places in the frame, both from -1 to 1."""
    height, width = _crop_sides(n, smallest_crop)
    angle = torch.rand(n) * 2 * math.pi
    mirror = torch.where(torch.rand(n) < 0.5, -1.0, 1.0)
    x, y = ((2 * torch.rand(n) - 1) * (1 - side).clamp(min=0) for side in (width, height))
    turned = torch.stack([angle.cos() * mirror, -angle.sin(), angle.sin() * mirror, angle.cos()], 1).view(n, 2, 2)
    place = turned @ torch.diag_embed(torch.stack([width, height], 1))
    return torch.cat([place, torch.stack([x, y], 1)[:, :, None]], dim=2)


def _crop_sides(n: int, smallest_crop: float) -> tuple[Tensor, Tensor]:
    """Height and width (N,) of crops as shares of the frame's."""
    area = smallest_crop + (1 - smallest_crop) * torch.rand(n)
    ratio = torch.exp((2 * torch.rand(n) - 1) * math.log(_LONGEST_SIDES))
    return (area / ratio).sqrt(), (area * ratio).sqrt()


def _random_colours(n: int) -> tuple[Tensor, Tensor]:
    """Matrices (N, 3, 3) on RGB, and the share (N, 1, 1) of the mean grey that is added."""
    brightness, contrast, saturation = (
        (1 + amount * (2 * torch.rand(n) - 1))[:, None, None] for amount in (_BRIGHTNESS, _CONTRAST, _SATURATION)
    )
    angle = (2 * torch.rand(n) - 1) * 2 * math.pi * _HUE_TURNS
    turn = torch.eye(3).repeat(n, 1, 1)
    turn[:, 1, 1] = turn[:, 2, 2] = angle.cos()
    turn[:, 1, 2], turn[:, 2, 1] = -angle.sin(), angle.sin()
    hue = torch.linalg.inv(_TO_YIQ) @ turn @ _TO_YIQ
    colours = saturation * torch.eye(3) + (1 - saturation) * _GREY.expand(3, 3)
    return brightness * contrast * (colours @ hue), brightness * (1 - contrast)


def mix_up(x: Tensor, labels: Tensor, alpha: float) -> tuple[Tensor, Tensor]:
    """Blend each input (N, ...) and its label (N,) with another's by one share from Beta(alpha, alpha).

    Source: Zhang et al., "mixup: beyond empirical risk minimization", ICLR 2018. alpha = 0 changes nothing.
    """
    if alpha <= 0:
        return x, labels
    share = float(torch.distributions.Beta(alpha, alpha).sample())
    other = torch.randperm(len(x))
    return share * x + (1 - share) * x[other], share * labels + (1 - share) * labels[other]
