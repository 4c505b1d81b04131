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


@dataclass(frozen=True, slots=True, eq=False)
class ScopeHead:
    """Standardises an embedding by `mean` and `scale` (D,), weighs it by `weights` (D,) and adds `bias`.

    A picture is in scope at or above `threshold`, which lets 99% of the validation dermoscopy through.
    """

    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: float
    threshold: float

    def scores(self, embeddings: NDArray[np.float32]) -> NDArray[np.float64]:
        """The gate's logits (N,) of embeddings (N, D)."""
        standardised = (embeddings.astype(np.float32) - self.mean) / self.scale
        return np.asarray(standardised @ self.weights + self.bias, dtype=np.float64)

    def judge(self, embedding: NDArray[np.float32]) -> ScopeReport:
        """Whether the picture with this embedding (D,) is dermoscopy."""
        score = float(self.scores(embedding[None])[0])
        return ScopeReport(score, self.threshold, "" if score >= self.threshold else _REASON)


def write_scope_head(head: ScopeHead, folder: Path, card: ModelCard) -> None:
    """Write the head beside the weights that it was fitted on, with their SHA-256."""
    arrays = {"mean": head.mean, "scale": head.scale, "weights": head.weights}
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
            arrays = {name: file.get_tensor(name) for name in ("mean", "scale", "weights")}
        if numbers["weights_sha256"] != card.weights_sha256:
            return None
        return ScopeHead(**arrays, bias=float(numbers["bias"]), threshold=float(numbers["threshold"]))
    except (SafetensorError, KeyError, ValueError) as error:
        raise CardUnusable(f"The scope gate of {folder.name!r} cannot be read ({error}).") from error
