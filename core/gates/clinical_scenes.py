"""More pictures as a camera takes them of skin: forms in light, rashes, small lesions, hair, folds, borrowed colours.

They are made for the kinds that `core.gates.clinical_like` lacks (docs/decisions/0033-scope-stages.md).
"""

from collections.abc import Callable, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.gates.clinical_like import save_as_jpeg
from core.gates.negatives import vary_photograph

SIDE_PX: Final = 288  # above a network's frame: made small, fine relief is as crisp as in a photograph
_HAIR: Final = ((20, 15, 12), (60, 40, 25), (110, 80, 50), (170, 150, 120))
_SCALE: Final = (225, 215, 205)  # of flaking skin

Picture = NDArray[np.uint8]
Values = NDArray[np.float64]


def draw_clinical_scenes(n: int, frames: Sequence[Picture], photographs: Sequence[Picture], seed: int) -> list[Picture]:
    """`n` pictures uint8 (288, 288, 3) RGB from dermoscopic `frames` and everyday `photographs` of any size."""
    return [draw_clinical_scene(i, frames, photographs, seed) for i in range(n)]


def draw_clinical_scene(i: int, frames: Sequence[Picture], photographs: Sequence[Picture], seed: int) -> Picture:
    """The picture at place `i`, which does not hang on the others."""
    rng = np.random.default_rng((seed, i))
    frame, photograph = (np.asarray(many[int(rng.integers(len(many)))]) for many in (frames, photographs))
    return _finish(KINDS[i % len(KINDS)](frame, photograph, rng), rng)


def draw_body(frame: Picture, photograph: Picture, rng: np.random.Generator) -> Values:
    """Fingers or a limb in light from one side, with lesions or a rash, before a photograph or a plain ground."""
    height = _forms(rng)
    skin = _paste(_skin(frame, rng), frame, rng, int(rng.integers(0, 7)), (0.05, 0.3))
    skin = _rash(skin, rng) if rng.random() < 0.4 else skin
    plain = np.broadcast_to(rng.uniform(0, 255, 3), skin.shape)
    ground = _scene(photograph, rng) if rng.random() < 0.4 else plain
    share = cv2.GaussianBlur((height > 0).astype(np.float64), (0, 0), rng.uniform(0.5, 2))[..., None]
    return np.asarray(_relief(skin, height * SIDE_PX / 2 * rng.uniform(0.3, 1), rng) * share + ground * (1 - share))


def draw_rash(frame: Picture, photograph: Picture, rng: np.random.Generator) -> Values:
    """Plaques and papules, perhaps with scale, that fill the picture."""
    skin = _rash(_skin(frame, rng), rng)
    return _rash(skin, rng) if rng.random() < 0.5 else skin


def draw_small_lesions(frame: Picture, photograph: Picture, rng: np.random.Generator) -> Values:
    """One to a dozen lesions of a frame, small on skin with its furrows: a mole as a camera sees it."""
    height = _pores(rng) * rng.uniform(0.1, 0.6) + _field(rng, 0.25) * rng.uniform(0, 8)
    skin = _relief(_skin(frame, rng), height, rng)
    return _paste(skin, frame, rng, int(rng.choice([1, 1, 1, 2, 3, 5, 12])), (0.05, 0.4))


def draw_close_up(frame: Picture, photograph: Picture, rng: np.random.Generator) -> Values:
    """One lesion that fills much of the picture, its surface and that of the skin in light from one side."""
    skin = _paste(_skin(frame, rng), frame, rng, 1, (0.35, 0.95))
    return _relief(
        skin, _pores(rng) * rng.uniform(0.1, 1) + _field(rng, rng.uniform(0.15, 0.5)) * rng.uniform(0, 15), rng
    )


def draw_in_light(frame: Picture, photograph: Picture, rng: np.random.Generator) -> Values:
    """A part of a frame whose surface shines: what a dermatoscope's fluid or crossed filters take away."""
    side = int(SIDE_PX * rng.uniform(0.5, 1))
    top, left = rng.integers(0, SIDE_PX - side + 1, 2)
    part = _resize(_resize(frame)[top : top + side, left : left + side]).astype(np.float64)
    height = _pores(rng) * rng.uniform(0.2, 1.2) + _field(rng, rng.uniform(0.1, 0.5)) * rng.uniform(2, 20)
    return _relief(part, height, rng)


def draw_borrowed_colours(frame: Picture, photograph: Picture, rng: np.random.Generator) -> Values:
    """A photograph with the colours of a dermoscopic frame, channel by channel or by its lightness alone."""
    scene, own = _scene(photograph, rng), _resize(frame).reshape(-1, 3)
    in_order = own[own.sum(axis=1).argsort()]
    by_light = in_order[_rank(scene.mean(axis=2))]
    by_channel = np.stack([np.sort(own[:, c])[_rank(scene[..., c])] for c in range(3)], axis=2)
    share = rng.uniform(0, 1)
    return np.asarray(by_channel * share + by_light * (1 - share))


def draw_hair(frame: Picture, photograph: Picture, rng: np.random.Generator) -> Values:
    """Skin under hair that lies one way: a scalp, a beard, a leg."""
    flow = _field(rng, rng.uniform(0.15, 0.5)) * rng.uniform(0.1, 0.7) + rng.uniform(0, np.pi)
    cover = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    for _ in range(int(rng.integers(60, 600))):
        place, path = rng.uniform(0, SIDE_PX, 2), []
        for _ in range(int(rng.integers(5, 18))):
            path.append(place.astype(np.int32))
            x, y = np.clip(place, 0, SIDE_PX - 1).astype(int)
            place = place + 6 * np.array([np.cos(flow[y, x]), np.sin(flow[y, x])])
        cv2.polylines(cover, [np.array(path)], False, int(rng.integers(90, 255)), 1, cv2.LINE_AA)
    share = cover[..., None] / 255
    return np.asarray(_skin(frame, rng) * (1 - share) + np.array(_HAIR[int(rng.integers(len(_HAIR)))]) * share)


def draw_folds(frame: Picture, photograph: Picture, rng: np.random.Generator) -> Values:
    """Deep folds with red parts: lips, ears, lids, an armpit."""
    height = np.zeros((SIDE_PX, SIDE_PX))
    for _ in range(int(rng.integers(2, 6))):
        height += np.abs(_field(rng, rng.uniform(0.08, 0.3))) * rng.uniform(3, 18)
    skin = _skin(frame, rng)
    red = np.median(skin, axis=(0, 1)) * rng.uniform([0.8, 0.4, 0.4], [1.1, 0.8, 0.8])
    share = _step(_field(rng, rng.uniform(0.1, 0.3)) - rng.uniform(-0.5, 1.5), 8)[..., None]
    return _relief(skin * (1 - share) + red * share, height, rng)


KINDS: Final[tuple[Callable[[Picture, Picture, np.random.Generator], Values], ...]] = (
    draw_body,
    draw_small_lesions,
    draw_rash,
    draw_borrowed_colours,
    draw_small_lesions,
    draw_hair,
    draw_folds,
    draw_close_up,
    draw_in_light,
)


def _skin(frame: Picture, rng: np.random.Generator) -> Values:
    """Bare skin in a tone near that of the frame's pale part, with its furrows."""
    own = frame[::4, ::4].reshape(-1, 3).astype(np.float64)
    pale = np.median(own[own.mean(axis=1) >= np.percentile(own.mean(axis=1), 60)], axis=0)
    tone = np.clip(pale * rng.uniform(0.55, 1.1) * rng.uniform(0.93, 1.07, 3), 20, 250)
    clouds = 6 * _field(rng, rng.uniform(0.1, 0.35))[..., None] * rng.uniform(0.3, 1, 3)
    spots = (_field(rng, rng.uniform(0.01, 0.05)) * rng.uniform(0, 8))[..., None] * np.array([0.4, 1, 1])
    return np.asarray(tone + clouds + spots + _pores(rng)[..., None] * rng.uniform(1, 9))


def _rash(skin: Values, rng: np.random.Generator) -> Values:
    """Skin with plaques or papules, redder and rougher, perhaps raised, perhaps with white scale."""
    share = _step(_field(rng, rng.uniform(0.01, 0.15)) - rng.uniform(-0.3, 2), rng.uniform(2, 12))
    spot = np.median(skin, axis=(0, 1)) * rng.uniform([0.75, 0.4, 0.4], [1.05, 0.85, 0.9])
    amount = (share * rng.uniform(0.3, 0.9))[..., None]
    skin = skin * (1 - amount) + (spot + _pores(rng)[..., None] * rng.uniform(2, 10)) * amount
    if rng.random() < 0.4:
        scale = (np.clip(_field(rng, rng.uniform(0.006, 0.03)) - rng.uniform(0.3, 1.5), 0, 1) * share)[..., None]
        skin = skin * (1 - scale) + np.array(_SCALE) * scale
    return _relief(skin, share * rng.uniform(1, 8), rng) if rng.random() < 0.5 else skin


def _paste(skin: Values, frame: Picture, rng: np.random.Generator, n: int, widths: tuple[float, float]) -> Values:
    """Lesions of a frame laid on skin, softly at their rim and in its tone; `widths` are shares of the picture's."""
    for _ in range(n):
        side = int(SIDE_PX * rng.uniform(*widths))
        turned = np.ascontiguousarray(np.rot90(frame, int(rng.integers(4))))
        lesion = cv2.resize(turned, (side, side), interpolation=cv2.INTER_AREA).astype(np.float64)
        y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
        share = np.clip((1 - np.hypot(x, y)) / rng.uniform(0.25, 0.5), 0, 1)[..., None]
        top, left = rng.integers(0, SIDE_PX - side, 2)
        under = skin[top : top + side, left : left + side]
        rim = np.median(lesion[share[..., 0] < 0.3], axis=0)
        lesion *= np.median(under, axis=(0, 1)) / np.maximum(rim, 1)
        skin[top : top + side, left : left + side] = under * (1 - share) + lesion * share
    return skin


def _relief(skin: Values, height: Values, rng: np.random.Generator) -> Values:
    """Skin whose `height` (288, 288), in pixels, is lit from one side: Lambert's law and a highlight."""
    down, right = np.gradient(cv2.GaussianBlur(height, (0, 0), 1.0))
    angle, rise = rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 1.3)
    towards = (-right * np.cos(angle) - down * np.sin(angle)) * np.cos(rise)
    length = np.sqrt(right**2 + down**2 + 1)
    light = 0.35 + 0.65 * np.clip(towards + np.sin(rise), 0, None) / length / max(np.sin(rise), 0.3)
    shine = np.clip((0.7 * towards + (1 + np.sin(rise)) / 2) / length, 0, 1) ** rng.uniform(20, 60)
    return np.asarray(skin * light[..., None] + (shine * rng.uniform(0, 60))[..., None])


def _forms(rng: np.random.Generator) -> Values:
    """The height (288, 288) of one to five round forms side by side, in halves of the picture; -1 beside them."""
    y, x = np.mgrid[-1 : 1 : SIDE_PX * 1j, -1 : 1 : SIDE_PX * 1j]
    n, angle = int(rng.integers(1, 6)), rng.uniform(0, np.pi)
    width = rng.uniform(0.12, 0.8) / n**0.6
    height = np.full((SIDE_PX, SIDE_PX), -1.0)
    for i in range(n):
        across = np.cos(angle) * y - np.sin(angle) * x - (i - (n - 1) / 2) * width * rng.uniform(1.7, 2.2)
        along = np.cos(angle) * x + np.sin(angle) * y
        swell = width * (1 + 0.15 * np.sin(along * rng.uniform(2, 6) + rng.uniform(0, 6)))
        apart = np.hypot(across, np.clip(along - rng.uniform(-0.9, 1.6), 0, None))
        height = np.maximum(height, np.sqrt(np.clip(swell**2 - apart**2, 0, None)) - (apart > swell))
    return height


def _pores(rng: np.random.Generator) -> Values:
    """The net of furrows of skin, (288, 288) of deviation 1: noise drawn out along one to three directions."""
    net = np.zeros((SIDE_PX, SIDE_PX), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        reach = rng.uniform(3, 8) * np.exp(1j * rng.uniform(0, np.pi))
        line = np.zeros((17, 17), np.float32)
        ends = [(round(8 + sign * reach.real), round(8 + sign * reach.imag)) for sign in (-1, 1)]
        cv2.line(line, ends[0], ends[1], 1.0)
        noise = rng.standard_normal((SIDE_PX, SIDE_PX), dtype=np.float32)
        strokes = cv2.GaussianBlur(cv2.filter2D(noise, -1, line), (0, 0), rng.uniform(0.4, 1.5))
        net += strokes / strokes.std()
    return np.asarray(net / net.std(), dtype=np.float64)


def _finish(picture: Values, rng: np.random.Generator) -> Picture:
    """Uneven light, a camera's exposure, white balance, softness, grain and JPEG."""
    light = 1 - rng.uniform(0, 0.35) * np.clip(_field(rng, rng.uniform(0.15, 0.4)), -1, 1)[..., None]
    lit = picture * light * rng.uniform(0.75, 1.2) * rng.uniform(0.93, 1.07, 3)
    if rng.random() < 0.3:
        lit = cv2.GaussianBlur(lit, (0, 0), rng.uniform(0.5, 1.8))
    grain = rng.choice([0, 0, 2, 5])
    lit = lit + rng.standard_normal(lit.shape, dtype=np.float32) * grain if grain else lit
    return save_as_jpeg(np.clip(lit, 0, 255).astype(np.uint8), int(rng.integers(40, 96)))


def _field(rng: np.random.Generator, grain: float) -> Values:
    """A smooth random field (288, 288) of mean 0 and deviation 1, whose grain is a share of its side."""
    grain_px = max(grain * SIDE_PX, 0.8)
    step = max(1, int(grain_px // 3))
    noise = rng.standard_normal((SIDE_PX // step + 2,) * 2, dtype=np.float32)
    large = _resize(cv2.GaussianBlur(noise, (0, 0), grain_px / step))
    return np.asarray((large - large.mean()) / max(float(large.std()), 1e-6), dtype=np.float64)


def _scene(photograph: Picture, rng: np.random.Generator) -> Values:
    return np.asarray(_resize(vary_photograph(photograph, rng)), dtype=np.float64)


def _resize(values: NDArray[np.generic]) -> NDArray[np.generic]:
    return np.asarray(cv2.resize(values, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC))


def _rank(values: Values) -> NDArray[np.int64]:
    """The place of each value among all of (288, 288), ascending."""
    return np.asarray(values.ravel().argsort().argsort().reshape(values.shape))


def _step(values: Values, slope: float) -> Values:
    return np.asarray(1 / (1 + np.exp(-values * slope)))
