"""The images that a network was trained and validated on, read and cut again by the recipe in its card."""

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from core.classifier.card import ModelCard
from core.errors import DataFolderInvalid

if TYPE_CHECKING:
    from core.training.data import TrainingData


def load_own_images(card: ModelCard, data: Path, cache: Path) -> "TrainingData":
    """Frames and labels of the network's own images, with its training and validation parts.

    Raises DataFolderInvalid where the folder holds other images than the card's training had.
    """
    from core.training.data import load_training_data  # commands may import what their layer must not
    from core.training.recipe import Recipe, TrainingSet

    known = {field.name for field in fields(Recipe)}
    values = {name: value for name, value in card.facts.get("recipe", {}).items() if name in known}
    values["training_set"] = TrainingSet(values.get("training_set", TrainingSet.PUBLISHED_PROTOCOL))
    found = load_training_data(data, Recipe(**values), cache)
    if found.describe()["file_list_sha256"] != card.facts.get("training_data", {}).get("file_list_sha256"):
        raise DataFolderInvalid(f"{data} holds another list of images than the one that {card.name} was trained on.")
    return found
