"""Validation images that no network met: those on which both ways to split agree."""

from pathlib import Path

import numpy as np
import pytest

from core.training import unmet
from core.training.data import TrainingData, load_training_data
from core.training.recipe import Recipe, TrainingSet
from core.training.unmet import unmet_validation

RECIPE = Recipe(training_set=TrainingSet.CLINIC, input_px=32, validation_share=0.3)


@pytest.fixture(scope="module")
def data(root: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingData:
    return load_training_data(root, RECIPE, tmp_path_factory.mktemp("cache"))


def test_they_are_validation_images(root: Path, data: TrainingData) -> None:
    rows = unmet_validation(data, root, RECIPE)
    assert rows
    assert set(rows) <= set(data.split.validation)


def test_where_frames_of_both_sizes_have_the_same_pairs_all_of_them_are_left(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.training import data as training_data

    def none_alike(frames: np.ndarray) -> list[tuple[int, int]]:
        return []

    for module in (unmet, training_data):
        monkeypatch.setattr(module, "find_pairs", none_alike)
    alike = load_training_data(root, RECIPE, tmp_path)
    assert unmet_validation(alike, root, RECIPE) == sorted(alike.split.validation)
