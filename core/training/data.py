"""The images of a training: read, decoded once, grouped, split."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.frames import load_frames
from core.data.labelled import LabelledImage, count_malignant, hash_of_list, read_kaggle
from core.data.near_duplicates import find_pairs
from core.data.splits import Split, group_images, split_validation
from core.training.recipe import Recipe


@dataclass(frozen=True, slots=True, eq=False)
class TrainingData:
    """Frames uint8 (N, H, W, 3) RGB with their labels (N,), and which of them train and which validate."""

    images: list[LabelledImage]
    frames: NDArray[np.uint8]
    is_malignant: NDArray[np.bool_]
    split: Split
    n_near_duplicates: int

    def describe(self) -> dict[str, object]:
        """Counts and the hash of the file list, for the model card."""
        parts = {"train": self.split.train, "validation": self.split.validation}
        counts = {
            part: {"n": len(rows), "malignant": count_malignant([self.images[i] for i in rows])}
            for part, rows in parts.items()
        }
        return {
            **counts,
            "near_duplicate_pairs_kept_together": self.n_near_duplicates,
            "file_list_sha256": hash_of_list(self.images),
        }


def load_training_data(data: Path, recipe: Recipe, cache: Path) -> TrainingData:
    """Read the Kaggle set's train part and cut validation from it. Raises DataFolderInvalid.

    `recipe.limit` takes that many images of each class only, for a quick trial.
    """
    images = read_kaggle(data, "train")
    if recipe.limit is not None:
        images = [i for c in (False, True) for i in [x for x in images if x.is_malignant == c][: recipe.limit]]
    frames = load_frames(images, recipe.frame_rule, cache)
    pairs = find_pairs(frames)
    groups = group_images(images, pairs)
    return TrainingData(
        images=images,
        frames=frames,
        is_malignant=np.array([image.is_malignant for image in images]),
        split=split_validation(images, groups, share=recipe.validation_share, seed=recipe.seed),
        n_near_duplicates=len(pairs),
    )
