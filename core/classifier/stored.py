"""The files of a model folder, read only as what the card says they are."""

import hashlib
from pathlib import Path

from core.classifier.card import GRAPH_FILE, WEIGHTS_FILE, ModelCard
from core.errors import WeightsChanged, WeightsMissing


def read_checked_weights(folder: Path, card: ModelCard) -> bytes:
    """The bytes of the weights file, once their SHA-256 is known to be the card's.

    Raises WeightsMissing or WeightsChanged.
    """
    return _read_checked(folder, WEIGHTS_FILE, card.weights_sha256, "weights")


def read_checked_graph(folder: Path, card: ModelCard) -> bytes:
    """The bytes of the graph, likewise; a card whose `graph_sha256` is empty has none."""
    return _read_checked(folder, GRAPH_FILE, card.graph_sha256, "graph")


def _read_checked(folder: Path, file: str, sha256: str, what: str) -> bytes:
    path = folder / file
    if not path.is_file():
        are = "are" if what.endswith("s") else "is"
        raise WeightsMissing(f"The network {folder.name!r} is not installed: its {what} {are} missing.")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        subject = f"The {what} of {folder.name!r}"
        is_not = "are not the ones that were" if what.endswith("s") else "is not the one that was"
        raise WeightsChanged(
            f"{subject} {is_not} validated "
            f"(SHA-256 {found[:12]}…, expected {sha256[:12]}…), so nothing is scored with them."
        )
    return content
