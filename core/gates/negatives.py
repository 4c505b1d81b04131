"""Pictures that are no dermoscopic image, made to fit the scope gate: drawn ones, and photographs changed.

Photographs of skin are not at hand for fitting. They are imitated: everyday photographs in skin's colours, and drawn
skin with folds, shade, several spots and a background, as a camera sees it from afar.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont
from scipy.ndimage import gaussian_filter

SIDE_PX = 224  # a common size of a network's frame; others are resized from it
_SKIN_TONES = ((236, 196, 175), (220, 170, 145), (198, 150, 125), (222, 150, 140), (150, 105, 80), (95, 62, 45))

Picture = NDArray[np.uint8]


def draw_negatives(n: int, photographs: Sequence[Picture], seed: int) -> NDArray[np.uint8]:
    """`n` pictures uint8 (n, 224, 224, 3) RGB: two thirds from `photographs`, where there are any, the rest drawn."""
    rng = np.random.default_rng(seed)
    from_photographs = (vary_photograph, _recolour, _recolour, _with_skin_patch) if photographs else ()
    made = []
    for i in range(n):
        if from_photographs and i % 3 != 2:
            photograph = photographs[int(rng.integers(len(photographs)))]
            made.append(from_photographs[int(rng.integers(len(from_photographs)))](photograph, rng))
        else:
            made.append(DRAWN[(i // 3 if from_photographs else i) % len(DRAWN)](rng))
    return np.stack(made) if made else np.zeros((0, SIDE_PX, SIDE_PX, 3), dtype=np.uint8)


def draw_document(rng: np.random.Generator) -> Picture:
    """A page of text, a form or a table, perhaps photographed at an angle."""
    paper = tuple(int(v) for v in 255 - rng.integers(0, 40) - rng.integers(0, 12, 3))
    page = Image.new("RGB", (2 * SIDE_PX, 2 * SIDE_PX), paper)
    draw, ink = ImageDraw.Draw(page), tuple(int(v) for v in rng.integers(0, 90, 3))
    size = int(rng.integers(9, 30))
    font = ImageFont.load_default(size)
    for y in range(int(rng.integers(0, 40)), page.height, int(size * rng.uniform(1.2, 2.2))):
        words = ["".join(rng.choice(list("abcdefghijklmnoprstuvwy"), int(rng.integers(2, 10)))) for _ in range(20)]
        draw.text((int(rng.integers(8, 40)), y), " ".join(words), fill=ink, font=font)
    if rng.random() < 0.4:
        for x in np.arange(0, page.width, rng.uniform(40, 120)):
            draw.line([(x, 0), (x, page.height)], fill=ink, width=2)
            draw.line([(0, x), (page.width, x)], fill=ink, width=2)
    if rng.random() < 0.4:
        page = page.rotate(rng.uniform(-30, 30), fillcolor=tuple(int(v) for v in rng.integers(0, 255, 3)))
    return _shade(np.asarray(page.resize((SIDE_PX, SIDE_PX))), rng, rng.uniform(0, 0.4))


def draw_noise(rng: np.random.Generator) -> Picture:
    """Random values, of any grain, in colour or grey."""
    n_channels = int(rng.choice([1, 3]))
    grain = rng.choice([0.0, 0.0, 1.0, 3.0, 10.0, 30.0])
    values = rng.standard_normal((SIDE_PX, SIDE_PX, n_channels))
    values = gaussian_filter(values, (grain, grain, 0)) if grain else values
    values = values / values.std() * rng.uniform(15, 80) + rng.uniform(60, 200, n_channels)
    return np.broadcast_to(np.clip(values, 0, 255), (SIDE_PX, SIDE_PX, 3)).astype(np.uint8)


def draw_plain(rng: np.random.Generator) -> Picture:
    """One colour, or one passing into another."""
    ramp = np.linspace(0, 1, SIDE_PX)[:, None, None] if rng.random() < 0.5 else np.zeros((SIDE_PX, 1, 1))
    first, second = rng.uniform(0, 255, 3), rng.uniform(0, 255, 3)
    colours = np.broadcast_to(first * (1 - ramp) + second * ramp, (SIDE_PX, SIDE_PX, 3))
    values = colours + rng.standard_normal(colours.shape) * rng.choice([0, 2, 6])
    return np.asarray(np.rot90(np.clip(values, 0, 255), int(rng.integers(4))).astype(np.uint8))


def draw_shapes(rng: np.random.Generator) -> Picture:
    """A drawing: lines, discs and boxes in clear colours, like a diagram, a logo or a screenshot."""
    image = Image.new("RGB", (SIDE_PX, SIDE_PX), tuple(int(v) for v in rng.integers(0, 256, 3)))
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(2, 30))):
        x, y = np.sort(rng.uniform(-20, SIDE_PX + 20, (2, 2)), axis=0).T
        box, colour = [x[0], y[0], x[1], y[1]], tuple(int(v) for v in rng.integers(0, 256, 3))
        kind = rng.integers(4)
        if kind == 0:
            draw.ellipse(box, fill=colour if rng.random() < 0.6 else None, outline=colour)
        elif kind == 1:
            draw.rectangle(box, fill=colour if rng.random() < 0.6 else None, outline=colour)
        elif kind == 2:
            draw.line(box, fill=colour, width=int(rng.integers(1, 8)))
        else:
            draw.polygon([tuple(p) for p in rng.uniform(0, SIDE_PX, (3, 2))], fill=colour)
    return np.asarray(image)


def draw_scene(rng: np.random.Generator) -> Picture:
    """A landscape or a room: bands of colour with rough edges, and a few upright things."""
    picture = np.zeros((SIDE_PX, SIDE_PX, 3))
    top, n_bands = 0.0, int(rng.integers(2, 6))
    x = np.arange(SIDE_PX)
    for _ in range(n_bands):
        edge = top + np.cumsum(rng.normal(0, rng.uniform(0, 2), SIDE_PX))
        picture[np.arange(SIDE_PX)[:, None] >= edge[x]] = rng.uniform(20, 240, 3)
        top += rng.uniform(20, 90)
    texture = gaussian_filter(rng.standard_normal((SIDE_PX, SIDE_PX)), rng.uniform(0.5, 3))
    picture += (texture / texture.std() * rng.uniform(3, 25))[..., None]
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(0, 8))):
        left, height, width = rng.uniform(0, SIDE_PX), rng.uniform(20, 150), rng.uniform(3, 60)
        draw.rectangle([left, SIDE_PX - height, left + width, SIDE_PX], fill=tuple(rng.integers(0, 255, 3).tolist()))
    return np.asarray(image)


def draw_skin_from_afar(rng: np.random.Generator) -> Picture:
    """Skin as a camera sees it: a limb or a fold with shade, many small spots or a rash, a background."""
    tone = np.array(_SKIN_TONES[int(rng.integers(len(_SKIN_TONES)))]) * rng.uniform(0.85, 1.1, 3)
    skin = (
        tone
        + 6 * smooth_field(rng, rng.uniform(20, 60))[..., None]
        + 4 * smooth_field(rng, rng.uniform(0.6, 1.5))[..., None]
    )
    spot = np.clip(tone * rng.uniform([0.75, 0.3, 0.3], [1.0, 0.75, 0.75]), 0, 255)
    rash = 1 / (1 + np.exp(-(smooth_field(rng, rng.uniform(3, 16)) - rng.uniform(0.2, 2.0)) * rng.uniform(3, 10)))
    amount = (rash * rng.uniform(0, 0.9))[..., None]
    skin = skin * (1 - amount) + spot * amount
    for _ in range(int(rng.integers(0, 4))):
        skin *= (1 - rng.uniform(0.1, 0.5) * fold(rng))[..., None]
    y, x = np.mgrid[-1 : 1 : SIDE_PX * 1j, -1 : 1 : SIDE_PX * 1j]
    angle, width = rng.uniform(0, np.pi), rng.uniform(0.35, 1.6)
    across = (np.cos(angle) * x + np.sin(angle) * y - rng.uniform(-0.4, 0.4)) / width + 0.1 * smooth_field(rng, 30)
    skin *= (0.55 + 0.45 * np.sqrt(np.clip(1 - across**2, 0, 1)))[..., None]
    background = np.broadcast_to(rng.uniform(0, 255, 3), skin.shape) + 10 * smooth_field(rng, 3)[..., None]
    return np.clip(np.where((abs(across) < 1)[..., None], skin, background), 0, 255).astype(np.uint8)


DRAWN: Final[tuple[Callable[[np.random.Generator], Picture], ...]] = (
    draw_document,
    draw_skin_from_afar,
    draw_noise,
    draw_skin_from_afar,
    draw_plain,
    draw_shapes,
    draw_skin_from_afar,
    draw_scene,
)


def vary_photograph(photograph: Picture, rng: np.random.Generator) -> Picture:
    """A cut-out of a photograph, mirrored, turned, brighter or darker, perhaps soft."""
    image = Image.fromarray(photograph)
    share = rng.uniform(0.3, 1.0)
    width, height = image.width * share, image.height * share
    left, top = rng.uniform(0, image.width - width), rng.uniform(0, image.height - height)
    image = image.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC, box=(left, top, left + width, top + height))
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = enhance(image).enhance(rng.uniform(0.5, 1.5))
    if rng.random() < 0.3:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 3)))
    pixels = np.rot90(np.asarray(image), int(rng.choice([0, 0, 0, 1, 2, 3])))
    return np.ascontiguousarray(pixels[:, ::-1] if rng.random() < 0.5 else pixels)


def _recolour(photograph: Picture, rng: np.random.Generator) -> Picture:
    """A photograph in skin's colours: what tells it from dermoscopy is then its content, not its palette."""
    grey = vary_photograph(photograph, rng).astype(np.float64)
    grey = (grey.mean(axis=2) - grey.mean()) / max(grey.mean(axis=2).std(), 1.0)
    tone = np.array(_SKIN_TONES[int(rng.integers(len(_SKIN_TONES)))]) * rng.uniform(0.85, 1.1, 3)
    swing = rng.uniform([15, 18, 18], [45, 55, 55])
    return np.asarray(np.clip(tone + grey[..., None] * swing, 0, 255).astype(np.uint8))


def _with_skin_patch(photograph: Picture, rng: np.random.Generator) -> Picture:
    """Skin before an everyday background: a hand, a face, a limb in a room."""
    background, skin = vary_photograph(photograph, rng), draw_skin_from_afar(rng)
    is_skin = smooth_field(rng, rng.uniform(25, 50)) > rng.uniform(-1.5, 0.5)
    return np.where(is_skin[..., None], skin, background).astype(np.uint8)


def _shade(pixels: Picture, rng: np.random.Generator, strength: float) -> Picture:
    light = 1 - strength * (0.5 + 0.5 * np.clip(smooth_field(rng, 60), -1, 1))
    return np.clip(pixels * light[..., None], 0, 255).astype(np.uint8)


def smooth_field(rng: np.random.Generator, grain_px: float) -> NDArray[np.float64]:
    """A smooth random field (224, 224) of mean 0 and deviation 1; coarse ones are made small and enlarged."""
    step = max(1, int(grain_px // 3))
    small = gaussian_filter(rng.standard_normal((SIDE_PX // step + 2,) * 2), grain_px / step, mode="wrap")
    large = Image.fromarray(small.astype(np.float32)).resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)
    values = np.asarray(large, dtype=np.float64)
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-9))


def fold(rng: np.random.Generator) -> NDArray[np.float64]:
    """A dark line across the picture, (224, 224) in [0, 1]."""
    y, x = np.mgrid[0:SIDE_PX, 0:SIDE_PX]
    angle = rng.uniform(0, np.pi)
    along, across = np.cos(angle) * x + np.sin(angle) * y, -np.sin(angle) * x + np.cos(angle) * y
    centre = rng.uniform(-50, SIDE_PX) + rng.uniform(0, 12) * np.sin(along / rng.uniform(15, 60))
    return np.asarray(np.exp(-(((across - centre) / rng.uniform(1, 6)) ** 2)), dtype=np.float64)
