"""Where the heat lies: inside the lesion, on its border, outside, and on what was flagged as an artefact."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.domain import HeatShares
from core.gates.artefacts import SIDE_PX, Mask
from core.gates.outline import Outline

_MAX_OUTSIDE: Final = 0.9  # on the first network the mean was 0.75: half would warn of four pictures in five
_MAX_ON_ARTEFACTS: Final = 0.2  # a fifth of the heat on a hair, a ruler, ink, a corner or bubbles


def measure_heat(layer_map: NDArray[np.float32], outline: Outline, artefacts: dict[str, Mask]) -> HeatShares | None:
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
    warnings = (*_outline_warning(float(outside), outline), *_artefact_warnings(on))
    border = float(max(1 - inside - outside, 0))
    return HeatShares(float(inside), border, float(outside), on_any, warnings, layer_map.shape[0])


def signed_depth(mask: Mask) -> NDArray[np.float32]:
    """Distance in px from a mask's border: positive inside, negative outside."""
    own = mask.astype(np.uint8)
    into, off = (cv2.distanceTransform(part, cv2.DIST_L2, 5) for part in (own, 1 - own))
    return np.asarray(into - off, dtype=np.float32)


def _outline_warning(outside: float, outline: Outline) -> tuple[str, ...]:
    if not outline.is_sure or outside <= _MAX_OUTSIDE:
        return ()
    return (f"{outside:.0%} of the heat lies off the lesion: the score may rest on something else.",)


def _artefact_warnings(on: dict[str, float]) -> tuple[str, ...]:
    return tuple(
        f"{share:.0%} of the heat lies on {name}: the score may rest on it."
        for name, share in on.items()
        if share > _MAX_ON_ARTEFACTS
    )
