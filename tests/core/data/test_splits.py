"""Validation is cut so that no lesion and no near-duplicate lies on both sides, with the wanted share of each class."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.labelled import LabelledImage, read_kaggle
from core.data.splits import Split, group_images, split_validation
from core.training.data import load_training_data
from core.training.recipe import Recipe

Rows = list[tuple[int | None, bool]]
rows = st.lists(st.tuples(st.none() | st.integers(0, 15), st.booleans()), min_size=2, max_size=60)


def as_images(rows: Rows) -> list[LabelledImage]:
    return [
        LabelledImage(Path(str(n)), str(n), is_malignant=label, lesion=None if lesion is None else f"L{lesion}")
        for n, (lesion, label) in enumerate(rows)
    ]


@st.composite
def images_and_pairs(draw: st.DrawFn) -> tuple[list[LabelledImage], list[tuple[int, int]]]:
    images = as_images(draw(rows))
    index = st.integers(0, len(images) - 1)
    return images, draw(st.lists(st.tuples(index, index), max_size=10))


@given(images_and_pairs(), st.floats(0.05, 0.5), st.integers(0, 99))
def test_no_lesion_and_no_near_duplicate_on_both_sides(
    drawn: tuple[list[LabelledImage], list[tuple[int, int]]], share: float, seed: int
) -> None:
    images, pairs = drawn
    split = split_validation(images, group_images(images, pairs), share=share, seed=seed)
    train, validation = set(split.train), set(split.validation)
    assert not train & validation
    assert train | validation == set(range(len(images)))
    assert not {images[i].lesion for i in train} & {images[i].lesion for i in validation} - {None}
    assert all((i in train) == (j in train) for i, j in pairs)


@given(rows, st.floats(0.1, 0.5))
def test_each_class_gets_its_share_to_within_half_a_lesion(rows: Rows, share: float) -> None:
    images = as_images([(None if lesion is None else 2 * lesion + label, label) for lesion, label in rows])
    groups = group_images(images, [])
    split = split_validation(images, groups, share=share, seed=1)
    largest = max(Counter(groups).values())
    for label in (False, True):
        of_class = {i for i, image in enumerate(images) if image.is_malignant == label}
        held = len(of_class & set(split.validation))
        assert abs(held - share * len(of_class)) <= largest / 2


def test_groups_are_joined_across_lesions_and_near_duplicates() -> None:
    images = as_images([(1, False), (1, False), (2, False), (None, False), (None, False), (2, False)])
    groups = group_images(images, [(1, 3), (3, 2)])
    assert len({groups[i] for i in (0, 1, 2, 3, 5)}) == 1
    assert groups[4] != groups[0]


def test_images_of_an_unknown_lesion_are_not_one_lesion() -> None:
    assert len(set(group_images(as_images([(None, False)] * 4), []))) == 4


def test_the_same_seed_gives_the_same_split_and_another_gives_another() -> None:
    images = as_images([(None, n % 2 == 0) for n in range(60)])
    groups = group_images(images, [])
    splits = [split_validation(images, groups, share=0.2, seed=seed) for seed in (3, 3, 4)]
    assert splits[0] == splits[1] != splits[2]
    assert len(splits[0].validation) == 12


@pytest.mark.data
def test_the_real_train_part_keeps_its_lesions_together(labelled_data: Path) -> None:
    images = read_kaggle(labelled_data, "train")
    split = split_validation(images, group_images(images, []), share=0.15, seed=7)
    lesions = [{images[i].lesion for i in side} - {None} for side in (split.train, split.validation)]
    assert len(lesions[0]) > 1000
    assert not lesions[0] & lesions[1]
    _assert_shares(images, split)


@pytest.mark.data
def test_training_data_has_no_near_duplicate_on_both_sides(labelled_data: Path, tmp_path: Path) -> None:
    from core.data.near_duplicates import find_pairs

    data = load_training_data(labelled_data, Recipe(limit=150), tmp_path)
    validation = set(data.split.validation)
    pairs = find_pairs(data.frames)
    assert data.frames.shape == (300, 224, 224, 3)
    assert all((i in validation) == (j in validation) for i, j in pairs)
    assert data.n_near_duplicates == len(pairs)
    _assert_shares(data.images, data.split)


def _assert_shares(images: list[LabelledImage], split: Split) -> None:
    for label in (False, True):
        n = sum(image.is_malignant == label for image in images)
        held = sum(images[i].is_malignant == label for i in split.validation)
        assert held / n == pytest.approx(0.15, abs=0.01)
