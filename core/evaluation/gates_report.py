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
    """The heat over the `n` test images with a sure outline and a result of concern: mean shares, and pictures that
    are warned of, with the limits of the warnings."""

    n: int
    cells: int
    mean_inside: float
    mean_border: float
    mean_outside: float
    warned: Counted
    max_outside: float
    max_on_artefacts: float


@dataclass(frozen=True, slots=True)
class GatesReport:
    """Figures of all gates for the network with these weights; parts that no data were there for are empty.

    `scope_threshold`, `artefact_limits` and the limits in `heat` are those that were measured: what is installed with
    others has not been measured.
    """

    model: str
    weights_sha256: str
    measured_at: str
    scope_threshold: float
    quality_rejected: Mapping[str, Counted] = field(default_factory=dict)
    quality_caught: Mapping[str, Counted] = field(default_factory=dict)
    scope_rejected: Mapping[str, Counted] = field(default_factory=dict)
    artefacts: Mapping[str, FlagFigures] = field(default_factory=dict)
    artefact_limits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    outline_dice: float | None = None
    outline_n_drawn: int = 0
    outline_sure: Counted | None = None
    heat: HeatFigures | None = None
    doubts: Mapping[str, Counted] = field(default_factory=dict)
    stable: Counted | None = None


def count(hits: NDArray[np.bool_] | list[bool]) -> Counted:
    """The share of pictures that are hits."""
    n = len(hits)
    return Counted(n, wilson_figure(float(np.mean(hits)) if n else float("nan"), n))


def write_gates(report: GatesReport, folder: Path) -> None:
    """Write the report as JSON."""
    text = json.dumps(to_json_value(report), indent=2)
    (folder / GATES_FILE).write_text(text + "\n", encoding="utf-8")


def read_gates(folder: Path, weights_sha256: str) -> GatesReport | None:
    """What `write_gates` wrote of these weights; None where there is none. Raises CardUnusable where it is broken."""
    path = folder / GATES_FILE
    if not path.is_file():
        return None
    try:
        report = from_json_value(GatesReport, json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise CardUnusable(f"The figures of the gates of {folder.name!r} cannot be read ({error}).") from error
    return report if report.weights_sha256 == weights_sha256 else None


def figures_of_gates(report: GatesReport) -> dict[str, str]:
    """Every figure in words, for the model card."""
    rows = {f"No score for quality: {kind}": _share(found) for kind, found in report.quality_rejected.items()}
    rows |= {f"Caught for quality: {kind}": _share(found) for kind, found in report.quality_caught.items()}
    rows |= {f"Not dermoscopy: {kind}": _share(found) for kind, found in report.scope_rejected.items()}
    for name, flag in report.artefacts.items():
        rows[f"Flagged: {name} drawn on; without it"] = f"{_share(flag.sensitivity)}; {_share(flag.flagged_without)}"
    if report.outline_dice is not None:
        rows["Outline on drawn lesions (Dice)"] = f"{report.outline_dice:.3f}, n = {report.outline_n_drawn}"
    if report.outline_sure is not None:
        rows["Outline sure on test images"] = _share(report.outline_sure)
    if report.heat is not None:
        rows |= _heat(report.heat)
    rows |= {f"Uncertain on test images: {kind}": _share(found) for kind, found in report.doubts.items()}
    if report.stable is not None:
        rows["Stays in its band under light, crop, turn and covered skin"] = _share(report.stable)
    return rows


def _heat(heat: HeatFigures) -> dict[str, str]:
    shares = f"{heat.mean_inside:.0%}, {heat.mean_border:.0%}, {heat.mean_outside:.0%}"
    return {
        "Heat inside the lesion, on its border, outside (mean)": f"{shares}; map of {heat.cells} x {heat.cells}, "
        f"n = {heat.n} with a result of concern and a sure outline",
        f"Warned of heat off the lesion (above {heat.max_outside:.0%}) or on an artefact": _share(heat.warned),
    }


def _share(found: Counted) -> str:
    return f"{found.share.as_percent(1)}, n = {found.n}"
