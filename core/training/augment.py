"""Random changes that leave a lesion's nature as it is: turns, flips, crops, light, colour, sharpness, artefacts, JPEG.

All changes of place are one affine map and all changes of colour one matrix for each image, so that a batch takes one
interpolation and one multiplication.
"""

import math
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from core.imaging.artefacts import draw_artefact
from core.taxonomy import Artefact
from core.training.jpeg import jpeg_marks
from core.training.recipe import Recipe

_GREY = torch.tensor([0.299, 0.587, 0.114])  # luma of ITU-R BT.601
_TO_YIQ = torch.tensor([[0.299, 0.587, 0.114], [0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]])
_BRIGHTNESS, _CONTRAST, _SATURATION, _HUE_TURNS = 0.25, 0.2, 0.2, 0.02
_JPEG_QUALITIES = (50, 99)
_COARSEST = 0.45  # the least share of its resolution that a softened picture keeps
_N_LAYERS = 240  # drawn once, as many of each artefact; each is laid eight ways


def augment_batch(frames: Tensor, recipe: Recipe) -> Tensor:
    """Change each of uint8 (N, 3, H, W) RGB on its own; uint8 (N, 3, side, side) out, on the same device.

    What is drawn comes from torch's own seed. Beyond the frame's edge lies mirrored skin instead of black, which a
    network could take for a dark vignette.
    """
    n, side, device = len(frames), recipe.training_px or recipe.input_px, frames.device
    places = _random_places(n, recipe).to(device)
    grid = nn.functional.affine_grid(places, [n, 3, side, side], align_corners=False)
    marked = compress(frames, recipe.compress).float()
    moved = nn.functional.grid_sample(marked, grid, padding_mode="reflection", align_corners=False)
    mean = (moved.mean(dim=(2, 3)) @ _GREY.to(device))[:, None, None]  # (N, 1, 1), what contrast turns about
    matrix, share_of_mean = (drawn.to(device) for drawn in _random_colours(n, recipe.colour_cast))
    coloured = (torch.bmm(matrix, moved.flatten(2)) + share_of_mean * mean).view_as(moved)
    soft = _soften(coloured, recipe.soften)
    return compress(_lay_artefacts(soft, recipe.artefacts).round_().clamp_(0, 255).to(torch.uint8), recipe.compress / 2)


def _soften(pictures: Tensor, share: float) -> Tensor:
    """Take resolution from the first `share` of a batch, which is in random order: one factor for all of them."""
    n, side = round(share * len(pictures)), pictures.shape[-1]
    if not n:
        return pictures
    coarse = round(side * float(torch.empty(1).uniform_(_COARSEST, 1.0)))
    small = nn.functional.interpolate(pictures[:n], size=(coarse, coarse), mode="area")
    large = nn.functional.interpolate(small, size=(side, side), mode="bilinear", align_corners=False)
    return torch.cat([large, pictures[n:]])


def _lay_artefacts(pictures: Tensor, share: float) -> Tensor:
    """Lay one drawn artefact over each of float (N, 3, side, side) with probability `share`, turned at random."""
    marked = torch.nonzero(torch.rand(len(pictures)) < share)[:, 0]
    if not len(marked):
        return pictures
    layers = _layers(pictures.shape[-1], pictures.device)
    over = layers[torch.randint(len(layers), (len(marked),)).to(layers.device)].float()  # (M, 4, side, side)
    turns, is_mirrored = int(torch.randint(4, (1,))), bool(torch.rand(1) < 0.5)
    over = torch.rot90(over.flip(3) if is_mirrored else over, turns, (2, 3))
    opacity = over[:, 3:] / 255
    rows = marked.to(pictures.device)
    pictures = pictures.clone()
    pictures[rows] = pictures[rows] * (1 - opacity) + over[:, :3] * opacity
    return pictures


@cache
def _layers(side_px: int, device: torch.device) -> Tensor:
    """Artefacts on a clear ground, uint8 (L, 4, side, side) RGBA: the same in every training."""
    rng, kinds = np.random.default_rng(0), list(Artefact)
    drawn = [draw_artefact(side_px, side_px, kinds[i % len(kinds)], rng) for i in range(_N_LAYERS)]
    return torch.from_numpy(np.stack(drawn)).permute(0, 3, 1, 2).contiguous().to(device)


def compress(pictures: Tensor, share: float) -> Tensor:
    """Put each picture through a JPEG of random quality with probability `share`: the marks that one data set's files
    bear, before or after they were resized, tell where a picture is from. A new tensor where any was."""
    marked = torch.nonzero(torch.rand(len(pictures)) < share)[:, 0]
    if not len(marked):
        return pictures
    quality = torch.randint(*_JPEG_QUALITIES, (len(marked),)).float()
    rows, pictures = marked.to(pictures.device), pictures.clone()
    pictures[rows] = jpeg_marks(pictures[rows], quality)
    return pictures


def _random_places(n: int, recipe: Recipe) -> Tensor:
    """Affine maps (N, 2, 3) from places in the result to places in the frame, both from -1 to 1."""
    height, width = _crop_sides(n, recipe)
    angle = torch.rand(n) * 2 * math.pi
    if recipe.has_quarter_turns_only:
        angle = (angle / (math.pi / 2)).floor() * (math.pi / 2)
    mirror = torch.where(torch.rand(n) < 0.5, -1.0, 1.0)
    x, y = ((2 * torch.rand(n) - 1) * (1 - side).clamp(min=0) for side in (width, height))
    turned = torch.stack([angle.cos() * mirror, -angle.sin(), angle.sin() * mirror, angle.cos()], 1).view(n, 2, 2)
    place = turned @ torch.diag_embed(torch.stack([width, height], 1))
    return torch.cat([place, torch.stack([x, y], 1)[:, :, None]], dim=2)


def _crop_sides(n: int, recipe: Recipe) -> tuple[Tensor, Tensor]:
    """Height and width (N,) of crops as shares of the frame's."""
    area = recipe.smallest_crop + (recipe.largest_crop - recipe.smallest_crop) * torch.rand(n)
    ratio = torch.exp((2 * torch.rand(n) - 1) * math.log(recipe.longest_sides))
    return (area / ratio).sqrt(), (area * ratio).sqrt()


def _random_colours(n: int, colour_cast: float) -> tuple[Tensor, Tensor]:
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
    cast = torch.diag_embed(1 + colour_cast * (2 * torch.rand(n, 3) - 1))
    return brightness * contrast * (cast @ colours @ hue), brightness * (1 - contrast)


def mix_up(x: Tensor, alpha: float) -> tuple[Tensor, Tensor, float]:
    """Blend each input (N, ...) with another's: the blend, who the others are (N,), and the first one's share.

    The share is drawn from Beta(alpha, alpha); alpha = 0 changes nothing and gives a share of 1. The loss is blended
    alike. Source: Zhang et al., "mixup: beyond empirical risk minimization", ICLR 2018.
    """
    if alpha <= 0:
        return x, torch.arange(len(x)), 1.0
    share = float(torch.distributions.Beta(alpha, alpha).sample())
    other = torch.randperm(len(x)).to(x.device)
    return share * x + (1 - share) * x[other], other, share
