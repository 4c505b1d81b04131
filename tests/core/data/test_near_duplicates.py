"""Near-duplicates are found whatever was done to the file, and different lesions are not taken for one."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from imagehash import phash
from numpy.typing import NDArray
from PIL import Image

from core.data import near_duplicates
from core.data.near_duplicates import compare_turned, find_pairs, find_turned_pairs, hash_frame
from core.data.perceptual_hash import hash_thumbnails, make_thumbnail
from core.data.turn import Turn
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


def hashes_of(*frames: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return hash_thumbnails(np.stack([make_thumbnail(one) for one in frames]))


@pytest.mark.parametrize(
    ("change", "back"),
    [
        (np.fliplr, Turn.LEFT_RIGHT),
        (np.flipud, Turn.TOP_BOTTOM),
        (np.rot90, Turn.QUARTER),
        (lambda pixels: np.rot90(pixels, 3), Turn.THREE_QUARTERS),
        (lambda pixels: pixels.transpose(1, 0, 2), Turn.TRANSPOSED),
    ],
)
def test_a_flipped_or_turned_copy_is_a_pair_and_other_lesions_are_not(
    change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]], back: Turn
) -> None:
    copy = as_jpeg(np.ascontiguousarray(change(frame(1))), 80)
    [pair] = find_turned_pairs(hashes_of(frame(1), frame(2), copy, frame(3)))
    assert (pair.first, pair.second) == (0, 2)
    assert pair.distance <= 12
    assert pair.turn in (back, {Turn.QUARTER: Turn.THREE_QUARTERS, Turn.THREE_QUARTERS: Turn.QUARTER}.get(back))
    assert find_pairs(np.stack([frame(1), frame(2), copy, frame(3)])) == []


def test_more_pictures_than_one_block_are_all_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = np.random.default_rng(2).random((30, 8, 256)) < 0.5
    monkeypatch.setattr(near_duplicates, "_ROWS_AT_ONCE", 7)
    found = {(pair.first, pair.second): pair.distance for pair in find_turned_pairs(hashes, max_distance=105)}
    expected = {(i, j): compare_turned(hashes, i, j).distance for i in range(30) for j in range(i + 1, 30)}
    assert found == {key: distance for key, distance in expected.items() if distance <= 105}
    assert 0 < len(found) < len(expected)
