"""Random changes that leave a lesion's nature as it is: turns, flips, small crops, brightness and colour."""

import torch
from torch import Tensor
from torchvision.transforms import v2

_PAD_SHARE = 0.21  # a frame turned by 45 degrees needs sqrt(2) - 1 = 0.41 more, half on each side


def make_augmentation(side_px: int, smallest_crop: float) -> v2.Compose:
    """A transform of one uint8 (3, H, W) RGB tensor to another of side `side_px`.

    Turning shows mirrored skin in the corners instead of black, which a network could take for a dark vignette.
    """
    return v2.Compose(
        [
            v2.RandomHorizontalFlip(),
            v2.RandomVerticalFlip(),
            v2.Pad(int(side_px * _PAD_SHARE), padding_mode="reflect"),
            v2.RandomRotation(180, interpolation=v2.InterpolationMode.BILINEAR),
            v2.CenterCrop(side_px),
            v2.RandomResizedCrop(side_px, scale=(smallest_crop, 1.0), ratio=(0.8, 1.25), antialias=True),
            v2.ColorJitter(brightness=0.25, contrast=0.2, saturation=0.2, hue=0.02),
        ]
    )


def augment_batch(frames: Tensor, augmentation: v2.Compose) -> Tensor:
    """Change each of uint8 (N, 3, H, W) on its own; same shape and type out."""
    return torch.stack([augmentation(frame) for frame in frames])


def mix_up(x: Tensor, labels: Tensor, alpha: float) -> tuple[Tensor, Tensor]:
    """Blend each input (N, ...) and its label (N,) with another's by one share from Beta(alpha, alpha).

    Source: Zhang et al., "mixup: beyond empirical risk minimization", ICLR 2018. alpha = 0 changes nothing.
    """
    if alpha <= 0:
        return x, labels
    share = float(torch.distributions.Beta(alpha, alpha).sample())
    other = torch.randperm(len(x))
    return share * x + (1 - share) * x[other], share * labels + (1 - share) * labels[other]
