"""The table of ablations: what each measure in training was worth, every row trained alike."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import DataFolderInvalid
from core.evaluation.figures import Figure, p_text
from core.evaluation.json_values import from_json_value

ABLATIONS_FILE = "ablations.json"
ABLATION_COLUMNS = ("all", "unseen_lesions", "same_source", "ham10000-extra-test")  # as the command names them


@dataclass(frozen=True, slots=True)
class AblationColumn:
    """One row on one list of `n` images: DeLong's and McNemar's paired p against the baseline, which has none."""

    roc_auc: Figure
    n: int | None = None
    delong_p: float | None = None
    mcnemar_p: float | None = None


@dataclass(frozen=True, slots=True)
class Ablation:
    """One row by column (of `ABLATION_COLUMNS`); `change_when_missing` is by how much the mean malignant probability
    rises where true clinical data are called missing, for a row that uses them; `n_teachers` is of how many networks
    the mean answer was learnt from."""

    row: str
    architecture: str
    input_px: int
    epochs: int
    columns: Mapping[str, AblationColumn]
    images_per_epoch: int | None = None
    n_teachers: int = 0
    change_when_missing: Mapping[str, float] = field(default_factory=dict)

    @property
    def cost(self) -> str:
        """What the row's training was, such as "tf_efficientnet_lite0, 160 px, 5 epochs of 2,304 images"."""
        of = f" of {self.images_per_epoch:,} images" if self.images_per_epoch else ""
        taught = f", learnt from {self.n_teachers} networks" if self.n_teachers else ""
        return f"{self.architecture}, {self.input_px} px, {self.epochs} epochs{of}{taught}"

    @property
    def is_baseline(self) -> bool:
        """Whether the others are tested against this one."""
        return all(column.delong_p is None and column.mcnemar_p is None for column in self.columns.values())


def read_ablations(weights_root: Path) -> tuple[Ablation, ...]:
    """The rows of `ablations.json`; none where there is no such file. Raises DataFolderInvalid for a broken one."""
    path = weights_root / ABLATIONS_FILE
    if not path.is_file():
        return ()
    try:
        return tuple(from_json_value(Ablation, values) for values in json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataFolderInvalid(f"The table of ablations in {path.name} cannot be read ({error}).") from error


def baseline_of(rows: Sequence[Ablation]) -> str:
    """The row that the others are tested against, in quotes."""
    return next((f"“{row.row}”" for row in rows if row.is_baseline), "the baseline")


def paired_tests(column: AblationColumn | None) -> tuple[str, str]:
    """DeLong's and McNemar's p as people write them; "" for the baseline and for what was not measured."""
    return ("", "") if column is None else (p_text(column.delong_p), p_text(column.mcnemar_p))


def missing_note(rows: Sequence[Ablation]) -> str:
    """What calling clinical data missing does to the mean probability of all test images; "" where no row uses any."""
    changes = [(row.row, row.change_when_missing["all"]) for row in rows if "all" in row.change_when_missing]
    return " ".join(
        f"“{name}”: calling the clinical data of all test images missing changes the mean malignant probability by "
        f"{change:+.3f}.".replace("-0.", "−0.")
        for name, change in changes
    )


def ablations_csv(rows: Sequence[Ablation]) -> str:
    """The table as CSV: of each column the value, its interval and both tests."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    parts = ("roc_auc", "low", "high", "delong_p", "mcnemar_p")
    named = [f"{column}_{part}" for column in ABLATION_COLUMNS for part in parts]
    writer.writerow(["row", "architecture", "input_px", "epochs", "images_per_epoch", *named])
    for row in rows:
        cells = [cell for name in ABLATION_COLUMNS for cell in _cells(row.columns.get(name))]
        writer.writerow([row.row, row.architecture, row.input_px, row.epochs, row.images_per_epoch, *cells])
    return out.getvalue()


def _cells(column: AblationColumn | None) -> list[float | None]:
    if column is None:
        return [None] * 5
    figure = column.roc_auc
    return [figure.value, figure.low, figure.high, column.delong_p, column.mcnemar_p]
