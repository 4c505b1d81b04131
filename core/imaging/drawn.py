"""Synthetic lesions that the project draws itself: for the first try, for tests, for screenshots. No patient's."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

_SMOOTHEST = 5.6  # of the shorter side: smoother, little but a constant is left, which makes all of it white or black


@dataclass(frozen=True, slots=True)
class DrawnLesion:
    """What to draw. Centre and radius are shares of the picture's width and height; `irregularity` 0 is an ellipse."""

    width_px: int = 600
    height_px: int = 450
    centre_x: float = 0.5
    centre_y: float = 0.5
    radius: float = 0.22
    irregularity: float = 0.06
    darkness: float = 0.75
    seed: int = 0


def draw_lesion(lesion: DrawnLesion) -> NDArray[np.uint8]:
    """Draw one lesion on skin: uint8 (height, width, 3) RGB; the same values give the same pixels."""
    rng = np.random.default_rng(lesion.seed)
    distance = _distance(lesion, rng)
    inside = 1 / (1 + np.exp((distance - 1) * 14))  # a soft border
    skin = _skin(lesion, rng)
    network = _noise(rng, distance.shape, 3.0) * 0.08 + _noise(rng, distance.shape, 14.0) * 0.12
    pigment = np.clip(inside * (lesion.darkness + network - 0.12 * distance), 0, 1)[..., None]
    brown = np.array([92.0, 52.0, 38.0]) - 26 * _noise(rng, distance.shape, 20.0)[..., None]
    return np.clip(skin * (1 - pigment) + brown * pigment, 0, 255).astype(np.uint8)


def lesion_mask(lesion: DrawnLesion) -> NDArray[np.bool_]:
    """Where the drawn lesion is, bool (height, width): the middle of its soft border."""
    return np.asarray(_distance(lesion, np.random.default_rng(lesion.seed)) < 1)


def draw_jpeg(lesion: DrawnLesion, quality: int = 92) -> bytes:
    """The drawn lesion as the bytes of a JPEG."""
    return as_jpeg(draw_lesion(lesion), quality)


def as_jpeg(pixels: NDArray[np.uint8], quality: int) -> bytes:
    """Pixels uint8 (height, width, 3) RGB as the bytes of a JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _distance(lesion: DrawnLesion, rng: np.random.Generator) -> NDArray[np.float64]:
    """Distance from the centre in units of the border's radius at that angle, (height, width)."""
    y, x = np.mgrid[0 : lesion.height_px, 0 : lesion.width_px].astype(np.float64)
    side = min(lesion.width_px, lesion.height_px)
    dx = (x - lesion.centre_x * lesion.width_px) / (lesion.radius * side)
    dy = (y - lesion.centre_y * lesion.height_px) / (lesion.radius * side)
    angle = np.arctan2(dy, dx)
    border = np.ones_like(angle)
    for wave in range(2, 8):
        border += lesion.irregularity / wave * 2 * np.cos(wave * angle + rng.uniform(0, 2 * np.pi))
    return np.asarray(np.hypot(dx, dy) / np.maximum(border, 0.2), dtype=np.float64)


def _skin(lesion: DrawnLesion, rng: np.random.Generator) -> NDArray[np.float64]:
    shape = (lesion.height_px, lesion.width_px)
    tone = np.array([222.0, 172.0, 150.0]) + rng.uniform(-10, 10, 3)
    texture = 5 * _noise(rng, shape, 1.2) + 5 * _noise(rng, shape, 40.0)
    return tone + texture[..., None]


def _noise(rng: np.random.Generator, shape: tuple[int, ...], smooth_px: float) -> NDArray[np.float64]:
    """Smooth random field of deviation 1; in a small picture it is no smoother than the picture can show."""
    values = gaussian_filter(rng.standard_normal(shape), min(smooth_px, min(shape) / _SMOOTHEST), mode="wrap")
    return np.asarray(values / values.std(), dtype=np.float64)
