"""The model card: everything that inference needs, kept beside the weights and never in code."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from core.domain import ModelIdentity
from core.errors import CardUnusable, WeightsMissing
from core.imaging.frame import FrameRule
from core.taxonomy import Diagnosis, HeatmapMethod

CARD_FILE = "model_card.json"
WEIGHTS_FILE = "model.safetensors"
GRAPH_FILE = "model.onnx"
CLASSES = ("benign", "malignant")
_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One network's card; `facts` is what people read (data, licence, recipe, validation) and the program does not.

    Thresholds are on the calibrated scale: `refer` at or above `refer_threshold`, `no_concern` below
    `no_concern_threshold`. `differential` names the diagnoses that a second output tells apart, in its order, and is
    empty where there is none; `differential_temperature` divides its logits. `graph_sha256` is of the exported graph,
    and empty where the network has none and runs on torch. `card_sha256` is of the file as read, and empty for a card
    that was not read from one.
    """

    name: str
    version: str
    architecture: str
    frame: FrameRule
    temperature: float
    refer_threshold: float
    no_concern_threshold: float
    weights_sha256: str
    heatmap_methods: tuple[HeatmapMethod, ...]
    classes: tuple[str, ...] = CLASSES
    differential: tuple[Diagnosis, ...] = ()
    differential_temperature: float = 1.0
    graph_sha256: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    card_sha256: str = ""

    @property
    def identity(self) -> ModelIdentity:
        """What is stored with every prediction."""
        return ModelIdentity(self.name, self.version, self.weights_sha256, self.card_sha256, self.architecture)

    @property
    def is_indeterminate_empty(self) -> bool:
        """Whether the two thresholds coincide, so that no picture can be indeterminate."""
        return self.refer_threshold <= self.no_concern_threshold


def read_card(folder: Path) -> ModelCard:
    """Read and check the card of a model folder. Raises WeightsMissing or CardUnusable."""
    path = folder / CARD_FILE
    if not path.is_file():
        raise WeightsMissing(f"The network {folder.name!r} is not installed: its model card is missing.")
    content = path.read_bytes()
    try:
        card = _from_json(json.loads(content), hashlib.sha256(content).hexdigest())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CardUnusable(f"The model card of {folder.name!r} cannot be read ({error}).") from error
    if card.classes != CLASSES:
        raise CardUnusable(
            f"The network {folder.name!r} tells {', '.join(card.classes)} apart; expected {', '.join(CLASSES)}."
        )
    return card


def write_card(card: ModelCard, folder: Path) -> None:
    """Write the card as JSON for the program; the Markdown for people is `core.classifier.card_text`."""
    values = asdict(card)
    values.pop("card_sha256")
    text = json.dumps({"schema": _SCHEMA, **values}, indent=2, ensure_ascii=False)
    (folder / CARD_FILE).write_text(text + "\n", encoding="utf-8")


def with_refer_threshold(card: ModelCard, value: float) -> ModelCard:
    """The card with another referral threshold, and a hash of its own: results by it are told from those by the file.

    A threshold below `no_concern_threshold` takes that with it. Raises ValueError outside (0, 1).
    """
    if not 0.0 < value < 1.0:
        raise ValueError(f"expected a threshold inside (0, 1), got {value}")
    own = hashlib.sha256(f"{card.card_sha256}|refer_threshold={value!r}".encode()).hexdigest()
    low = min(card.no_concern_threshold, value)
    return replace(card, refer_threshold=value, no_concern_threshold=low, card_sha256=own)


def installed_models(weights_root: Path) -> list[str]:
    """Names of the folders that hold a model card, in alphabetical order."""
    return sorted(path.parent.name for path in weights_root.glob(f"*/{CARD_FILE}"))


def _from_json(values: dict[str, Any], sha256: str) -> ModelCard:
    if values.pop("schema") != _SCHEMA:
        raise ValueError(f"it is of another schema; expected {_SCHEMA}")
    frame = values.pop("frame")
    frame |= {"mean": tuple(frame["mean"]), "std": tuple(frame["std"])}
    values["heatmap_methods"] = tuple(HeatmapMethod(method) for method in values["heatmap_methods"])
    values["classes"] = tuple(values["classes"])
    values["differential"] = tuple(Diagnosis(name) for name in values.get("differential", ()))
    card = ModelCard(**values, frame=FrameRule(**frame), card_sha256=sha256)
    _check(card)
    return card


def _check(card: ModelCard) -> None:
    are_temperatures_positive = card.temperature > 0 and card.differential_temperature > 0
    if not (are_temperatures_positive and 0 <= card.no_concern_threshold <= card.refer_threshold <= 1):
        raise ValueError("its temperature or thresholds are out of range")
    if not card.heatmap_methods:
        raise ValueError("it names no heat map method")
    if len(set(card.differential)) != len(card.differential):
        raise ValueError("its differential names a diagnosis twice")
