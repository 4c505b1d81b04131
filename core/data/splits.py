"""Cutting a validation part from train so that no lesion, and no near-duplicate, lies on both sides."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.data.labelled import LabelledImage


@dataclass(frozen=True, slots=True)
class Split:
    """Positions, in the list that was split, of the images to train on and of those to validate on."""

    train: tuple[int, ...]
    validation: tuple[int, ...]


def group_images(images: Sequence[LabelledImage], near_duplicates: Iterable[tuple[int, int]]) -> list[int]:
    """Give each image the number of its group: images of one lesion and near-duplicates share one, transitively."""
    parent = list(range(len(images)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first_of_lesion: dict[str, int] = {}
    for i, image in enumerate(images):
        if image.lesion is not None:
            parent[root(i)] = root(first_of_lesion.setdefault(image.lesion, i))
    for i, j in near_duplicates:
        parent[root(i)] = root(j)
    return [root(i) for i in range(len(images))]


def split_validation(images: Sequence[LabelledImage], groups: Sequence[int], *, share: float, seed: int) -> Split:
    """Put whole groups into validation until `share` of each class (by the group's first image) is there."""
    members: dict[int, list[int]] = defaultdict(list)
    for i, group in enumerate(groups):
        members[group].append(i)
    order = np.random.default_rng(seed).permutation(sorted(members)).tolist()
    wanted = {label: share * sum(image.is_malignant == label for image in images) for label in (False, True)}
    validation: list[int] = []
    for group in order:
        label = images[members[group][0]].is_malignant
        if wanted[label] >= len(members[group]) / 2:
            validation += members[group]
            wanted[label] -= len(members[group])
    held = set(validation)
    return Split(train=tuple(i for i in range(len(images)) if i not in held), validation=tuple(sorted(validation)))
