"""The images of a training: read, decoded once, grouped, split."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.data.frames import load_frames
from core.data.ham_extra import HAM_CLASSES, diagnosis_of, read_ham_extra, split_ham_extra
from core.data.labelled import LabelledImage, count_malignant, hash_of_list, read_kaggle
from core.data.near_duplicates import find_pairs
from core.data.splits import Split, group_images, split_validation
from core.evaluation.about_set import find_repeats
from core.taxonomy import Diagnosis
from core.training.objective import UNKNOWN, Targets
from core.training.recipe import Recipe, TrainingSet

_SPLIT_RULE = (
    Recipe().frame_rule
)  # whatever a network's own input is: a warm restart must not meet its validation images
DIFFERENTIAL: tuple[Diagnosis, ...] = tuple(HAM_CLASSES.values())


@dataclass(frozen=True, slots=True, eq=False)
class TrainingData:
    """Frames uint8 (N, H, W, 3) RGB with what is known of them, and which of them train and which validate.

    `n_left_out` counts images that show a lesion, or a near-duplicate, of the test part.
    """

    images: list[LabelledImage]
    frames: NDArray[np.uint8]
    is_malignant: NDArray[np.bool_]
    split: Split
    n_near_duplicates: int
    n_left_out: int = 0

    @property
    def diagnosis(self) -> NDArray[np.int64]:
        """The number of each image's diagnosis in DIFFERENTIAL, or UNKNOWN."""
        codes = [diagnosis_of(image) for image in self.images]
        return np.array([UNKNOWN if code is None else DIFFERENTIAL.index(code) for code in codes], dtype=np.int64)

    @property
    def targets(self) -> Targets:
        """What the loss needs to know, for all images."""
        source = [np.nan if image.is_ham10000 is None else float(image.is_ham10000) for image in self.images]
        return Targets(
            is_malignant=torch.from_numpy(self.is_malignant.astype(np.float32)),
            diagnosis=torch.from_numpy(self.diagnosis),
            is_ham10000=torch.tensor(source, dtype=torch.float32),
        )

    def describe(self) -> dict[str, object]:
        """Counts and the hash of the file list, for the model card."""
        parts = {"train": self.split.train, "validation": self.split.validation}
        counts = {
            part: {"n": len(rows), "malignant": count_malignant([self.images[i] for i in rows])}
            for part, rows in parts.items()
        }
        return {
            **counts,
            "malignant_not_from_ham10000": sum(
                self.images[i].is_malignant and self.images[i].is_ham10000 is False for i in self.split.train
            ),
            "near_duplicate_pairs_kept_together": self.n_near_duplicates,
            "left_out_because_of_the_test_part": self.n_left_out,
            "file_list_sha256": hash_of_list(self.images),
        }


def load_training_data(data: Path, recipe: Recipe, cache: Path) -> TrainingData:
    """Read the images that the recipe's training set names and cut validation from them. Raises DataFolderInvalid.

    `recipe.limit` takes that many images of each class and source only, for a quick trial.
    """
    if recipe.training_set is TrainingSet.CLINIC:
        return _load_clinic(data, recipe, cache)
    images = _limit(read_kaggle(data, "train"), recipe.limit)
    frames = load_frames(images, recipe.frame_rule, cache)
    pairs = find_pairs(load_frames(images, _SPLIT_RULE, cache))
    split = split_validation(images, group_images(images, pairs), share=recipe.validation_share, seed=recipe.split_seed)
    return TrainingData(images, frames, _labels(images), split, len(pairs))


def _load_clinic(data: Path, recipe: Recipe, cache: Path) -> TrainingData:
    """The Kaggle train part, and the rest of HAM10000 without its test part; nothing that shows a test lesion."""
    extra = read_ham_extra(data)
    parts = {part: [extra[i] for i in rows] for part, rows in split_ham_extra(extra).items()}
    kaggle, train, validation = (
        _limit(part, recipe.limit) for part in (read_kaggle(data, "train"), parts["train"], parts["validation"])
    )
    candidates = [*kaggle, *train, *validation]
    test = [*read_kaggle(data, "test"), *parts["test"]]
    kept = _unlike_test(candidates, test if recipe.limit is None else test[: recipe.limit], cache)
    images = [candidates[i] for i in kept]
    pairs = find_pairs(np.asarray(load_frames(candidates, _SPLIT_RULE, cache))[kept])
    return TrainingData(
        images=images,
        frames=np.asarray(load_frames(candidates, recipe.frame_rule, cache))[kept],
        is_malignant=_labels(images),
        split=split_clinic(
            images, group_images(images, pairs), {id(image) for image in kaggle}, {id(i) for i in validation}, recipe
        ),
        n_near_duplicates=len(pairs),
        n_left_out=len(candidates) - len(images),
    )


def _unlike_test(candidates: Sequence[LabelledImage], test: Sequence[LabelledImage], cache: Path) -> list[int]:
    """Positions of the candidates that share neither a lesion nor a near-duplicate with a test image."""
    repeats = find_repeats(
        candidates,
        load_frames(candidates, _SPLIT_RULE, cache),
        test,
        load_frames(test, _SPLIT_RULE, cache),
    )
    return np.flatnonzero(~repeats.is_any).tolist()


def split_clinic(
    images: Sequence[LabelledImage], groups: Sequence[int], kaggle: set[int], validation: set[int], recipe: Recipe
) -> Split:
    """Validation is a share of the Kaggle images and HAM10000's own validation part; whole groups on one side."""
    of_kaggle = [i for i, image in enumerate(images) if id(image) in kaggle]
    cut = split_validation(
        [images[i] for i in of_kaggle],
        [groups[i] for i in of_kaggle],
        share=recipe.validation_share,
        seed=recipe.split_seed,
    )
    held = {groups[of_kaggle[i]] for i in cut.validation}
    held |= {groups[i] for i, image in enumerate(images) if id(image) in validation}
    sides: dict[bool, list[int]] = {True: [], False: []}
    for i, group in enumerate(groups):
        sides[group in held].append(i)
    return Split(train=tuple(sides[False]), validation=tuple(sides[True]))


def _limit(images: Sequence[LabelledImage], limit: int | None) -> list[LabelledImage]:
    """At most `limit` images of each class, in their order."""
    if limit is None:
        return list(images)
    return [i for c in (False, True) for i in [x for x in images if x.is_malignant == c][:limit]]


def _labels(images: Sequence[LabelledImage]) -> NDArray[np.bool_]:
    return np.array([image.is_malignant for image in images], dtype=np.bool_)
