"""The ugly duckling: of a patient's lesions, the one that is least like the others.

The sign as dermatologists use it: Grob and Bonerandi, Arch Dermatol 1998; by a network's features: Soenksen et al., Sci
Transl Med 2021.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.explanations.similar import to_directions

MIN_LESIONS: Final = 3  # of two lesions neither is the odd one


@dataclass(frozen=True, slots=True)
class UglyDuckling:
    """The lesion least like the others, by its place among them: its cosine distance from the others' mean, and the
    largest distance that any other lesion has."""

    place: int
    distance: float
    next_distance: float
    n_lesions: int


def find_ugly_duckling(embeddings: NDArray[Any]) -> UglyDuckling | None:
    """Of one embedding (N, D) for each lesion; None for fewer than three lesions, or where two are equally odd."""
    if len(embeddings) < MIN_LESIONS:
        return None
    distances = _distances_from_others(to_directions(embeddings))
    place, second = np.argsort(-distances, kind="stable")[:2]
    if np.isclose(distances[place], distances[second], atol=1e-6):
        return None
    return UglyDuckling(int(place), float(distances[place]), float(distances[second]), len(embeddings))


def _distances_from_others(directions: NDArray[np.float32]) -> NDArray[np.float64]:
    """The cosine distance (N,) of each from the mean of the others, which it does not pull towards itself."""
    others = directions.sum(axis=0) - directions
    return np.asarray(1 - (directions * to_directions(others)).sum(axis=1), dtype=np.float64)
