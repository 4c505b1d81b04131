"""Pictures that are almost the same, by perceptual hash, as they lie or flipped and turned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from imagehash import phash
from numpy.typing import NDArray
from PIL import Image

from core.data.perceptual_hash import HASH_SIDE, TURNS, hash_thumbnails, make_thumbnail
from core.data.turn import Turn

MAX_DISTANCE = 40  # of 256 bits: the distance at which the data README counts 46 train-test pairs
_ROWS_AT_ONCE = 512  # against 10,000 others that is a block of 20 MB


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two positions (first < second), the smallest distance in bits, and how one lies when the other is upright."""

    first: int
    second: int
    distance: int
    turn: Turn


def hash_frame(frame: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Perceptual hash (DCT) of uint8 (H, W, 3) RGB as 256 bits.

    Source: Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010.
    """
    bits = phash(Image.fromarray(frame), hash_size=HASH_SIDE).hash
    return np.asarray(bits, dtype=np.bool_).ravel()


def find_pairs(frames: NDArray[np.uint8], max_distance: int = MAX_DISTANCE) -> list[tuple[int, int]]:
    """Index pairs (i < j) of frames uint8 (N, H, W, 3) whose hashes differ in at most `max_distance` bits."""
    upright = (Turn.NONE,)
    hashes = hash_thumbnails(np.stack([make_thumbnail(frame) for frame in frames]), upright)
    return [(pair.first, pair.second) for pair in find_turned_pairs(hashes, upright, max_distance)]


def find_turned_pairs(
    hashes: NDArray[np.bool_], turns: Sequence[Turn] = TURNS, max_distance: int = MAX_DISTANCE
) -> list[NearDuplicate]:
    """All pairs of hashes bool (N, T, 256), as `hash_thumbnails` makes them, that differ in at most `max_distance` bits
    in any turn; the distance of two is the smallest over the turns of either.

    `turns` begins with `Turn.NONE`. Memory stays at a few blocks of 512 x N.
    """
    found: dict[tuple[int, int], NearDuplicate] = {}
    for pair in _all_within(_signs(hashes), turns, max_distance):
        known = found.get((pair.first, pair.second))
        if known is None or pair.distance < known.distance:
            found[pair.first, pair.second] = pair
    return [found[key] for key in sorted(found)]


def compare_turned(hashes: NDArray[np.bool_], first: int, second: int, turns: Sequence[Turn] = TURNS) -> NearDuplicate:
    """The distance of two pictures as `find_turned_pairs` measures it, however large; `first` < `second`."""
    there = (hashes[first, 0] != hashes[second]).sum(axis=1)  # (T,)
    back = (hashes[second, 0] != hashes[first]).sum(axis=1)
    distance = np.minimum(there, back)
    best = int(distance.argmin())
    return NearDuplicate(first, second, int(distance[best]), turns[best])


def _all_within(signs: NDArray[np.float32], turns: Sequence[Turn], limit: int) -> Iterator[NearDuplicate]:
    upright, n_bits = np.ascontiguousarray(signs[:, 0]), signs.shape[2]
    for t, turn in enumerate(turns):
        turned = np.ascontiguousarray(signs[:, t])
        for start in range(0, len(signs), _ROWS_AT_ONCE):
            product = upright[start : start + _ROWS_AT_ONCE] @ turned.T
            for i, j in np.argwhere(product >= n_bits - 2 * limit).tolist():
                if (first := start + i) != j:
                    distance = (n_bits - int(product[i, j])) // 2  # Hamming
                    yield NearDuplicate(min(first, j), max(first, j), distance, turn)


def _signs(hashes: NDArray[np.bool_]) -> NDArray[np.float32]:
    """-1 and 1, so that a product is 256 less twice the Hamming distance; whole numbers this small are exact."""
    return np.where(hashes, np.float32(1), np.float32(-1))
