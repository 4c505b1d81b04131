"""The embeddings of a network's training images, kept in the cache folder, so that similar ones can be shown."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.explanations.similar import EmbeddingIndex


@dataclass(frozen=True, slots=True)
class TrainingImage:
    """One image of a training set: `file` is its path in the folder of labelled images, with `/`; `diagnosis` and
    `confirm_type` are "" where they were not recorded."""

    file: str
    is_malignant: bool
    diagnosis: str = ""
    confirm_type: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class TrainingImages:
    """The images (N) with an index of their embeddings, whose ids are places among the images."""

    images: tuple[TrainingImage, ...]
    index: EmbeddingIndex


def training_images_file(cache: Path, weights_sha256: str) -> Path:
    """Where the embeddings by these weights are kept."""
    return cache / f"similar-{weights_sha256[:16]}.npz"


def write_training_images(
    images: tuple[TrainingImage, ...], embeddings: NDArray[Any], cache: Path, weights_sha256: str
) -> Path:
    """Keep images with their embeddings (N, D), as float16."""
    path = training_images_file(cache, weights_sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    np.savez(
        partial,
        embeddings=embeddings.astype(np.float16),
        files=np.array([image.file for image in images]),
        is_malignant=np.array([image.is_malignant for image in images]),
        diagnosis=np.array([image.diagnosis for image in images]),
        confirm_type=np.array([image.confirm_type for image in images]),
    )
    return partial.replace(path)


def read_training_images(cache: Path, weights_sha256: str) -> TrainingImages | None:
    """What was kept for these weights; None where nothing was, or it cannot be read: a cache is made again."""
    path = training_images_file(cache, weights_sha256)
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as kept:
            columns = [kept[name].tolist() for name in ("files", "is_malignant", "diagnosis", "confirm_type")]
            embeddings = kept["embeddings"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    images = tuple(TrainingImage(*values) for values in zip(*columns, strict=True))
    return TrainingImages(images, EmbeddingIndex.build(np.arange(len(images)), embeddings))
