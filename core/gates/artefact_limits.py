"""Where an artefact is flagged from: chosen on validation pictures, with and without the artefact drawn on them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.gates.artefacts import DRAWN, ArtefactFinder, Limit, Limits
from core.imaging.artefacts import add_artefact
from core.taxonomy import Artefact

CLEAN_FLAGGED: Final = 0.065  # share of undrawn validation pictures that a flag may call: 10% is the bar, with room
_LEAST_SHARE: Final = 0.0005  # of the picture: one of its 3,136 cells is not enough
_CUTS: Final = np.arange(0.05, 1, 0.05)

Frames = NDArray[np.uint8]


def choose_limits(finder: ArtefactFinder, frames: Frames, seed: int = 0) -> Limits:
    """The cuts that find most drawn artefacts where few of the undrawn frames (N, 224, 224, 3) are flagged.

    Undrawn frames show real artefacts too, so that a flag on one of them need not be wrong.
    """
    rng = np.random.default_rng(seed)
    clean = _amounts(finder, frames)
    limits = {}
    for place, artefact in enumerate(DRAWN):
        drawn = _amounts(finder, np.stack([add_artefact(frame, artefact, rng) for frame in frames]))
        limits[artefact] = _choose_limit(clean[:, place], drawn[:, place])
    return limits | {Artefact.DARK_CORNERS: Limit(0.0, _LEAST_SHARE)}


def _choose_limit(clean: NDArray[np.float64], drawn: NDArray[np.float64]) -> Limit:
    """From shares (N, cuts) of the same pictures without and with an artefact."""
    shares = np.maximum(np.quantile(clean, 1 - CLEAN_FLAGGED, axis=0), _LEAST_SHARE)
    best = int((drawn > shares).mean(axis=0).argmax())
    return Limit(float(_CUTS[best]), float(shares[best]))


def _amounts(finder: ArtefactFinder, frames: Frames) -> NDArray[np.float64]:
    """The share of each frame that is marked as each of DRAWN at each cut: (N, 4, cuts)."""
    return np.stack([(finder.probabilities(f)[..., None] > _CUTS).mean(axis=(1, 2)) for f in frames])
