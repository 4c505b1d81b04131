"""The same picture as another camera and file would give it."""

import numpy as np

from core.gates.storage import vary_storage
from core.imaging.drawn import DrawnLesion, draw_lesion


def test_a_picture_keeps_its_size_and_what_it_shows() -> None:
    lesion = draw_lesion(DrawnLesion(240, 180, seed=1))
    for seed in range(12):
        stored = vary_storage(lesion, np.random.default_rng(seed))
        assert stored.shape == lesion.shape
        assert stored.dtype == np.uint8
        assert np.corrcoef(stored.ravel(), lesion.ravel())[0, 1] > 0.9


def test_the_same_chance_gives_the_same_file_and_another_another() -> None:
    lesion = draw_lesion(DrawnLesion(120, 90, seed=2))
    first, same, other = (vary_storage(lesion, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


def test_files_come_back_sharper_and_softer() -> None:
    texture = np.random.default_rng(0).integers(90, 160, (60, 60, 3), dtype=np.uint8)
    picture = np.kron(texture, np.ones((4, 4, 1), np.uint8))
    steps = [np.abs(np.diff(vary_storage(picture, np.random.default_rng(s)).astype(int), axis=0)) for s in range(40)]
    own = np.abs(np.diff(picture.astype(int), axis=0)).max()
    assert min(step.max() for step in steps) < own < max(step.max() for step in steps)
