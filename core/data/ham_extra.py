"""`ham10000-extra`: the HAM10000 images of lesions that the Kaggle set does not show, and their three parts."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.data.labelled import LabelledImage
from core.errors import DataFolderInvalid
from core.taxonomy import Diagnosis

HAM_FOLDER = "ham10000-extra"
METADATA_FILE = "metadata.csv"
HAM_CLASSES = {
    "nv": Diagnosis.NEVUS,
    "mel": Diagnosis.MELANOMA,
    "bkl": Diagnosis.PIGMENTED_BENIGN_KERATOSIS,
    "bcc": Diagnosis.BASAL_CELL_CARCINOMA,
    "akiec": Diagnosis.ACTINIC_KERATOSIS,
    "vasc": Diagnosis.VASCULAR_LESION,
    "df": Diagnosis.DERMATOFIBROMA,
}  # the column dx, in the abbreviations of Tschandl et al., Sci Data 2018, 180161
PARTS = ("train", "validation", "test")
_PART_ENDS = (0.70, 0.85)  # shares of each class's images at which train and validation end


def read_ham_extra(data: Path) -> list[LabelledImage]:
    """Read all images in the order of the CSV; `data` is the folder itself or the one that holds it.

    Raises DataFolderInvalid where the layout, a label or a class is not as expected.
    """
    root = data if (data / METADATA_FILE).is_file() else data / HAM_FOLDER
    path = root / METADATA_FILE
    if not path.is_file():
        raise DataFolderInvalid(f"{data} holds neither {METADATA_FILE} nor {HAM_FOLDER}/{METADATA_FILE}.")
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = {"isic_id", "lesion_id", "dx", "malignant"} - set(reader.fieldnames or ())
        if missing:
            raise DataFolderInvalid(f"{path} lacks the column {', '.join(sorted(missing))}.")
        return [_to_image(row, root, line) for line, row in enumerate(reader, start=2)]


def diagnosis_of(image: LabelledImage) -> Diagnosis | None:
    """Which of the seven HAM classes an image is known to show, by its column dx; None where that is not known."""
    return HAM_CLASSES.get(image.facts.get("dx", ""))


def split_ham_extra(images: Sequence[LabelledImage], seed: int = 7) -> dict[str, tuple[int, ...]]:
    """Positions of the images of each part: 70% train, 15% validation, 15% test of each class, whole lesions in one.

    The same images give the same parts in whatever order they come.
    """
    lesions: dict[str, list[int]] = defaultdict(list)
    for i in sorted(range(len(images)), key=lambda i: images[i].name):
        lesions[images[i].lesion or images[i].name].append(i)
    classes: dict[str, list[str]] = defaultdict(list)
    for lesion in sorted(lesions):
        classes[images[lesions[lesion][0]].facts["dx"]].append(lesion)
    parts: dict[str, list[int]] = {part: [] for part in PARTS}
    for dx in sorted(classes):
        _deal([lesions[lesion] for lesion in classes[dx]], parts, np.random.default_rng([seed, *dx.encode()]))
    return {part: tuple(sorted(members)) for part, members in parts.items()}


def _deal(lesions: Sequence[list[int]], parts: dict[str, list[int]], rng: np.random.Generator) -> None:
    """Put each lesion of one class, in a drawn order, where the middle of its images falls."""
    n = sum(len(members) for members in lesions)
    n_dealt = 0
    for k in rng.permutation(len(lesions)).tolist():
        middle = (n_dealt + len(lesions[k]) / 2) / n
        parts[PARTS[int(np.searchsorted(_PART_ENDS, middle, side="right"))]].extend(lesions[k])
        n_dealt += len(lesions[k])


def _to_image(row: dict[str, str], root: Path, line: int) -> LabelledImage:
    if row["malignant"] not in ("0", "1"):
        raise DataFolderInvalid(f"{METADATA_FILE}, line {line}: malignant is {row['malignant']!r}; expected 0 or 1.")
    if row["dx"] not in HAM_CLASSES:
        raise DataFolderInvalid(
            f"{METADATA_FILE}, line {line}: dx is {row['dx']!r}; expected one of {', '.join(HAM_CLASSES)}."
        )
    name = f"images/{row['isic_id']}.jpg"
    return LabelledImage(
        path=root / name,
        name=name,
        is_malignant=row["malignant"] == "1",
        lesion=row["lesion_id"] or None,
        diagnosis=row.get("diagnosis") or None,
        is_ham10000=True,
        facts=row,
    )
