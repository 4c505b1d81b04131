"""The scope gate: is this a dermoscopic picture at all? A linear head on what comes with every score.

That is the embedding and, where the network gives them, the statistics of its shallower stages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from core.classifier.card import ModelCard
from core.domain import ScopeReport
from core.errors import CardUnusable

SCOPE_FILE: Final = "scope_head.safetensors"
N_MEASURES: Final = 2  # of a distance: within its axes, and off them
_REASON = (
    "This does not look like a dermoscopic picture: what the network sees in it is unlike the dermoscopy that it was "
    "trained on."
)
_OF_HEAD, _OF_DISTANCE = ("mean", "scale", "weights"), ("centre", "unit", "axes", "spread")

Seen = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Distance:
    """How far a picture lies from the dermoscopy that was trained on, along its main axes and off them.

    `centre` (D,) and `unit` (D,) are dermoscopy's mean and deviation, `axes` (D, K) its main axes in those units, and
    `spread` (K,) the deviation along each.
    """

    centre: NDArray[np.float32]
    unit: NDArray[np.float32]
    axes: NDArray[np.float32]
    spread: NDArray[np.float32]

    def measure(self, seen: Seen) -> NDArray[np.float32]:
        """Of pictures (N, D), logarithms (N, 2) of the squared Mahalanobis distance within the axes, and of the squared
        distance off them.

        Source: Mahalanobis as in Lee et al., NeurIPS 2018; the part off the axes as in Wang et al., CVPR 2022.
        """
        apart = (seen - self.centre) / self.unit
        along = apart @ self.axes
        off = (apart**2).sum(axis=1) - (along**2).sum(axis=1)
        within = ((along / self.spread) ** 2).sum(axis=1)
        return np.asarray(np.log(np.maximum(np.stack([within, off], axis=1), 1e-6)), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class ScopeHead:
    """Standardises features by `mean` and `scale` (F,), weighs them by `weights` (F,) and adds `bias`.

    The features are each part of what is seen of a picture, and then the two measures of each part's distance; the
    parts are the embedding and, where the head has two distances, the statistics of shallower stages. A picture is in
    scope at or above `threshold`, which lets 99% of the validation dermoscopy through.
    """

    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: float
    threshold: float
    distances: tuple[Distance, ...]

    def scores(self, parts: Sequence[Seen]) -> NDArray[np.float64]:
        """The gate's logits (N,) of the parts of what is seen, each (N, D)."""
        standardised = (features_of(parts, self.distances) - self.mean) / self.scale
        return np.asarray(standardised @ self.weights + self.bias, dtype=np.float64)

    def judge(self, embedding: Seen, stages: Seen | None) -> ScopeReport | None:
        """Whether the picture with this embedding (D,) is dermoscopy; None where the head weighs `stages` (S,), and the
        network gives none."""
        parts = [part[None] for part in (embedding, stages) if part is not None][: len(self.distances)]
        if len(parts) < len(self.distances):
            return None
        score = float(self.scores(parts)[0])
        return ScopeReport(score, self.threshold, "" if score >= self.threshold else _REASON)


def features_of(parts: Sequence[Seen], distances: Sequence[Distance]) -> NDArray[np.float32]:
    """What the head weighs, (N, F): the parts (N, D) of what is seen, with their distances after them."""
    measured = [distance.measure(part) for part, distance in zip(parts, distances, strict=True)]
    return np.concatenate([*parts, *measured], axis=1, dtype=np.float32)


def write_scope_head(head: ScopeHead, folder: Path, card: ModelCard) -> None:
    """Write the head beside the weights that it was fitted on, with their SHA-256."""
    arrays = {name: getattr(head, name) for name in _OF_HEAD}
    for i, distance in enumerate(head.distances):
        arrays |= {f"{name}_{i}": np.ascontiguousarray(getattr(distance, name)) for name in _OF_DISTANCE}
        arrays[f"axes_{i}"] = arrays[f"axes_{i}"].astype(np.float16)  # as they were rounded when they were fitted
    numbers = {"bias": repr(head.bias), "threshold": repr(head.threshold), "weights_sha256": card.weights_sha256}
    save_file(arrays, folder / SCOPE_FILE, metadata=numbers | {"n_distances": str(len(head.distances))})


def read_scope_head(folder: Path, card: ModelCard) -> ScopeHead | None:
    """What `write_scope_head` wrote; None where there is none, or it was fitted on other weights.

    Raises CardUnusable where the file cannot be read.
    """
    path = folder / SCOPE_FILE
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            numbers = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
        if numbers["weights_sha256"] != card.weights_sha256:
            return None
        mean, scale, weights = (arrays[name] for name in _OF_HEAD)
        return ScopeHead(
            mean,
            scale,
            weights,
            bias=float(numbers["bias"]),
            threshold=float(numbers["threshold"]),
            distances=tuple(
                Distance(*(arrays[f"{name}_{i}"].astype(np.float32) for name in _OF_DISTANCE))
                for i in range(int(numbers["n_distances"]))
            ),
        )
    except (SafetensorError, KeyError, ValueError) as error:
        raise CardUnusable(f"The scope gate of {folder.name!r} cannot be read ({error}).") from error
