"""Pictures as a camera takes them of skin, imitated from dermoscopic training pictures and everyday photographs.

Clinical photographs are at hand only for the test. What tells them from dermoscopy is the distance: many spots instead
of one, folds and limbs with shade, a background, no even light. The skin and the spots are those of real pictures.
"""

from collections.abc import Callable, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.gates.negatives import SIDE_PX, draw_document, fold, smooth_field, vary_photograph

Picture = NDArray[np.uint8]


def draw_clinical_like(n: int, frames: Sequence[Picture], photographs: Sequence[Picture], seed: int) -> Picture:
    """`n` pictures uint8 (n, 224, 224, 3) RGB from dermoscopic `frames` of any size and `photographs`."""
    rng = np.random.default_rng(seed)
    made = []
    for i in range(n):
        frame, photograph = (np.asarray(many[int(rng.integers(len(many)))]) for many in (frames, photographs))
        small = cv2.resize(frame, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
        made.append(_KINDS[i % len(_KINDS)](small, photograph, rng))
    return np.stack(made) if made else np.zeros((0, SIDE_PX, SIDE_PX, 3), dtype=np.uint8)


def draw_many_spots(frame: Picture, photograph: Picture, rng: np.random.Generator) -> Picture:
    """One lesion and its mirror images, made small: a rash or many moles, with shade."""
    return _light(_mirrored(frame, rng), rng)


def draw_limb(frame: Picture, photograph: Picture, rng: np.random.Generator) -> Picture:
    """Skin with spots as a limb, a face or a trunk before an everyday background."""
    skin = _light(_mirrored(frame, rng), rng).astype(np.float64)
    y, x = np.mgrid[-1 : 1 : SIDE_PX * 1j, -1 : 1 : SIDE_PX * 1j]
    angle, width = rng.uniform(0, np.pi), rng.uniform(0.4, 1.3)
    across = (np.cos(angle) * x + np.sin(angle) * y - rng.uniform(-0.4, 0.4)) / width
    across = across + rng.uniform(0, 0.2) * smooth_field(rng, rng.uniform(25, 50))
    skin *= (0.5 + 0.5 * np.sqrt(np.clip(1 - across**2, 0, 1)))[..., None]
    background = vary_photograph(photograph, rng) if rng.random() < 0.6 else np.full_like(frame, rng.integers(0, 256))
    return np.where((np.abs(across) < 1)[..., None], np.clip(skin, 0, 255), background).astype(np.uint8)


def draw_skin_in_photograph(frame: Picture, photograph: Picture, rng: np.random.Generator) -> Picture:
    """Real skin with spots on a part of a photograph, its shade following the photograph's."""
    scene, skin = vary_photograph(photograph, rng), _light(_mirrored(frame, rng), rng)
    grey = cv2.GaussianBlur(cv2.cvtColor(scene, cv2.COLOR_RGB2GRAY), (0, 0), rng.uniform(1, 6)).astype(np.float64)
    shaded = skin * np.clip(0.5 + 0.5 * grey / max(float(grey.mean()), 1.0), 0.2, 1.3)[..., None]
    share = 1 / (1 + np.exp(-6 * (smooth_field(rng, rng.uniform(20, 60)) + rng.uniform(-0.3, 1.5))))[..., None]
    return np.asarray(np.clip(shaded * share + scene * (1 - share), 0, 255), dtype=np.uint8)


def draw_soft_skin(frame: Picture, photograph: Picture, rng: np.random.Generator) -> Picture:
    """Skin alone, out of focus or with creases: a corner of a frame, enlarged or mirrored."""
    side = int(rng.integers(40, 100))
    corner = np.rot90(frame, int(rng.integers(4)))[8 : 8 + side, 8 : 8 + side]
    skin = _mirrored(corner, rng) if rng.random() < 0.5 else cv2.resize(corner, (SIDE_PX, SIDE_PX))
    skin = cv2.GaussianBlur(np.ascontiguousarray(skin), (0, 0), rng.uniform(0.5, 5))
    patches = smooth_field(rng, rng.uniform(4, 40))[..., None] * rng.uniform([0, 4, 4], [10, 25, 25])
    return _light(np.clip(skin - np.clip(patches, 0, None), 0, 255).astype(np.uint8), rng)


def draw_on_screen(frame: Picture, photograph: Picture, rng: np.random.Generator) -> Picture:
    """A dermoscopic picture made small on a page or a screen, or several side by side."""
    page = draw_document(rng) if rng.random() < 0.7 else np.full_like(frame, rng.integers(0, 256))
    page = page.copy()
    for _ in range(int(rng.integers(1, 5))):
        side = int(SIDE_PX * rng.uniform(0.2, 0.5))
        top, left = (int(v) for v in rng.integers(0, SIDE_PX - side, 2))
        page[top : top + side, left : left + side] = cv2.resize(frame, (side, side), interpolation=cv2.INTER_AREA)
    return page


_KINDS: Final[tuple[Callable[[Picture, Picture, np.random.Generator], Picture], ...]] = (
    draw_many_spots,
    draw_limb,
    draw_skin_in_photograph,
    draw_limb,
    draw_soft_skin,
    draw_many_spots,
    draw_on_screen,
)


def _mirrored(part: Picture, rng: np.random.Generator) -> Picture:
    """A picture made small and mirrored on all sides until it fills the frame, warped so that no grid is seen."""
    side = int(SIDE_PX * rng.uniform(0.12, 0.45))
    small = cv2.resize(np.ascontiguousarray(part), (side, side), interpolation=cv2.INTER_AREA)
    y, x = np.mgrid[0:SIDE_PX, 0:SIDE_PX].astype(np.float32) + rng.uniform(0, 2 * side, (2, 1, 1)).astype(np.float32)
    bend = np.float32(side * rng.uniform(0.02, 0.2))
    x += bend * smooth_field(rng, 40).astype(np.float32)
    y += bend * smooth_field(rng, 40).astype(np.float32)
    return np.asarray(cv2.remap(small, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101), dtype=np.uint8)


def _light(picture: Picture, rng: np.random.Generator) -> Picture:
    """Uneven light, creases, another white balance, the softness and the blocks of a camera's JPEG."""
    shade = 1 - rng.uniform(0, 0.4) * np.clip(smooth_field(rng, rng.uniform(30, 70)), -1, 1)
    for _ in range(int(rng.integers(0, 4))):
        shade = shade * (1 - rng.uniform(0.1, 0.5) * fold(rng))
    colours = picture * shade[..., None] * rng.uniform(0.7, 1.2) * rng.uniform(0.9, 1.1, 3)
    lit = np.clip(colours, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        lit = cv2.GaussianBlur(lit, (0, 0), rng.uniform(0.4, 1.5))
    return save_as_jpeg(lit, int(rng.integers(30, 95)))


def save_as_jpeg(picture: Picture, quality: int) -> Picture:
    """The picture as it comes back from a JPEG of this quality."""
    _, coded = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), dtype=np.uint8)[..., ::-1])
