"""A frame and its flips and quarter turns become one frame, and what is read from it can be turned back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from core.imaging.drawn import DrawnLesion, draw_lesion
from core.imaging.orientation import orient_frames, orientation_of


def eight(frame: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    turns = [np.rot90(frame, k) for k in range(4)]
    return turns + [turn[:, ::-1] for turn in turns]


@pytest.mark.parametrize(("centre_x", "centre_y"), [(0.3, 0.4), (0.7, 0.45), (0.45, 0.75), (0.6, 0.2)])
def test_all_eight_become_the_same_frame(centre_x: float, centre_y: float) -> None:
    frame = draw_lesion(DrawnLesion(96, 96, centre_x=centre_x, centre_y=centre_y))
    turned, orientations = orient_frames(np.stack(eight(frame)))
    assert all(np.array_equal(one, turned[0]) for one in turned)
    assert len(set(orientations)) == 8


def test_the_dark_mass_comes_to_the_right_and_below() -> None:
    frame = np.full((40, 40, 3), 200, dtype=np.uint8)
    frame[2:8, 12:18] = 20
    [turned], _ = orient_frames(frame[None])
    rows, columns = np.nonzero(turned[..., 0] == 20)
    assert columns.mean() - 19.5 > rows.mean() - 19.5 > 0


@given(arrays(np.uint8, (6, 6, 3)))
def test_undo_brings_back_what_apply_did(frame: NDArray[np.uint8]) -> None:
    orientation = orientation_of(frame)
    assert np.array_equal(orientation.undo(orientation.apply(frame)), frame)


def test_an_oblong_frame_keeps_its_shape() -> None:
    frame = np.random.default_rng(1).integers(0, 255, (30, 50, 3), dtype=np.uint8)
    turned, _ = orient_frames(np.stack([frame, frame[::-1, ::-1]]))
    assert turned.shape == (2, 30, 50, 3)
    assert np.array_equal(turned[0], turned[1])


def test_no_frames_stay_none() -> None:
    none = np.zeros((0, 8, 8, 3), dtype=np.uint8)
    assert orient_frames(none)[0].shape == none.shape
