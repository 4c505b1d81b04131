"""The scope gate: is this a dermoscopic picture at all? A linear head on the embedding that comes with every score."""

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
_REASON = (
    "This does not look like a dermoscopic picture: what the network sees in it is unlike the dermoscopy that it was "
    "trained on."
)
_OF_HEAD, _OF_DISTANCE = ("mean", "scale", "weights"), ("centre", "axes", "spread")


@dataclass(frozen=True, slots=True, eq=False)
class Distance:
    """How far an embedding lies from the dermoscopy that was trained on, along its main axes and off them.

    `centre` (D,) is dermoscopy's mean, `axes` (D, K) its main axes, `spread` (K,) the deviation along each.
    """

    centre: NDArray[np.float32]
    axes: NDArray[np.float16]
    spread: NDArray[np.float32]

    def measure(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logarithms (N, 2) of the squared Mahalanobis distance within the axes, and of the squared distance off them.

        Source: Mahalanobis as in Lee et al., NeurIPS 2018; the part off the axes as in Wang et al., CVPR 2022.
        """
        apart = embeddings.astype(np.float32) - self.centre
        along = apart @ self.axes.astype(np.float32)
        off = (apart**2).sum(axis=1) - (along**2).sum(axis=1)
        within = ((along / self.spread) ** 2).sum(axis=1)
        return np.asarray(np.log(np.maximum(np.stack([within, off], axis=1), 1e-6)), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class ScopeHead:
    """Standardises features by `mean` and `scale` (F,), weighs them by `weights` (F,) and adds `bias`.

    The features are the embedding and, where there is a `distance`, its two measures. A picture is in scope at or above
    `threshold`, which lets 99% of the validation dermoscopy through.
    """

    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: float
    threshold: float
    distance: Distance | None = None

    def scores(self, embeddings: NDArray[np.float32]) -> NDArray[np.float64]:
        """The gate's logits (N,) of embeddings (N, D)."""
        standardised = (features_of(embeddings, self.distance) - self.mean) / self.scale
        return np.asarray(standardised @ self.weights + self.bias, dtype=np.float64)

    def judge(self, embedding: NDArray[np.float32]) -> ScopeReport:
        """Whether the picture with this embedding (D,) is dermoscopy."""
        score = float(self.scores(embedding[None])[0])
        return ScopeReport(score, self.threshold, "" if score >= self.threshold else _REASON)


def features_of(embeddings: NDArray[np.float32], distance: Distance | None) -> NDArray[np.float32]:
    """What the head weighs, (N, F): embeddings (N, D) with their distances beside them."""
    own = embeddings.astype(np.float32)
    return own if distance is None else np.concatenate([own, distance.measure(own)], axis=1)


def write_scope_head(head: ScopeHead, folder: Path, card: ModelCard) -> None:
    """Write the head beside the weights that it was fitted on, with their SHA-256."""
    arrays = {name: getattr(head, name) for name in _OF_HEAD}
    if head.distance is not None:
        arrays |= {name: np.ascontiguousarray(getattr(head.distance, name)) for name in _OF_DISTANCE}
    numbers = {"bias": repr(head.bias), "threshold": repr(head.threshold), "weights_sha256": card.weights_sha256}
    save_file(arrays, folder / SCOPE_FILE, metadata=numbers)


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
        distance = Distance(*(arrays[name] for name in _OF_DISTANCE)) if "axes" in arrays else None
        mean, scale, weights = (arrays[name] for name in _OF_HEAD)
        return ScopeHead(
            mean, scale, weights, bias=float(numbers["bias"]), threshold=float(numbers["threshold"]), distance=distance
        )
    except (SafetensorError, KeyError, ValueError) as error:
        raise CardUnusable(f"The scope gate of {folder.name!r} cannot be read ({error}).") from error
