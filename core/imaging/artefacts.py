"""Things that lie over a lesion in a dermoscopic picture, drawn: hair, ruler, ink, dark corners, gel bubbles.

Training draws them so that a network learns to look past them; tests paste them into pictures of known kind.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from core.taxonomy import Artefact

_RIGHT_ANGLE = np.pi / 2


def add_artefact(pixels: NDArray[np.uint8], artefact: Artefact, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw one artefact over uint8 (H, W, 3) RGB; a new array of the same shape."""
    height, width = pixels.shape[:2]
    layer = Image.fromarray(draw_artefact(width, height, artefact, rng))
    return np.asarray(Image.alpha_composite(Image.fromarray(pixels).convert("RGBA"), layer).convert("RGB"))


def draw_artefact(width: int, height: int, artefact: Artefact, rng: np.random.Generator) -> NDArray[np.uint8]:
    """One artefact on a clear ground, to be laid over a picture: uint8 (height, width, 4) RGBA."""
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    _PAINTERS[artefact](layer, rng)
    return np.asarray(layer)


def _hair(layer: Image.Image, rng: np.random.Generator) -> None:
    draw, size = ImageDraw.Draw(layer), np.array(layer.size)
    shade = tuple(int(v) for v in rng.integers(10, 70) * np.array([1.0, 0.8, 0.7]))
    for _ in range(rng.integers(3, 18)):
        start, angle = rng.uniform(0, 1, 2) * size, rng.uniform(0, 2 * np.pi)
        bend, length = rng.normal(0, 0.5), rng.uniform(0.3, 1.0) * size.min()
        steps = np.linspace(0, 1, 12)
        turned = angle + bend * steps
        path = start + np.cumsum(np.stack([np.cos(turned), np.sin(turned)], 1) * length / len(steps), axis=0)
        draw.line([tuple(p) for p in path], fill=(*shade, int(rng.integers(150, 255))), width=_thin(layer, rng))


def _thin(layer: Image.Image, rng: np.random.Generator) -> int:
    """A stroke of about half a per cent of the picture's side."""
    return max(1, round(min(layer.size) * rng.uniform(0.003, 0.008)))


def _ruler(layer: Image.Image, rng: np.random.Generator) -> None:
    draw, size = ImageDraw.Draw(layer), np.array(layer.size)
    side, gap = min(layer.size), min(layer.size) * rng.uniform(0.03, 0.07)
    angle = rng.integers(0, 4) * _RIGHT_ANGLE + rng.normal(0, 0.05)
    along, inward = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    origin = size / 2 - inward * side * rng.uniform(0.36, 0.48) - along * side
    for i in range(round(2 * side / gap)):
        tick = origin + along * gap * i
        end = tick + inward * side * (0.05 if i % 5 == 0 else 0.03)
        draw.line([tuple(tick), tuple(end)], fill=(25, 25, 25, 230), width=_thin(layer, rng))


def _ink(layer: Image.Image, rng: np.random.Generator) -> None:
    width, height = layer.size
    draw = ImageDraw.Draw(layer)
    colour = (*(int(v) for v in rng.integers([60, 30, 110], [110, 90, 190])), int(rng.integers(110, 200)))
    x, y = rng.choice([0.05, 0.95]) * width, rng.uniform(0.1, 0.9) * height
    if rng.random() < 0.5:
        x, y = rng.uniform(0.1, 0.9) * width, rng.choice([0.05, 0.95]) * height
    for _ in range(rng.integers(2, 6)):
        x0, y0 = np.array([x, y]) + rng.normal(0, 0.06, 2) * min(layer.size)
        radius = rng.uniform(0.03, 0.12) * min(layer.size)
        draw.ellipse([x0 - radius, y0 - radius, x0 + radius, y0 + radius], fill=colour)
    layer.paste(layer.filter(ImageFilter.GaussianBlur(0.01 * min(layer.size))))


def _dark_corners(layer: Image.Image, rng: np.random.Generator) -> None:
    """The round field of a dermatoscope: black outside an ellipse about the middle."""
    width, height = layer.size
    x, y = np.array([width, height]) * (0.5 + rng.normal(0, 0.02, 2))
    radius = 0.5 * np.hypot(width, height) * rng.uniform(0.76, 0.95)
    mask = Image.new("L", layer.size, 255)
    ImageDraw.Draw(mask).ellipse([x - radius, y - radius, x + radius, y + radius], fill=0)
    mask = mask.filter(ImageFilter.GaussianBlur(rng.uniform(0.005, 0.03) * min(layer.size)))
    layer.paste(Image.new("RGBA", layer.size, (8, 6, 6, 255)))
    layer.putalpha(mask)


def _bubbles(layer: Image.Image, rng: np.random.Generator) -> None:
    draw, side = ImageDraw.Draw(layer), min(layer.size)
    for _ in range(rng.integers(2, 14)):
        x, y = rng.uniform(0, 1, 2) * layer.size
        r = side * rng.uniform(0.008, 0.04)
        draw.ellipse([x - r, y - r, x + r, y + r], outline=(255, 255, 255, 170), fill=(255, 255, 255, 30))
        draw.ellipse([x - r * 0.5, y - r * 0.6, x - r * 0.1, y - r * 0.2], fill=(255, 255, 255, 220))


_PAINTERS: dict[Artefact, Callable[[Image.Image, np.random.Generator], None]] = {
    Artefact.HAIR: _hair,
    Artefact.RULER: _ruler,
    Artefact.INK: _ink,
    Artefact.DARK_CORNERS: _dark_corners,
    Artefact.BUBBLES: _bubbles,
}
