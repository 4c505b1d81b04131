"""The nearest of many embeddings, by cosine distance."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingIndex:
    """Embeddings of unit length, float32 (N, D), with the number `ids` (N,) by which each is known.

    float32, since a product in float16 takes nine times as long: 5 kB for each at D = 1280.
    """

    ids: NDArray[np.int64]
    directions: NDArray[np.float32]

    @classmethod
    def build(cls, ids: NDArray[np.int64], embeddings: NDArray[Any]) -> "EmbeddingIndex":
        """An index of embeddings (N, D) of any float type. Raises ValueError where the two do not go together."""
        if len(ids) != len(embeddings):
            raise ValueError(f"expected as many ids as embeddings, got {len(ids)} and {len(embeddings)}")
        return cls(ids, to_directions(embeddings))

    def nearest(self, embedding: NDArray[Any], k: int) -> "list[Neighbour]":
        """The k nearest to an embedding (D,), the nearest first; all where there are fewer.

        Raises ValueError for an embedding of another length: it is of another network.
        """
        if not len(self.ids) or k < 1:
            return []
        if embedding.shape != self.directions.shape[1:]:
            raise ValueError(f"expected an embedding of {self.directions.shape[1]}, got {embedding.shape}")
        closeness = self.directions @ to_directions(embedding[None])[0]
        k = min(k, len(closeness))
        found = np.argpartition(-closeness, k - 1)[:k]
        ordered = found[np.argsort(-closeness[found], kind="stable")]
        return [Neighbour(int(self.ids[i]), max(0.0, 1 - float(closeness[i]))) for i in ordered]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One of the nearest: its id, and its cosine distance, 0 for the same direction and 1 for nothing in common."""

    id: int
    distance: float


def to_directions(embeddings: NDArray[Any]) -> NDArray[np.float32]:
    """Embeddings (N, D) at unit length, float32; one of nothing but zeros stays so, and is far from all."""
    values = embeddings.astype(np.float32)
    length = np.linalg.norm(values, axis=1, keepdims=True)
    values /= np.where(length > 0, length, 1)
    return values
