"""Pictures that are almost the same, by perceptual hash."""

import numpy as np
from imagehash import phash
from numpy.typing import NDArray
from PIL import Image

HASH_SIDE = 16  # 16 x 16 = 256 bits
MAX_DISTANCE = 40  # of 256 bits: the distance at which the data README counts 46 train-test pairs


def hash_frame(frame: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Perceptual hash (DCT) of uint8 (H, W, 3) RGB as 256 bits.

    Source: Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010.
    """
    bits = phash(Image.fromarray(frame), hash_size=HASH_SIDE).hash
    return np.asarray(bits, dtype=np.bool_).ravel()


def find_pairs(frames: NDArray[np.uint8], max_distance: int = MAX_DISTANCE) -> list[tuple[int, int]]:
    """Index pairs (i < j) of frames uint8 (N, H, W, 3) whose hashes differ in at most `max_distance` bits."""
    hashes = np.stack([hash_frame(frame) for frame in frames]).astype(np.float32)  # (N, 256) of 0 and 1
    ones = hashes.sum(axis=1)
    distance = ones[:, None] + ones[None, :] - 2 * (hashes @ hashes.T)  # Hamming, (N, N)
    first, second = np.nonzero(np.triu(distance <= max_distance, k=1))
    return list(zip(first.tolist(), second.tolist(), strict=True))
