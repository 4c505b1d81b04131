"""What an audit is of: the parts of a set, and the images that lie beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.data.ham_extra import HAM_FOLDER, METADATA_FILE, read_ham_extra
from core.data.labelled import KAGGLE_FOLDER, LabelledImage, read_kaggle, read_labelled
from core.errors import DataFolderInvalid

_KAGGLE_PARTS = ("train", "test")


@dataclass(frozen=True, slots=True)
class Part:
    """Images under a name; `is_beside` where they are no part of the set itself, but lie beside it."""

    name: str
    images: tuple[LabelledImage, ...]
    is_beside: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """An image and the name of the part that it lies in."""

    part: str
    image: LabelledImage

    @property
    def key(self) -> tuple[str, str]:
        """Part and file name: what tells images of one audit apart."""
        return self.part, self.image.name


def read_parts(data: Path, provenance: Path | None = None, *, with_extra: bool = True) -> list[Part]:
    """Find out what `data` is and read all its parts.

    It is a folder with `train/` and `test/` or one of the two, one that holds the Kaggle set, `ham10000-extra`, a
    folder with benign/ and malignant/, or a CSV. Raises DataFolderInvalid where it is none of these.
    """
    data = data.resolve()
    root = _kaggle_root(data)
    if root is not None:
        parts = [_kaggle_part(root, name, provenance) for name in _KAGGLE_PARTS if (root / name).is_dir()]
        return parts + (_read_extra(data, root.parent) if with_extra else [])
    if data.name in _KAGGLE_PARTS and _kaggle_root(data.parent) == data.parent:
        return [_kaggle_part(data.parent, data.name, provenance)]
    if provenance is not None:
        raise DataFolderInvalid(f"{data} is no set with train/ and test/, so the provenance CSV names no file of it.")
    if (data / METADATA_FILE).is_file():
        return [Part(HAM_FOLDER, tuple(read_ham_extra(data)))]
    return [Part(data.stem, tuple(read_labelled(data)))]


def place(parts: Sequence[Part]) -> list[Placed]:
    """All images of all parts, one after another."""
    return [Placed(part.name, image) for part in parts for image in part.images]


def scopes(parts: Sequence[Part]) -> dict[str, list[LabelledImage]]:
    """What is counted, by name: each part, the set's own parts together, and these with what lies beside the set."""
    own = [part for part in parts if not part.is_beside]
    groups = [*([part] for part in parts), own, list(parts)]
    return {
        " + ".join(part.name for part in group): [image for part in group for image in part.images] for group in groups
    }


def _kaggle_root(data: Path) -> Path | None:
    for root in (data, data / KAGGLE_FOLDER):
        if any((root / name).is_dir() for name in _KAGGLE_PARTS):
            return root
    return None


def _kaggle_part(root: Path, name: str, provenance: Path | None) -> Part:
    return Part(name, tuple(read_kaggle(root, name, provenance)))


def _read_extra(*folders: Path) -> list[Part]:
    for folder in folders:
        if (folder / HAM_FOLDER / METADATA_FILE).is_file():
            return [Part(HAM_FOLDER, tuple(read_ham_extra(folder / HAM_FOLDER)), is_beside=True)]
    return []
