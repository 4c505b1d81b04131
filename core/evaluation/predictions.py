"""One row per scored image: what charts, error lists and paired tests are made from."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.labelled import LabelledImage
from core.errors import DataFolderInvalid
from core.evaluation.bootstrap import group_by_lesion

PREDICTIONS_FILE = "predictions.csv"
_NONE_FOUND = "none"
_FLAGS = {"1": True, "0": False, "": None}


@dataclass(frozen=True, slots=True)
class ScoredImage:
    """A row of `predictions.csv`; "" or None where a thing is not known.

    `malignant_probability` is calibrated; `repeats_train` says whether training saw its lesion or a near-duplicate,
    `lesion_in_train` whether it saw its lesion. `sharpness` is that of `core.imaging.quality` in grey levels, of the
    frame that the network saw; `artefacts` are names joined by "; ", None where nobody looked for them.
    """

    file: str
    malignant: bool
    malignant_probability: float
    logit: float
    lesion_id: str = ""
    diagnosis: str = ""
    is_ham10000: bool | None = None
    repeats_train: bool | None = None
    age_approx: str = ""
    sex: str = ""
    anatom_site: str = ""
    lesion_in_train: bool | None = None
    confirm_type: str = ""
    sharpness: float | None = None
    artefacts: str | None = None


@dataclass(frozen=True, slots=True)
class Predictions:
    """All scored images of a set, with the columns that figures are made from as arrays (N,)."""

    rows: tuple[ScoredImage, ...]

    @property
    def probability(self) -> NDArray[np.float64]:
        """Calibrated malignant probabilities."""
        return np.array([row.malignant_probability for row in self.rows], dtype=np.float64)

    @property
    def logits(self) -> NDArray[np.float64]:
        """Malignant logits before the temperature."""
        return np.array([row.logit for row in self.rows], dtype=np.float64)

    @property
    def is_malignant(self) -> NDArray[np.bool_]:
        """The labels."""
        return np.array([row.malignant for row in self.rows], dtype=np.bool_)

    @property
    def groups(self) -> NDArray[np.int64]:
        """Numbers that images of one lesion share, for grouped bootstrap draws."""
        return group_by_lesion([row.lesion_id or None for row in self.rows])

    def same_source(self) -> "Predictions":
        """The HAM10000 images alone, so that no score can come from recognising where a picture is from."""
        return Predictions(tuple(row for row in self.rows if row.is_ham10000))

    def without_repeats(self) -> "Predictions":
        """Without images whose lesion, or a near-duplicate of which, is known to be in the train part."""
        return Predictions(tuple(row for row in self.rows if not row.repeats_train))

    def unseen_lesions(self) -> "Predictions":
        """Without images of a lesion that is known to be in the train part; near-duplicates of its images stay."""
        return Predictions(tuple(row for row in self.rows if not row.lesion_in_train))

    def worst_errors(self, n: int = 20) -> tuple[ScoredImage, ...]:
        """The n images whose label the network found least likely, the most confident error first."""
        miss = [abs(row.malignant - row.malignant_probability) for row in self.rows]
        order = sorted(range(len(miss)), key=lambda i: -miss[i])
        return tuple(self.rows[i] for i in order[:n] if miss[i] > 0.5)


def to_row(
    image: LabelledImage,
    *,
    probability: float,
    logit: float,
    repeats_train: bool | None,
    lesion_in_train: bool | None = None,
    sharpness: float | None = None,
    artefacts: str | None = None,
) -> ScoredImage:
    """Join an image's score with what is known of the image."""
    return ScoredImage(
        file=image.name,
        malignant=image.is_malignant,
        malignant_probability=probability,
        logit=logit,
        lesion_id=image.lesion or "",
        diagnosis=image.diagnosis or "",
        is_ham10000=image.is_ham10000,
        repeats_train=repeats_train,
        **{name: image.facts.get(name, "") for name in ("age_approx", "sex", "anatom_site")},
        lesion_in_train=lesion_in_train,
        confirm_type=image.facts.get("diagnosis_confirm_type", ""),
        sharpness=sharpness,
        artefacts=artefacts,
    )


def write_predictions(rows: Sequence[ScoredImage], folder: Path) -> Path:
    """Write `predictions.csv`: probabilities and logits with eight digits, flags as 1, 0 or empty."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PREDICTIONS_FILE
    partial = path.with_suffix(".partial")
    with partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_columns())
        writer.writerows(_cells(row) for row in rows)
    return partial.replace(path)


def read_predictions(folder: Path) -> Predictions | None:
    """The predictions kept in a folder, or None where there are none. Raises DataFolderInvalid for a broken file."""
    path = folder / PREDICTIONS_FILE
    if not path.is_file():
        return None
    with path.open(newline="", encoding="utf-8") as file:
        try:
            return Predictions(tuple(_from_cells(row) for row in csv.DictReader(file)))
        except (ValueError, KeyError, TypeError) as error:
            raise DataFolderInvalid(
                f"The predictions in {path} cannot be read ({error}).", "Score the set again with `make evaluate`."
            ) from error


def _columns() -> list[str]:
    return [field.name for field in fields(ScoredImage)]


def _cells(row: ScoredImage) -> list[str]:
    cells = {name: _cell(getattr(row, name)) for name in _columns()}
    return list((cells | {"artefacts": _NONE_FOUND if row.artefacts == "" else row.artefacts or ""}).values())


def _cell(value: str | float | bool | None) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return f"{value:.8f}" if isinstance(value, float) else value or ""


def _from_cells(row: dict[str, str]) -> ScoredImage:
    """A row; files that were written before the last four columns existed lack them."""
    if row["malignant"] not in ("0", "1"):
        raise ValueError(f"malignant is {row['malignant']!r}; expected 0 or 1")
    return ScoredImage(
        file=row["file"],
        malignant=row["malignant"] == "1",
        malignant_probability=float(row["malignant_probability"]),
        logit=float(row["logit"]),
        is_ham10000=_FLAGS[row["is_ham10000"]],
        repeats_train=_FLAGS[row["repeats_train"]],
        **{name: row[name] for name in ("lesion_id", "diagnosis", "age_approx", "sex", "anatom_site")},
        lesion_in_train=_FLAGS[row.get("lesion_in_train", "")],
        confirm_type=row.get("confirm_type", ""),
        sharpness=float(row["sharpness"]) if row.get("sharpness") else None,
        artefacts=_artefacts(row.get("artefacts", "")),
    )


def _artefacts(cell: str) -> str | None:
    """ "none" was looked for and not found; an empty cell was not looked for."""
    return "" if cell == _NONE_FOUND else cell or None
