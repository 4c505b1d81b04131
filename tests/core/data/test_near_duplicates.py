"""Near-duplicates are found whatever was done to the file, and different lesions are not taken for one."""

import io

import numpy as np
from imagehash import phash
from numpy.typing import NDArray
from PIL import Image

from core.data.near_duplicates import find_pairs, hash_frame
from core.imaging.drawn import DrawnLesion, draw_lesion


def frame(seed: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    lesion = DrawnLesion(
        width_px=224, height_px=224, centre_x=rng.uniform(0.3, 0.7), centre_y=rng.uniform(0.3, 0.7), seed=seed
    )
    return draw_lesion(lesion)


def as_jpeg(pixels: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


def test_a_recompressed_and_a_brightened_copy_are_pairs_and_other_lesions_are_not() -> None:
    first, second, third = frame(1), frame(2), frame(3)
    brighter = np.clip(second.astype(int) + 12, 0, 255).astype(np.uint8)
    frames = np.stack([first, second, as_jpeg(first, 70), third, brighter])
    assert find_pairs(frames) == [(0, 2), (1, 4)]


def test_the_distance_is_the_hamming_distance_of_the_hashes() -> None:
    frames = np.stack([frame(seed) for seed in range(6)])
    hashes = [phash(Image.fromarray(one), hash_size=16) for one in frames]
    distances = sorted(hashes[i] - hashes[j] for i in range(6) for j in range(i + 1, 6))
    for limit in (distances[0] - 1, distances[0], distances[7]):
        expected = [(i, j) for i in range(6) for j in range(i + 1, 6) if hashes[i] - hashes[j] <= limit]
        assert find_pairs(frames, limit) == expected


def test_a_hash_has_256_bits() -> None:
    bits = hash_frame(frame(1))
    assert bits.shape == (256,)
    assert bits.dtype == np.bool_
