"""What a JPEG file does to a picture, computed for a batch on any device instead of through an encoder."""

from functools import cache

import torch
from torch import Tensor, nn

_BLOCK = 8
# Tables K.1 and K.2 of ITU-T T.81, which libjpeg scales by its quality.
_LUMA = [
    [16, 11, 10, 16, 24, 40, 51, 61], [12, 12, 14, 19, 26, 58, 60, 55], [14, 13, 16, 24, 40, 57, 69, 56],
    [14, 17, 22, 29, 51, 87, 80, 62], [18, 22, 37, 56, 68, 109, 103, 77], [24, 35, 55, 64, 81, 104, 113, 92],
    [49, 64, 78, 87, 103, 121, 120, 101], [72, 92, 95, 98, 112, 100, 103, 99],
]  # fmt: skip
_CHROMA = [
    [17, 18, 24, 47, 99, 99, 99, 99], [18, 21, 26, 66, 99, 99, 99, 99], [24, 26, 56, 99, 99, 99, 99, 99],
    [47, 66, 99, 99, 99, 99, 99, 99], [99] * 8, [99] * 8, [99] * 8, [99] * 8,
]  # fmt: skip
_TO_YCBCR = [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]]  # JFIF 1.02


def jpeg_marks(pictures: Tensor, quality: Tensor) -> Tensor:
    """Pictures uint8 (N, 3, H, W) RGB as they come out of a baseline JPEG of `quality` (N,), 1 to 100; same shape.

    Colour is kept at half the resolution, as Pillow does by default. Source: ITU-T T.81 and libjpeg's scale of quality.
    """
    height, width = pictures.shape[2:]
    pad = (0, -width % (2 * _BLOCK), 0, -height % (2 * _BLOCK))
    to_ycbcr, tables = _constants(pictures.device)
    rgb = nn.functional.pad(pictures.float(), pad, mode="replicate")
    ycbcr = torch.einsum("ij,njhw->nihw", to_ycbcr, rgb)
    steps = _quantisation(tables, quality.to(pictures.device))  # (2, N, 8, 8)
    luma = _quantise(ycbcr[:, :1] - 128, steps[0]) + 128
    chroma = _quantise(nn.functional.avg_pool2d(ycbcr[:, 1:], 2), steps[1])
    whole = nn.functional.interpolate(chroma, scale_factor=2, mode="bilinear", align_corners=False)
    back = torch.einsum("ij,njhw->nihw", torch.linalg.inv(to_ycbcr), torch.cat([luma, whole], dim=1))
    return back[:, :, :height, :width].round_().clamp_(0, 255).to(torch.uint8)


def _quantisation(tables: Tensor, quality: Tensor) -> Tensor:
    """Step sizes (2, N, 8, 8) of luma and chroma for qualities (N,)."""
    scale = torch.where(quality < 50, 5000.0 / quality.clamp(min=1), 200.0 - 2.0 * quality)
    return ((tables[:, None] * scale[:, None, None] + 50) / 100).floor().clamp(1, 255)


def _quantise(planes: Tensor, steps: Tensor) -> Tensor:
    """Round the cosine transform of each 8 x 8 block of planes (N, C, H, W) to whole steps (N, 8, 8)."""
    n, channels, height, width = planes.shape
    across, down = width // _BLOCK, height // _BLOCK
    blocks = planes.view(n, channels, down, _BLOCK, across, _BLOCK).transpose(3, 4).reshape(n, -1, _BLOCK * _BLOCK)
    step = steps.view(n, 1, -1)
    transform = _transform(planes.device)
    found = (blocks @ transform.T).div_(step).round_().mul_(step) @ transform
    return found.view(n, channels, down, across, _BLOCK, _BLOCK).transpose(3, 4).reshape(planes.shape)


@cache
def _transform(device: torch.device) -> Tensor:
    """The orthonormal cosine transform of a block that is laid out as a row, (64, 64)."""
    k = torch.arange(_BLOCK, dtype=torch.float64)
    cosines = torch.cos((2 * k[None] + 1) * k[:, None] * torch.pi / (2 * _BLOCK)) * (2 / _BLOCK) ** 0.5
    cosines[0] /= 2**0.5
    return torch.kron(cosines, cosines).float().to(device)


@cache
def _constants(device: torch.device) -> tuple[Tensor, Tensor]:
    tables = torch.tensor([_LUMA, _CHROMA], dtype=torch.float32)
    return torch.tensor(_TO_YCBCR).to(device), tables.to(device)
