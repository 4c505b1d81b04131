"""What was measured of the gates, as it lies in `gates.json` beside the weights."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import CardUnusable
from core.evaluation.figures import Figure
from core.evaluation.json_values import from_json_value, to_json_value
from core.evaluation.share import wilson_figure

GATES_FILE = "gates.json"


@dataclass(frozen=True, slots=True)
class Counted:
    """A share of n pictures with its Wilson interval."""

    n: int
    share: Figure


@dataclass(frozen=True, slots=True)
class FlagFigures:
    """One artefact flag: how often it is raised where the artefact was drawn, and on the same pictures without."""

    sensitivity: Counted
    flagged_without: Counted


@dataclass(frozen=True, slots=True)
class HeatFigures:
    """The heat over the test set: mean shares, and shares of pictures that are warned of."""

    n: int
    cells: int
    mean_inside: float
    mean_border: float
    mean_outside: float
    warned: Counted


@dataclass(frozen=True, slots=True)
class GatesReport:
    """Figures of all gates for the network with these weights; parts that no data were there for are empty."""

    model: str
    weights_sha256: str
    measured_at: str
    scope_threshold: float
    quality_rejected: Mapping[str, Counted] = field(default_factory=dict)
    quality_caught: Mapping[str, Counted] = field(default_factory=dict)
    scope_rejected: Mapping[str, Counted] = field(default_factory=dict)
    artefacts: Mapping[str, FlagFigures] = field(default_factory=dict)
    outline_dice: float | None = None
    outline_n_drawn: int = 0
    outline_sure: Counted | None = None
    heat: HeatFigures | None = None


def count(hits: NDArray[np.bool_] | list[bool]) -> Counted:
    """The share of pictures that are hits."""
    n = len(hits)
    return Counted(n, wilson_figure(float(np.mean(hits)) if n else float("nan"), n))


def write_gates(report: GatesReport, folder: Path) -> None:
    """Write the report as JSON."""
    text = json.dumps(to_json_value(report), indent=2)
    (folder / GATES_FILE).write_text(text + "\n", encoding="utf-8")


def read_gates(folder: Path) -> GatesReport | None:
    """What `write_gates` wrote; None where there is none. Raises CardUnusable where it cannot be read."""
    path = folder / GATES_FILE
    if not path.is_file():
        return None
    try:
        return from_json_value(GatesReport, json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise CardUnusable(f"The figures of the gates of {folder.name!r} cannot be read ({error}).") from error
