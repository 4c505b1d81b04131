"""The pictures behind a list of errors, where the labelled images are at hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.data.labelled import LabelledImage, hash_of_list
from core.evaluation.predictions import ScoredImage
from core.evaluation.results import Evaluation
from core.evaluation.sets import open_set


@dataclass(frozen=True, slots=True)
class FoundPictures:
    """Labelled images by the name they have in `predictions.csv`, and whether the folder is the one measured."""

    images: dict[str, LabelledImage]
    is_same_list: bool


def find_pictures(data: Path, evaluation: Evaluation, rows: Sequence[ScoredImage]) -> FoundPictures:
    """Look up the images of some rows in the folder of labelled images; one with another label is not the same image.

    Raises DataFolderInvalid where the folder does not hold the set.
    """
    listed = {image.name: image for image in open_set(data, evaluation.set_name).images}
    rejected = {item.file for item in evaluation.rejected}
    readable = [image for image in listed.values() if image.name not in rejected]
    found = {row.file: listed[row.file] for row in rows if row.file in listed}
    return FoundPictures(
        images={row.file: found[row.file] for row in rows if row.file in found and _has_label(found[row.file], row)},
        is_same_list=hash_of_list(readable) == evaluation.file_list_sha256,
    )


def _has_label(image: LabelledImage, row: ScoredImage) -> bool:
    return image.is_malignant == row.malignant
