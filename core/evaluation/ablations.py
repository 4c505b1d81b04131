"""The table of ablations: what each measure in training was worth, every row trained alike."""

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import DataFolderInvalid
from core.evaluation.figures import Figure

ABLATIONS_FILE = "ablations.json"
ABLATION_COLUMNS = ("all", "without_repeats", "same_source", "ham10000-extra-test")


@dataclass(frozen=True, slots=True)
class Ablation:
    """One row: ROC-AUC by column (of `ABLATION_COLUMNS`), and paired tests against the baseline, where given."""

    row: str
    architecture: str
    input_px: int
    epochs: int
    roc_auc: Mapping[str, Figure]
    delong_p: float | None = None
    mcnemar_p: float | None = None


def read_ablations(weights_root: Path) -> tuple[Ablation, ...]:
    """The rows of `ablations.json`; none where there is no such file. Raises DataFolderInvalid for a broken one."""
    path = weights_root / ABLATIONS_FILE
    if not path.is_file():
        return ()
    try:
        return tuple(_read(values) for values in json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataFolderInvalid(f"The table of ablations in {path.name} cannot be read ({error}).") from error


def ablations_csv(rows: tuple[Ablation, ...]) -> str:
    """The table as CSV: value and interval of each column, then the tests."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    parts = [f"{column}_{part}" for column in ABLATION_COLUMNS for part in ("roc_auc", "low", "high")]
    writer.writerow(["row", "architecture", "input_px", "epochs", *parts, "delong_p", "mcnemar_p"])
    for row in rows:
        figures = [row.roc_auc.get(column, Figure(math.nan, math.nan, math.nan)) for column in ABLATION_COLUMNS]
        cells = ["" if value is None else value for figure in figures for value in figure.as_json().values()]
        tests = ["" if p is None else p for p in (row.delong_p, row.mcnemar_p)]
        writer.writerow([row.row, row.architecture, row.input_px, row.epochs, *cells, *tests])
    return out.getvalue()


def _read(values: Mapping[str, Any]) -> Ablation:
    return Ablation(
        row=values["row"],
        architecture=values["architecture"],
        input_px=int(values["input_px"]),
        epochs=int(values["epochs"]),
        roc_auc={name: Figure.from_json(part["roc_auc"]) for name, part in values["columns"].items()},
        delong_p=values.get("delong_p"),
        mcnemar_p=values.get("mcnemar_p"),
    )
