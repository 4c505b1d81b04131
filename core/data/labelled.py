"""Labelled images on disk: a folder with `benign/` and `malignant/`, or a CSV with `file,malignant`."""

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import DataFolderInvalid
from core.imaging.decode import EXTENSIONS

KAGGLE_FOLDER = "skin-cancer-malignant-vs-benign"
PROVENANCE_FILE = "kaggle_provenance.csv"
_LABELS = {"benign": False, "malignant": True}


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """One image with what is known of it.

    `name` is its path relative to the folder or CSV it came from, with `/`; `lesion` groups images of one lesion;
    `is_ham10000` is None where the source is unknown. `facts` holds further metadata columns as they were read.
    """

    path: Path
    name: str
    is_malignant: bool
    lesion: str | None = None
    diagnosis: str | None = None
    is_ham10000: bool | None = None
    facts: dict[str, str] = field(default_factory=dict, compare=False)


def read_labelled(source: Path) -> list[LabelledImage]:
    """Read a folder that holds `benign/` and `malignant/`, or a CSV with the columns `file,malignant`.

    Raises DataFolderInvalid where it is neither, or holds no image.
    """
    if source.is_dir():
        images = _read_folder(source)
    elif source.is_file():
        images = _read_csv(source)
    else:
        raise DataFolderInvalid(f"There is no folder or CSV at {source}.")
    if not images:
        raise DataFolderInvalid(f"{source} holds no labelled image.")
    return images


def read_kaggle(data: Path, part: str, provenance_csv: Path | None = None) -> list[LabelledImage]:
    """Read the `train` or `test` part of the Kaggle set, with what is known of where each file came from.

    `data` is the set's own folder or the one that holds it; unless given, the provenance CSV is looked for beside the
    set. Raises DataFolderInvalid where the layout is not as expected.
    """
    root = data if (data / part).is_dir() else data / KAGGLE_FOLDER
    if not (root / part).is_dir():
        raise DataFolderInvalid(f"{data} holds neither {part}/ nor {KAGGLE_FOLDER}/{part}/.")
    provenance = read_provenance_csv(provenance_csv) if provenance_csv else read_provenance(data, root.parent)
    images = read_labelled(root / part)
    return [_with_provenance(image, part, provenance) for image in images]


def read_provenance(*folders: Path) -> dict[str, dict[str, str]]:
    """Rows of the first `kaggle_provenance.csv` found in the folders, by file name; empty where there is none."""
    for folder in folders:
        path = folder / PROVENANCE_FILE
        if path.is_file():
            return read_provenance_csv(path)
    return {}


def read_provenance_csv(path: Path) -> dict[str, dict[str, str]]:
    """Rows by file name, such as `train/benign/1.jpg`. Raises DataFolderInvalid where the CSV is not as expected."""
    if not path.is_file():
        raise DataFolderInvalid(
            f"There is no provenance CSV at {path}.", "Give the CSV that says where files are from."
        )
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        missing = {"kaggle_file", "lesion_id", "diagnosis"} - set(reader.fieldnames or ())
        if missing:
            raise DataFolderInvalid(f"{path} lacks the column {', '.join(sorted(missing))}.")
        return {row["kaggle_file"]: row for row in reader}


def hash_of_list(images: Iterable[LabelledImage]) -> str:
    """SHA-256 over the sorted names and labels: two evaluations with the same value used the same list of files."""
    lines = sorted(f"{image.name},{int(image.is_malignant)}" for image in images)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def count_malignant(images: Sequence[LabelledImage]) -> int:
    """How many of the images are labelled malignant."""
    return sum(image.is_malignant for image in images)


def _read_folder(root: Path) -> list[LabelledImage]:
    missing = [label for label in _LABELS if not (root / label).is_dir()]
    if missing:
        raise DataFolderInvalid(f"{root} has no folder {' and no folder '.join(missing)}.")
    return [
        LabelledImage(path=path, name=f"{label}/{path.name}", is_malignant=is_malignant)
        for label, is_malignant in _LABELS.items()
        for path in sorted((root / label).iterdir())
        if path.suffix.lower().lstrip(".") in EXTENSIONS
    ]


def _read_csv(path: Path) -> list[LabelledImage]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        missing = {"file", "malignant"} - set(reader.fieldnames or ())
        if missing:
            raise DataFolderInvalid(f"{path} lacks the column {', '.join(sorted(missing))}; expected file,malignant.")
        return [_row_to_image(row, path, line) for line, row in enumerate(reader, start=2)]


def _row_to_image(row: dict[str, str], csv_path: Path, line: int) -> LabelledImage:
    if row["malignant"] not in ("0", "1"):
        raise DataFolderInvalid(f"{csv_path}, line {line}: malignant is {row['malignant']!r}; expected 0 or 1.")
    return LabelledImage(
        path=csv_path.parent / row["file"],
        name=row["file"],
        is_malignant=row["malignant"] == "1",
        lesion=row.get("lesion_id") or None,
        diagnosis=row.get("diagnosis") or None,
        facts=row,
    )


def _with_provenance(image: LabelledImage, part: str, rows: dict[str, dict[str, str]]) -> LabelledImage:
    row = rows.get(f"{part}/{image.name}")
    return LabelledImage(
        path=image.path,
        name=image.name,
        is_malignant=image.is_malignant,
        lesion=(row["lesion_id"] or None) if row else None,
        diagnosis=(row["diagnosis"] or None) if row else None,
        is_ham10000=row is not None if rows else None,
        facts=row or {},
    )
