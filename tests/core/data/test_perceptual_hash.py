"""Many hashes at once are the ones that `imagehash` gives one by one, in every turn."""

import numpy as np
import pytest
from imagehash import phash
from numpy.typing import NDArray
from PIL import Image

from core.data.near_duplicates import hash_frame
from core.data.perceptual_hash import THUMBNAIL_PX, TURNS, hash_thumbnails, make_thumbnail
from core.data.turn import Turn
from core.imaging.drawn import DrawnLesion, draw_lesion

PIL_TURN = {
    Turn.LEFT_RIGHT: Image.Transpose.FLIP_LEFT_RIGHT,
    Turn.TOP_BOTTOM: Image.Transpose.FLIP_TOP_BOTTOM,
    Turn.HALF: Image.Transpose.ROTATE_180,
    Turn.TRANSPOSED: Image.Transpose.TRANSPOSE,
    Turn.QUARTER: Image.Transpose.ROTATE_90,
    Turn.THREE_QUARTERS: Image.Transpose.ROTATE_270,
    Turn.TRANSVERSE: Image.Transpose.TRANSVERSE,
}


@pytest.fixture(scope="module")
def frames() -> list[NDArray[np.uint8]]:
    sizes = [(224, 224), (300, 225), (160, 213), (64, 64), (90, 61)]
    return [draw_lesion(DrawnLesion(width_px=w, height_px=h, seed=seed)) for seed, (w, h) in enumerate(sizes)]


def test_the_bits_are_those_of_imagehash(frames: list[NDArray[np.uint8]]) -> None:
    hashes = hash_thumbnails(np.stack([make_thumbnail(frame) for frame in frames]), [Turn.NONE])
    assert hashes.shape == (5, 1, 256)
    assert hashes.dtype == np.bool_
    assert np.array_equal(hashes[:, 0], np.stack([hash_frame(frame) for frame in frames]))


def test_noise_has_the_bits_of_imagehash_too() -> None:
    thumbnails = np.random.default_rng(1).integers(0, 256, (200, THUMBNAIL_PX, THUMBNAIL_PX), dtype=np.uint8)
    expected = [phash(Image.fromarray(one), hash_size=16).hash.ravel() for one in thumbnails]
    assert np.array_equal(hash_thumbnails(thumbnails, [Turn.NONE])[:, 0], np.stack(expected))


@pytest.mark.parametrize("turn", PIL_TURN)
def test_each_turn_has_the_bits_that_imagehash_gives_the_turned_picture(
    frames: list[NDArray[np.uint8]], turn: Turn
) -> None:
    thumbnails = [make_thumbnail(frame) for frame in frames]
    turned = [Image.fromarray(one).transpose(PIL_TURN[turn]) for one in thumbnails]
    expected = np.stack([phash(one, hash_size=16).hash.ravel() for one in turned])
    assert np.array_equal(hash_thumbnails(np.stack(thumbnails), [turn])[:, 0], expected)


def test_the_eight_turns_are_eight_and_the_first_is_none() -> None:
    assert (len(TURNS), TURNS[0]) == (8, Turn.NONE)
    assert set(TURNS) == set(Turn)
