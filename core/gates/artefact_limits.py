"""Where an artefact is flagged from: chosen on validation pictures, with and without the artefact drawn on them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.gates.artefacts import DRAWN, ArtefactFinder, Limit, Limits, shrink
from core.imaging.artefacts import add_artefact
from core.imaging.decode import decode
from core.taxonomy import Artefact

CLEAN_FLAGGED: Final = 0.04
"""Of a set's undrawn validation pictures, that a flag may call. Chosen on one half of 300 pictures of each set and
counted on the other, twenty times, the fuller set's were flagged in 3-5% on average and 9% at worst (10% is the bar),
and drawn artefacts found in 95-100% (90% are wanted)."""
_LEAST_SHARE: Final = 0.0005  # of the picture: one of its 3,136 cells is not enough
_CUTS: Final = np.arange(0.05, 1, 0.05)
_N_OF_SET: Final = 300  # validation pictures of each labelled set

Pictures = Sequence[NDArray[np.uint8]]


def read_sets(paths: Sequence[Path]) -> list[list[NDArray[np.uint8]]]:
    """Some pictures of each labelled set, which are told apart by the folders above their classes."""
    order = [paths[i] for i in np.random.default_rng(0).permutation(len(paths))]
    folders = sorted({path.parent.parent for path in paths})
    chosen = [[path for path in order if path.parent.parent == folder][:_N_OF_SET] for folder in folders]
    return [[decode(path.read_bytes()).pixels for path in one] for one in chosen]


def choose_limits(finder: ArtefactFinder, sets: Sequence[Pictures], seed: int = 0) -> Limits:
    """The cuts that find most drawn artefacts where few undrawn pictures of any set are flagged.

    A set is of RGB uint8 pictures of any size. Undrawn pictures show real artefacts too, so that a flag on one of them
    need not be wrong; one set shows more of them than another: the limits are those that the fullest needs.
    """
    rng = np.random.default_rng(seed)
    clean = [_amounts(finder, pictures) for pictures in sets]
    pictures = [pixels for one in sets for pixels in one]
    limits = {}
    for place, artefact in enumerate(DRAWN):
        drawn = _amounts(finder, [add_artefact(pixels, artefact, rng) for pixels in pictures])
        limits[artefact] = _choose_limit([amounts[:, place] for amounts in clean], drawn[:, place])
    return limits | {Artefact.DARK_CORNERS: Limit(0.0, _LEAST_SHARE)}


def _choose_limit(clean: Sequence[NDArray[np.float64]], drawn: NDArray[np.float64]) -> Limit:
    """From shares (N, cuts) of each set's pictures without, and of all of them with an artefact.

    Of cuts that find equally many the middle one: the lowest flagged up to twice as many pictures that it was not
    chosen on.
    """
    needed = [np.quantile(amounts, 1 - CLEAN_FLAGGED, axis=0) for amounts in clean]
    shares = np.maximum(np.max(needed, axis=0), _LEAST_SHARE)
    found = (drawn > shares).mean(axis=0)
    equal = np.flatnonzero(found == found.max())
    best = int(equal[len(equal) // 2])
    return Limit(float(_CUTS[best]), float(shares[best]))


def _amounts(finder: ArtefactFinder, pictures: Pictures) -> NDArray[np.float64]:
    """The share of each picture that is marked as each of DRAWN at each cut: (N, 4, cuts)."""
    return np.stack([(finder.probabilities(shrink(p))[..., None] > _CUTS).mean(axis=(1, 2)) for p in pictures])
