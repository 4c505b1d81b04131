"""Which images an evaluation is about, and which of them can be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.frames import load_frames
from core.data.ham_extra import HAM_FOLDER, read_ham_extra, split_ham_extra
from core.data.ham_extra import PARTS as HAM_PARTS
from core.data.labelled import KAGGLE_FOLDER, LabelledImage, read_kaggle, read_labelled
from core.errors import DataFolderInvalid, ImageRejected
from core.evaluation.results import Rejected
from core.imaging.decode import decode
from core.imaging.frame import FrameRule

HAM_SETS = {f"{HAM_FOLDER}-{part}": part for part in HAM_PARTS}
_PARTS = ("train", "test")


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """Images under a name; `train` is the train part of the same folder, where it has one.

    `is_test` marks images that are to choose nothing: every scoring of them is logged (see `scoring_log`).
    `is_training` marks those that networks learn from or are chosen by: figures of them are no test.
    """

    name: str
    images: tuple[LabelledImage, ...]
    train: tuple[LabelledImage, ...] | None = None
    is_test: bool = False
    is_training: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ReadableSet:
    """The images that could be decoded, their frames uint8 (N, H, W, 3) RGB, and the files that could not."""

    images: tuple[LabelledImage, ...]
    frames: NDArray[np.uint8]
    rejected: tuple[Rejected, ...]


def open_set(data: Path, name: str | None = None) -> EvaluationSet:
    """Find out what `data` is: the Kaggle set's folder (or one that holds it; `name` then chooses the part, "test"
    unless given), one of its parts, a folder with benign/ and malignant/, or a CSV. The names `ham10000-extra-train`,
    `-validation` and `-test` choose a part of the further HAM10000 images.

    Raises DataFolderInvalid where it is none of these.
    """
    data = data.resolve()
    if name in HAM_SETS:
        return _open_ham_part(data, name, HAM_SETS[name])
    if any((data / folder).is_dir() for folder in (*_PARTS, KAGGLE_FOLDER)):
        return _open_part(data, name or "test", name or "test")
    if data.name in _PARTS and all((data.parent / part).is_dir() for part in _PARTS):
        return _open_part(data.parent, data.name, name or data.name)
    return EvaluationSet(name or data.stem, tuple(read_labelled(data)))


def read_frames(images: Sequence[LabelledImage], rule: FrameRule, cache: Path | None) -> ReadableSet:
    """Decode and resize all images, setting broken or missing files aside with the reason.

    Raises DataFolderInvalid where none can be read.
    """
    try:
        return ReadableSet(tuple(images), load_frames(images, rule, cache), ())
    except (ImageRejected, FileNotFoundError):
        reasons = [_why_unreadable(image.path) for image in images]
    readable = tuple(image for image, reason in zip(images, reasons, strict=True) if not reason)
    if not readable:
        raise DataFolderInvalid(f"None of the {len(images)} images can be read; the first: {reasons[0]}")
    rejected = [Rejected(image.name, reason) for image, reason in zip(images, reasons, strict=True) if reason]
    return ReadableSet(readable, load_frames(readable, rule, cache), tuple(rejected))


def _open_part(root: Path, part: str, name: str) -> EvaluationSet:
    images = tuple(read_kaggle(root, part))
    has_train = part != "train" and any((folder / "train").is_dir() for folder in (root, root / KAGGLE_FOLDER))
    train = tuple(read_kaggle(root, "train")) if has_train else None
    return EvaluationSet(name, images, train, is_test=part == "test", is_training=part != "test")


def _open_ham_part(data: Path, name: str, part: str) -> EvaluationSet:
    """Without its train part: the split keeps lesions apart, so that nothing of it can be a repeat by lesion."""
    images = read_ham_extra(data)
    chosen = tuple(images[i] for i in split_ham_extra(images)[part])
    return EvaluationSet(name, chosen, is_test=part == "test", is_training=part != "test")


def _why_unreadable(path: Path) -> str:
    """The sentence for the reader, or "" where the file is in order."""
    try:
        decode(path.read_bytes())
    except ImageRejected as error:
        return str(error)
    except FileNotFoundError:
        return "This file does not exist."
    return ""
