"""Where the heat lies: inside the lesion, on its border, outside, and on what was flagged as an artefact."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.domain import HeatShares
from core.errors import CardUnusable
from core.gates.artefacts import SIDE_PX, Mask
from core.gates.outline import Outline

HEAT_FILE: Final = "heat_limits.json"
WARNED_SHARE: Final = 0.05  # of validation pictures, by each of the two limits
_MOST_OUTSIDE: Final = 0.9  # of nine tenths and more is warned, however often that is so (docs/decisions/0021-gates.md)
_LEAST_ON_ARTEFACTS: Final = 0.2  # a fifth of the heat: less on a hair, a ruler, ink, a corner or bubbles is chance


@dataclass(frozen=True, slots=True)
class HeatLimits:
    """Shares of the heat, off the lesion and on one flagged artefact, above which is warned; of one network."""

    max_outside: float = 0.95
    max_on_artefacts: float = _LEAST_ON_ARTEFACTS


NEVER: Final = HeatLimits(math.inf, math.inf)
"""For a result of no concern: the faint heat that is left there explains nothing that is shown."""


def measure_heat(
    layer_map: NDArray[np.float32], outline: Outline, artefacts: dict[str, Mask], limits: HeatLimits | None = None
) -> HeatShares | None:
    """Shares of the heat of a map (h, w) at the layer's own resolution; None where it, or the outline, is empty.

    The border is a ring half a map cell wide, a quarter on either side of the outline. `artefacts` are the masks bool
    (224, 224) of what was flagged, by name.
    """
    heat = cv2.resize(np.ascontiguousarray(layer_map, dtype=np.float32), (SIDE_PX, SIDE_PX))
    total = float(heat.sum())
    if total <= 0 or outline.is_empty:
        return None
    quarter_cell_px = SIDE_PX / layer_map.shape[0] / 4
    depth = signed_depth(outline.mask)
    inside, outside = heat[depth > quarter_cell_px].sum() / total, heat[depth < -quarter_cell_px].sum() / total
    on = {name: float(heat[mask].sum() / total) for name, mask in artefacts.items()}
    on_any = float(heat[np.any(list(artefacts.values()), axis=0)].sum() / total) if artefacts else 0.0
    limits = limits or HeatLimits()
    warnings = (*_outline_warning(float(outside), outline, limits), *_artefact_warnings(on, limits))
    border = float(max(1 - inside - outside, 0))
    return HeatShares(float(inside), border, float(outside), on_any, warnings, layer_map.shape[0])


def fit_heat_limits(heats: Sequence[HeatShares]) -> HeatLimits:
    """Limits that warn of few of these pictures, which are validation ones with an outline to be relied on; but where
    nearly all of the heat lies off the lesion is warned of, even if that is often so."""
    if not heats:
        return HeatLimits()
    outside, on_artefacts = (
        float(np.quantile([getattr(heat, name) for heat in heats], 1 - WARNED_SHARE))
        for name in ("outside", "on_artefacts")
    )
    return HeatLimits(min(outside, _MOST_OUTSIDE), max(on_artefacts, _LEAST_ON_ARTEFACTS))


def write_heat_limits(limits: HeatLimits, folder: Path, weights_sha256: str) -> None:
    """Write the limits beside the weights that they were fitted on."""
    text = json.dumps(asdict(limits) | {"weights_sha256": weights_sha256}, indent=2)
    (folder / HEAT_FILE).write_text(text + "\n", encoding="utf-8")


def read_heat_limits(folder: Path, weights_sha256: str) -> HeatLimits:
    """What `write_heat_limits` wrote; the usual limits where there is none, or it is of other weights.

    Raises CardUnusable where the file cannot be read.
    """
    path = folder / HEAT_FILE
    if not path.is_file():
        return HeatLimits()
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["weights_sha256"] != weights_sha256:
            return HeatLimits()
        return HeatLimits(float(kept["max_outside"]), float(kept["max_on_artefacts"]))
    except (ValueError, KeyError, TypeError) as error:
        raise CardUnusable(f"The heat limits of {folder.name!r} cannot be read ({error}).") from error


def signed_depth(mask: Mask) -> NDArray[np.float32]:
    """Distance in px from a mask's border: positive inside, negative outside."""
    own = mask.astype(np.uint8)
    into, off = (cv2.distanceTransform(part, cv2.DIST_L2, 5) for part in (own, 1 - own))
    return np.asarray(into - off, dtype=np.float32)


def _outline_warning(outside: float, outline: Outline, limits: HeatLimits) -> tuple[str, ...]:
    if not outline.is_sure or outside <= limits.max_outside:
        return ()
    return (f"{outside:.0%} of the heat lies off the lesion: the score may rest on something else.",)


def _artefact_warnings(on: dict[str, float], limits: HeatLimits) -> tuple[str, ...]:
    return tuple(
        f"{share:.0%} of the heat lies on {name}: the score may rest on it."
        for name, share in on.items()
        if share > limits.max_on_artefacts
    )
