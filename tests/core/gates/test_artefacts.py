"""The shipped network marks what was drawn, where it was drawn; dark corners are found by their blackness."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import WeightsMissing
from core.gates.artefact_limits import choose_limits, read_sets
from core.gates.artefacts import (
    CELL_PX,
    DRAWN,
    FOLDER,
    SIDE_PX,
    ArtefactFinder,
    Limit,
    find_dark_corners,
    has_black_corners,
    read_limits,
    write_limits,
)
from core.imaging.artefacts import add_artefact
from core.imaging.drawn import DrawnLesion, draw_jpeg, draw_lesion
from core.settings import PROJECT_ROOT
from core.taxonomy import Artefact

LESION = draw_lesion(DrawnLesion(448, 448))


@pytest.fixture(scope="module")
def finder() -> ArtefactFinder:
    return ArtefactFinder.load(PROJECT_ROOT / "weights" / FOLDER)


@pytest.mark.parametrize("artefact", DRAWN)
def test_what_is_drawn_is_marked_where_it_was_drawn(finder: ArtefactFinder, artefact: Artefact) -> None:
    n_hit = 0
    for seed in range(5):
        drawn = add_artefact(LESION, artefact, np.random.default_rng(seed))
        found = finder.find(drawn)[artefact]
        changed = np.abs(drawn.astype(int) - LESION).max(axis=2) > 8
        near = cv2.dilate(cv2.resize(changed.astype(np.uint8), (SIDE_PX, SIDE_PX)), np.ones((9, 9), np.uint8)) > 0
        n_hit += bool(found.mask.any()) and (found.mask & near).sum() > 0.5 * found.mask.sum()
    assert n_hit >= 4


def test_dark_corners_are_black_that_reaches_two_corners() -> None:
    small = np.ascontiguousarray(LESION[::2, ::2])
    assert not find_dark_corners(small).any()
    drawn = add_artefact(small, Artefact.DARK_CORNERS, np.random.default_rng(0))
    mask = find_dark_corners(drawn)
    assert mask[0, 0] and mask[-1, -1]
    assert not mask[90:130, 90:130].any()


def test_shade_in_the_corners_is_no_round_field() -> None:
    small = np.ascontiguousarray(LESION[::2, ::2])
    y, x = np.mgrid[-1 : 1 : SIDE_PX * 1j, -1 : 1 : SIDE_PX * 1j]
    shaded = (small * (1 - 0.35 * (x**2 + y**2)[..., None])).astype(np.uint8)
    assert not has_black_corners(shaded)
    assert has_black_corners(add_artefact(small, Artefact.DARK_CORNERS, np.random.default_rng(0)))


def test_limits_are_kept_with_their_cuts(tmp_path: Path) -> None:
    limits = {artefact: Limit(0.1 * n, 0.01 * n) for n, artefact in enumerate(Artefact, 1)}
    write_limits(limits, tmp_path)
    assert read_limits(tmp_path) == limits


def test_names_are_those_of_what_is_flagged(finder: ArtefactFinder) -> None:
    drawn = add_artefact(LESION, Artefact.DARK_CORNERS, np.random.default_rng(1))
    assert str(Artefact.DARK_CORNERS) in finder.names(drawn)
    assert str(Artefact.DARK_CORNERS) not in finder.names(LESION)


def test_limits_flag_few_undrawn_frames_and_most_drawn_ones() -> None:
    """A finder whose probabilities are the frame's own darkness: hair is dark, and so is found."""
    frames = np.full((40, SIDE_PX, SIDE_PX, 3), 200, np.uint8)
    frames[:, 0, 0] = np.arange(40)[:, None]
    limits = choose_limits(DarknessFinder(), [list(frames[::2]), list(frames[1::2])])
    assert set(limits) == set(Artefact)
    assert 0 < limits[Artefact.HAIR].cut < 1
    assert limits[Artefact.HAIR].share < 0.01


def test_of_cuts_that_find_equally_many_the_middle_one_is_taken() -> None:
    """Hair is drawn darker than half, so that every cut up to there finds it in every frame."""
    frames = [np.full((SIDE_PX, SIDE_PX, 3), 255, np.uint8)] * 20
    assert 0.2 < choose_limits(DarknessFinder(), [frames])[Artefact.HAIR].cut < 0.7


def test_pictures_are_read_set_by_set(tmp_path: Path) -> None:
    paths = []
    for name in ("first/benign/1.jpg", "first/malignant/2.jpg", "second/benign/3.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(draw_jpeg(DrawnLesion(60, 40)))
        paths.append(tmp_path / name)
    assert [len(pictures) for pictures in read_sets(paths)] == [2, 1]


class DarknessFinder(ArtefactFinder):
    """Calls the darkness of a cell the probability of every artefact."""

    def __init__(self) -> None:
        pass

    def probabilities(self, small: NDArray[np.uint8]) -> NDArray[np.float32]:
        n = SIDE_PX // CELL_PX
        cells = small.min(axis=2).reshape(n, CELL_PX, n, CELL_PX).min(axis=(1, 3))
        return np.broadcast_to(1 - cells / np.float32(255), (len(DRAWN), n, n)).astype(np.float32)


def test_a_missing_network_is_told() -> None:
    with pytest.raises(WeightsMissing, match="artefacts"):
        ArtefactFinder.load(PROJECT_ROOT / "weights" / "nowhere")
