"""What was found of a network's heat maps, as it lies in `maps.json` beside the weights."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.errors import CardUnusable
from core.evaluation.figures import Figure
from core.evaluation.json_values import from_json_value, to_json_value

MAPS_FILE: Final = "maps.json"


@dataclass(frozen=True, slots=True)
class CurveFigures:
    """Mean areas under the deletion and insertion curves, and the mean of insertion less deletion, over `n` pictures
    that were called malignant."""

    n: int
    deletion: Figure
    insertion: Figure
    gain: Figure


@dataclass(frozen=True, slots=True)
class MethodFigures:
    """One method's maps over a set: `n_mapped` of its pictures had a map that is not empty.

    Means over those of the correlations in `core.explanations.map_checks`; None where there was nothing to measure.
    `is_class_specific` says whether the map depends on the class that it is to explain.
    """

    n_mapped: int
    is_class_specific: bool
    flip_stability: Figure | None = None
    with_colour_variance: Figure | None = None
    with_texture: Figure | None = None
    with_outline_distance: Figure | None = None
    curves: CurveFigures | None = None


@dataclass(frozen=True, slots=True)
class MapsReport:
    """All methods over `n` pictures of a set of `n_in_set`, with two orders that know nothing of the network as
    `controls`; fewer than all were drawn with `seed`.

    `randomised` gives the mean rank correlation with the true map after each part of the network, from the output
    backwards, has been given random weights, by the part's name. `chosen` is the default method, chosen on
    `n_choosing` validation images: see `core.evaluation.maps_measure.choose_default`.
    """

    model: str
    weights_sha256: str
    measured_at: str
    set: str
    n: int
    methods: Mapping[str, MethodFigures]
    controls: Mapping[str, CurveFigures]
    chosen: str
    n_choosing: int
    randomised: Mapping[str, float] = field(default_factory=dict)
    n_in_set: int = 0
    seed: int = 0


def write_maps(report: MapsReport, folder: Path) -> Path:
    """Write the report as JSON."""
    path = folder / MAPS_FILE
    path.write_text(json.dumps(to_json_value(report), indent=2) + "\n", encoding="utf-8")
    return path


def read_maps(folder: Path) -> MapsReport | None:
    """What `write_maps` wrote; None where there is none. Raises CardUnusable where it cannot be read."""
    path = folder / MAPS_FILE
    if not path.is_file():
        return None
    try:
        return from_json_value(MapsReport, json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise CardUnusable(f"The figures of the heat maps of {folder.name!r} cannot be read ({error}).") from error
