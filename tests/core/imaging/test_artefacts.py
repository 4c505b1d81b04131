"""Each artefact changes the picture where it should, the same way for the same seed."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.imaging.artefacts import add_artefact
from core.imaging.drawn import DrawnLesion, draw_lesion
from core.taxonomy import Artefact


@pytest.fixture(scope="module")
def lesion() -> NDArray[np.uint8]:
    return draw_lesion(DrawnLesion(160, 120))


@pytest.mark.parametrize("artefact", list(Artefact))
def test_the_picture_changes_in_part_and_the_original_not_at_all(lesion: NDArray[np.uint8], artefact: Artefact) -> None:
    kept = lesion.copy()
    for seed in range(5):
        drawn = add_artefact(lesion, artefact, np.random.default_rng(seed))
        changed = (drawn != lesion).any(axis=2).mean()
        assert drawn.shape == lesion.shape
        assert drawn.dtype == np.uint8
        assert 0.0005 < changed < 0.9, (artefact, seed)
    assert np.array_equal(lesion, kept)


@pytest.mark.parametrize("artefact", list(Artefact))
def test_a_seed_gives_the_same_drawing(lesion: NDArray[np.uint8], artefact: Artefact) -> None:
    first, same, other = (add_artefact(lesion, artefact, np.random.default_rng(seed)) for seed in (4, 4, 5))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


def test_dark_corners_leave_the_middle_alone(lesion: NDArray[np.uint8]) -> None:
    drawn = add_artefact(lesion, Artefact.DARK_CORNERS, np.random.default_rng(0))
    assert np.array_equal(drawn[40:80, 50:110], lesion[40:80, 50:110])
    assert drawn[0, 0].max() < 90


def test_hair_is_darker_and_bubbles_are_lighter_than_skin(lesion: NDArray[np.uint8]) -> None:
    skin = lesion.astype(int)
    hair = add_artefact(lesion, Artefact.HAIR, np.random.default_rng(0)).astype(int) - skin
    bubbles = add_artefact(lesion, Artefact.BUBBLES, np.random.default_rng(0)).astype(int) - skin
    assert hair.sum() < 0 < bubbles.sum()
