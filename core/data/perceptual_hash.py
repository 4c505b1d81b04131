"""Perceptual hashes of many pictures at once, in all eight ways in which a picture can lie."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dct

from core.data.turn import Turn

HASH_SIDE = 16  # 16 x 16 = 256 bits
THUMBNAIL_PX = 64  # what imagehash reduces a picture to: four times the side of the hash
# Whether the frequencies are transposed, and then whether odd rows and odd columns change their sign.
_TURNS = {
    Turn.NONE: (False, False, False),
    Turn.LEFT_RIGHT: (False, False, True),
    Turn.TOP_BOTTOM: (False, True, False),
    Turn.HALF: (False, True, True),
    Turn.TRANSPOSED: (True, False, False),
    Turn.QUARTER: (True, True, False),
    Turn.THREE_QUARTERS: (True, False, True),
    Turn.TRANSVERSE: (True, True, True),
}
TURNS = tuple(_TURNS)


def make_thumbnail(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What the hash sees of uint8 (H, W, 3) RGB: grey uint8 (64, 64), squashed as `imagehash` does it."""
    grey = Image.fromarray(frame).convert("L").resize((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS)
    return np.asarray(grey, dtype=np.uint8)


def hash_thumbnails(thumbnails: NDArray[np.uint8], turns: Sequence[Turn] = TURNS) -> NDArray[np.bool_]:
    """The bits of `imagehash.phash` for grey uint8 (N, 64, 64) in each turn: bool (N, T, 256).

    A flip changes the sign of every odd frequency along its axis, and a transposed picture has transposed frequencies,
    so that one DCT serves all turns.
    """
    columns = dct(thumbnails.astype(np.float64), axis=1)[:, :HASH_SIDE]  # (N, 16, 64)
    low = dct(columns, axis=2)[:, :, :HASH_SIDE]  # (N, 16, 16)
    return np.stack([_bits(_turn(low, *_TURNS[turn])) for turn in turns], axis=1)


def _turn(low: NDArray[np.float64], is_transposed: bool, odd_rows: bool, odd_columns: bool) -> NDArray[np.float64]:
    turned = low.transpose(0, 2, 1) if is_transposed else low
    sign = np.where(np.arange(HASH_SIDE) % 2, -1.0, 1.0)
    turned = turned * sign[:, None] if odd_rows else turned
    return turned * sign if odd_columns else turned


def _bits(low: NDArray[np.float64]) -> NDArray[np.bool_]:
    flat = low.reshape(len(low), -1)
    return np.asarray(flat > np.median(flat, axis=1, keepdims=True), dtype=np.bool_)
