"""Changes that a second photograph of the same lesion could show; size and colour order stay."""

import numpy as np
from PIL import Image, ImageEnhance


def brighten(image: Image.Image, factor: float) -> Image.Image:
    """Every channel times `factor`, cut off at 255."""
    return ImageEnhance.Brightness(image).enhance(factor)


def crop_middle(image: Image.Image, share: float) -> Image.Image:
    """The middle, without half of the share of width and height at each edge, at the old size."""
    width, height = image.size
    x, y = width * share / 2, height * share / 2
    return image.resize(image.size, Image.Resampling.BICUBIC, box=(x, y, width - x, height - y))


def turn(image: Image.Image, degrees: float) -> Image.Image:
    """Turned anticlockwise about the middle; the corners are mirrored, since black ones would be a change of their
    own."""
    width, height = image.size
    pad = max(width, height) // 4  # turning by 45 degrees reaches half a side x 0.414 beyond an edge
    mirrored = Image.fromarray(np.pad(np.asarray(image), ((pad, pad), (pad, pad), (0, 0)), mode="symmetric"))
    turned = mirrored.rotate(degrees, resample=Image.Resampling.BICUBIC)
    return turned.crop((pad, pad, pad + width, pad + height))
