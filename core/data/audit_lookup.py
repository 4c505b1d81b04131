"""The pictures behind the pairs of an audit, where the labelled images are at hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.data.audit_parts import place, read_parts
from core.data.audit_result import Audit, Picture
from core.data.labelled import hash_of_list


@dataclass(frozen=True, slots=True)
class FoundPictures:
    """Files by part and name, and whether the folder holds all the parts that were audited, as they were."""

    files: dict[tuple[str, str], Path]
    is_same_list: bool


def find_audited(data: Path, audit: Audit, pictures: Iterable[Picture]) -> FoundPictures:
    """Look up pictures in the folder of labelled images; one with another label is not the same picture.

    Raises DataFolderInvalid where the folder holds no labelled images.
    """
    parts = read_parts(data)
    listed = {part.name: hash_of_list(part.images) for part in parts}
    placed = {one.key: one.image for one in place(parts)}
    return FoundPictures(
        files={
            picture.key: image.path
            for picture in pictures
            if (image := placed.get(picture.key)) and image.is_malignant == picture.is_malignant
        },
        is_same_list=all(listed.get(part.part) == part.file_list_sha256 for part in audit.parts),
    )
