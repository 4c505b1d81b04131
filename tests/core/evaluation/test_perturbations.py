"""Small changes of a picture: what they keep, what they change, and by how much."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evaluation.perturbations import PERTURBATIONS, Family, Perturbation

BY_NAME = {each.name: each for each in PERTURBATIONS}
SYMMETRIES = [each for each in PERTURBATIONS if each.family is Family.SYMMETRY]
MILD = [each for each in PERTURBATIONS if each.family is Family.MILD]


def make_frames(height_px: int = 64, width_px: int = 64) -> NDArray[np.uint8]:
    """Two smooth pictures whose red grows to the right and whose green grows downwards."""
    y, x = np.mgrid[0:height_px, 0:width_px]
    red, green = 40 + 150 * x / width_px, 40 + 150 * y / height_px
    first = np.stack([red, green, np.full_like(red, 90)], axis=-1)
    return np.stack([first, 255 - first]).astype(np.uint8)


def apply(name: str, frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return BY_NAME[name].apply(frames)


@pytest.mark.parametrize("perturbation", PERTURBATIONS, ids=lambda each: each.name)
def test_size_and_type_stay_the_same_frames_give_the_same_result_and_are_left_alone(
    perturbation: Perturbation,
) -> None:
    frames = make_frames(48, 64)
    before = frames.copy()
    changed = perturbation.apply(frames)
    assert changed.shape == frames.shape
    assert changed.dtype == np.uint8
    assert np.array_equal(changed, perturbation.apply(frames))
    assert np.array_equal(frames, before)
    assert not np.array_equal(changed, frames)


def test_the_symmetries_are_the_seven_of_a_square_and_lose_no_pixel() -> None:
    frames = make_frames()
    results = {each.apply(frames).tobytes() for each in SYMMETRIES}
    assert len(results) == len(SYMMETRIES) == 7
    expected = {turned.tobytes() for k in range(4) for turned in (quarter(frames, k), quarter(frames[:, :, ::-1], k))}
    assert results == expected - {frames.tobytes()}


def quarter(frames: NDArray[np.uint8], k: int) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.rot90(frames, k, axes=(1, 2)))


@pytest.mark.parametrize("perturbation", MILD, ids=lambda each: each.name)
def test_mild_changes_are_mild(perturbation: Perturbation) -> None:
    frames = make_frames()
    change = np.abs(perturbation.apply(frames).astype(float) - frames).mean()
    assert 0 < change < 16  # of 255


def test_brightness_scales_every_channel() -> None:
    frames = np.full((1, 8, 8, 3), 100, dtype=np.uint8)
    assert apply("brighter", frames).mean() == pytest.approx(110, abs=1)
    assert apply("darker", frames).mean() == pytest.approx(90, abs=1)


def test_a_turn_by_ten_degrees_moves_the_edge_and_blackens_no_corner() -> None:
    frames = np.full((1, 96, 96, 3), 200, dtype=np.uint8)
    frames[:, :, 48:] = 100
    turned = apply("rotated_10_degrees", frames)
    assert turned.min() >= 80  # cubic resampling overshoots a little; a black corner would be 0
    edge_px = [int(np.argmax(np.abs(np.diff(turned[0, row, :, 0].astype(int))))) for row in (10, 85)]
    assert abs(edge_px[0] - edge_px[1]) == pytest.approx(75 * np.tan(np.radians(10)), abs=2)


def test_a_crop_shows_the_middle_ninetieth_larger() -> None:
    frames = make_frames(100, 100)
    cropped = apply("cropped_10_percent", frames)
    assert cropped[0, 50, 0, 0] == pytest.approx(frames[0, 50, 5, 0], abs=2)
    assert cropped[0, 50, 99, 0] == pytest.approx(frames[0, 50, 94, 0], abs=2)
    assert cropped[0, 50, 50, 0] == pytest.approx(frames[0, 50, 50, 0], abs=2)


def test_blur_softens_an_edge() -> None:
    frames = np.zeros((1, 32, 32, 3), dtype=np.uint8)
    frames[:, :, 16:] = 255
    blurred = apply("blurred", frames)
    assert 0 < blurred[0, 16, 15, 0] < blurred[0, 16, 16, 0] < 255
    assert (blurred[0, 16, 0, 0], blurred[0, 16, 31, 0]) == (0, 255)
