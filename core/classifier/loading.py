"""Weights from disk into a torch network, checked against the model card first."""

import hashlib
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load, save_file

from core.classifier.card import WEIGHTS_FILE, ModelCard, read_card
from core.classifier.network import LesionCNN, Network, build_network, inference_mode
from core.classifier.stored import read_checked_weights
from core.errors import CardUnusable


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


def save_network(network: Network, folder: Path) -> str:
    """Write the weights as safetensors, in plain memory order; returns their SHA-256."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / WEIGHTS_FILE
    save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()
