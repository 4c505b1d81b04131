"""Training pictures with artefacts drawn on them, and the cells that each takes: what the marking network learns from.

What already looks like a dark line in the undrawn picture counts little: it may be a real hair, which must not be
taught as none.
"""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor, from_numpy

from core.gates.artefacts import CELL_PX, DRAWN, SIDE_PX
from core.imaging.artefacts import add_artefact
from core.taxonomy import Artefact

_MIN_CHANGE: Final = 8  # grey levels by which a pixel counts as drawn on
_MAYBE_HAIR_WEIGHT, _DRAWN_WEIGHT = 0.2, 3.0
_N_DRAWN: Final = (0, 1, 2, 2, 3)  # things on a picture, one of these numbers each time
_ODDS: Final = {Artefact.BUBBLES: 2.0}  # against 1 for any other: bubbles are the smallest and are learnt last

Picture = NDArray[np.uint8]


def draw_batch(frames: list[Picture], seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """RGB (N, 3, 224, 224) on 0-1 of uint8 frames with things drawn on, the cells of each (N, 4, 56, 56), weights."""
    rng = np.random.default_rng(seed)
    made = [draw_example(frame, rng) for frame in frames]
    x, truth, weight = (np.stack(part) for part in zip(*made, strict=True))
    pictures = from_numpy(x.astype(np.float32) / 255).permute(0, 3, 1, 2).contiguous()
    return pictures, from_numpy(truth), from_numpy(weight)


def draw_example(frame: Picture, rng: np.random.Generator) -> tuple[Picture, NDArray[np.float32], NDArray[np.float32]]:
    """One picture with nothing to three things drawn on it, the cells of each (4, 56, 56), and their weights."""
    clean = np.ascontiguousarray(np.rot90(frame, int(rng.integers(4)))[:, :: int(rng.choice([-1, 1]))])
    truth = np.zeros((len(DRAWN), SIDE_PX, SIDE_PX), dtype=np.float32)
    picture = clean
    for artefact in _choose(rng):
        before, picture = picture, add_artefact(picture, artefact, rng)
        if artefact in DRAWN:
            changed = np.abs(picture.astype(np.int16) - before).max(axis=2)
            truth[DRAWN.index(artefact)] = changed > _MIN_CHANGE
    weight = np.where(_maybe_hair(clean), _MAYBE_HAIR_WEIGHT, 1.0)[None] * np.ones_like(truth)
    weight = np.where(truth > 0, _DRAWN_WEIGHT, weight).astype(np.float32)
    return _vary(picture, rng), _to_cells(truth, np.max), _to_cells(weight, np.mean)


def _choose(rng: np.random.Generator) -> list[Artefact]:
    odds = np.array([_ODDS.get(artefact, 1.0) for artefact in Artefact])
    places = rng.choice(len(odds), int(rng.choice(_N_DRAWN)), replace=False, p=odds / odds.sum())
    return [list(Artefact)[place] for place in places]


def _maybe_hair(clean: Picture) -> NDArray[np.bool_]:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    depth = cv2.morphologyEx(cv2.cvtColor(clean, cv2.COLOR_RGB2GRAY), cv2.MORPH_BLACKHAT, kernel)
    return np.asarray(depth > 20)


def _vary(picture: Picture, rng: np.random.Generator) -> Picture:
    """Another exposure and another sharpness, as drawing at another size would give."""
    if rng.random() < 0.4:
        picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 0.9)))
    gain = rng.uniform(0.8, 1.2) * rng.uniform(0.93, 1.07, 3)
    return np.clip(picture * gain, 0, 255).astype(np.uint8)


def _to_cells(values: NDArray[np.float32], reduce: Callable[..., NDArray[np.float32]]) -> NDArray[np.float32]:
    n = SIDE_PX // CELL_PX
    cells = values.reshape(len(values), n, CELL_PX, n, CELL_PX)
    return np.asarray(reduce(cells, axis=(2, 4)), dtype=np.float32)
