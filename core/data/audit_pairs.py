"""Pairs of pictures in an audit: copies, near-duplicates, one lesion, neighbours in an embedding."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from core.data.audit_pictures import Embedder, Pictures
from core.data.audit_result import NeighbourSearch
from core.data.near_duplicates import compare_turned, find_turned_pairs
from core.data.turn import Turn

_ROWS_AT_ONCE = 512  # against 10,000 others that is a block of 20 MB


@dataclass(frozen=True, slots=True)
class Link:
    """Two positions (first < second) that belong together, how far apart they are, and how one is turned."""

    first: int
    second: int
    distance: float
    turn: Turn | None = None

    @property
    def key(self) -> tuple[int, int]:
        """The two positions."""
        return self.first, self.second


def link_copies(pictures: Pictures) -> list[Link]:
    """Pictures with the same pixels."""
    return [Link(i, j, 0.0, Turn.NONE) for i, j in _within_groups(pictures.pixel_sha256)]


def link_near_duplicates(pictures: Pictures, max_distance: int) -> list[Link]:
    """Pictures whose hashes are close in any of the eight turns, and that are no copies."""
    sha256 = pictures.pixel_sha256
    return [
        Link(found.first, found.second, float(found.distance), found.turn)
        for found in find_turned_pairs(pictures.hashes, max_distance=max_distance)
        if sha256[found.first] != sha256[found.second]
    ]


def link_lesions(pictures: Pictures) -> list[Link]:
    """Pictures known to show one lesion."""
    found = [compare_turned(pictures.hashes, i, j) for i, j in _within_groups(_lesions(pictures))]
    return [Link(pair.first, pair.second, float(pair.distance), pair.turn) for pair in found]


def link_neighbours(
    pictures: Pictures, embedder: Embedder, known: Iterable[Link], same_lesion: Sequence[Link]
) -> tuple[list[Link], NeighbourSearch]:
    """Pictures that are each other's nearest in the embedding, and as close as half of the pairs known to show one
    lesion; those in `known` are left out."""
    if pictures.embeddings is None:
        raise ValueError("Neighbours need embeddings: read the pictures with an embedder.")
    mutual = _mutual_neighbours(pictures.embeddings)
    keys = {link.key for link in known} | {link.key for link in same_lesion}
    new = [link for link in mutual if link.key not in keys]
    limit = _median_distance(pictures.embeddings, same_lesion)
    search = NeighbourSearch(
        network=embedder.name,
        weights_sha256=embedder.weights_sha256,
        n_mutual=len(mutual),
        n_known=len(mutual) - len(new),
        n_same_lesion=len(same_lesion),
        limit=limit,
    )
    return [link for link in new if limit is None or link.distance <= limit], search


def _mutual_neighbours(embeddings: NDArray[np.float32]) -> list[Link]:
    nearest, distance = _nearest(embeddings)
    return [Link(i, j, float(distance[i])) for i, j in enumerate(nearest.tolist()) if i < j and nearest[j] == i]


def _nearest(embeddings: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Position of the nearest other picture and 1 - cosine to it, each (N,)."""
    nearest, cosine = np.zeros(len(embeddings), dtype=np.intp), np.zeros(len(embeddings), dtype=np.float32)
    for start in range(0, len(embeddings), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        block = embeddings[rows] @ embeddings.T
        own = np.arange(len(block))
        block[own, start + own] = -np.inf
        nearest[rows], cosine[rows] = block.argmax(axis=1), block.max(axis=1)
    return nearest, np.clip(1 - cosine, 0, 2)


def _median_distance(embeddings: NDArray[np.float32], links: Sequence[Link]) -> float | None:
    if not links:
        return None
    cosines = [float(embeddings[link.first] @ embeddings[link.second]) for link in links]
    return float(np.clip(1 - np.median(cosines), 0, 2))


def _lesions(pictures: Pictures) -> list[str | None]:
    return [placed.image.lesion for placed in pictures.placed]


def _within_groups(keys: Sequence[Hashable | None]) -> list[tuple[int, int]]:
    """Pairs (i < j) of positions with the same key; None is no key."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        if key is not None:
            groups[key].append(i)
    return sorted(pair for members in groups.values() for pair in combinations(members, 2))
