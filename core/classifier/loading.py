"""Weights from disk into a network, checked against the model card first."""

import hashlib
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load, save_file

from core.classifier.card import WEIGHTS_FILE, ModelCard, read_card
from core.classifier.network import LesionCNN, Network, build_network, inference_mode
from core.errors import CardUnusable, WeightsChanged, WeightsMissing


def load_network(folder: Path) -> tuple[Network, ModelCard]:
    """Load the network of a model folder, ready to serve.

    Raises WeightsMissing, WeightsChanged where the SHA-256 is not the card's, or CardUnusable.
    """
    card = read_card(folder)
    content = read_checked_weights(folder, card)
    try:
        network = build_network(card.architecture, n_diagnoses=len(card.differential))
        network.load_state_dict(load(content))
    except (ValueError, RuntimeError, SafetensorError) as error:
        raise CardUnusable(
            f"The weights of {folder.name!r} are not of the architecture {card.architecture}."
        ) from error
    if card.differential and isinstance(network, LesionCNN):
        raise CardUnusable(f"The card of {folder.name!r} names a differential, which {card.architecture} cannot give.")
    return inference_mode(network), card


def read_checked_weights(folder: Path, card: ModelCard) -> bytes:
    """The bytes of the weights file, once their SHA-256 is known to be the card's."""
    path = folder / WEIGHTS_FILE
    if not path.is_file():
        raise WeightsMissing(f"The network {folder.name!r} is not installed: its weights are missing.")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != card.weights_sha256:
        raise WeightsChanged(
            f"The weights of {folder.name!r} are not the ones that were validated "
            f"(SHA-256 {found[:12]}…, expected {card.weights_sha256[:12]}…), so nothing is scored with them."
        )
    return content


def save_network(network: Network, folder: Path) -> str:
    """Write the weights as safetensors, in plain memory order; returns their SHA-256."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / WEIGHTS_FILE
    save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()
