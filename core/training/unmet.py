"""Validation images that no network was trained on, whatever split it was trained by."""

from pathlib import Path

from core.data.ham_extra import HAM_FOLDER, read_ham_extra, split_ham_extra
from core.data.near_duplicates import find_pairs
from core.data.splits import group_images
from core.training.data import TrainingData, split_clinic
from core.training.recipe import Recipe


def unmet_validation(data: TrainingData, root: Path, recipe: Recipe) -> list[int]:
    """Rows of the validation images that validate by near-duplicates in frames of the network's own size, too.

    Networks were once split by those: one of the three whose mean `clinic` is met 205 of 1,435 (decision 26). `root` is
    the folder of labelled images.
    """
    extra = read_ham_extra(root)
    held = {extra[i].path for i in split_ham_extra(extra)["validation"]}
    by_own = split_clinic(
        data.images,
        group_images(data.images, find_pairs(data.frames)),
        {id(image) for image in data.images if HAM_FOLDER not in image.path.parts},
        {id(image) for image in data.images if image.path in held},
        recipe,
    )
    return sorted(set(by_own.validation) & set(data.split.validation))
