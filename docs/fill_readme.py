"""`make readme`: fill the tables of README.md from the cards and figures in `weights/`; nobody types a number."""

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.classifier.card import ModelCard, installed_models, read_card
from core.classifier.network import LESION_CNN
from core.evaluation.figures import Figure
from core.evaluation.parts import SetPart, figures_by_part
from core.evaluation.results import Evaluation, SetFigures, read_evaluation
from core.settings import DEFAULT_MODEL

ROOT = Path(__file__).resolve().parent.parent
_PART_HEADS = {
    SetPart.WHOLE: "all test images",
    SetPart.UNSEEN_LESIONS: "lesions not known from the train part",
    SetPart.SAME_SOURCE: "one source (HAM10000) only",
    SetPart.WITHOUT_REPEATS: "without lesions that the train part shows",
}
_RANKING = {
    "roc_auc": "ROC-AUC",
    "average_precision": "average precision",
    "brier": "Brier score",
    "ece": "calibration error (ECE)",
}
_AT_REFERRAL = ("sensitivity", "specificity", "accuracy")
_AT_HALF = ("accuracy", "sensitivity", "specificity", "precision", "f1")


@dataclass(frozen=True, slots=True)
class Measured:
    """A shipped network with its card and its figures on the test images."""

    card: ModelCard
    evaluation: Evaluation

    @property
    def recipe(self) -> dict[str, Any]:
        """What it was trained with."""
        return dict(self.card.facts["recipe"])


def main() -> int:
    """Fill the README; the exit status is 0."""
    path = ROOT / "README.md"
    path.write_text(fill(path.read_text(encoding="utf-8"), measured_networks(ROOT / "weights")), encoding="utf-8")
    return 0


def measured_networks(weights: Path) -> list[Measured]:
    """All shipped networks that were measured, the default first."""
    found = [
        Measured(read_card(weights / name), evaluation)
        for name in installed_models(weights)
        if (evaluation := read_evaluation(weights / name)) is not None
    ]
    return sorted(found, key=lambda one: (one.card.name != DEFAULT_MODEL, one.card.architecture == LESION_CNN))


def fill(readme: str, networks: Sequence[Measured]) -> str:
    """The text with both tables renewed between their marks. Raises ValueError where a mark is missing."""
    for name, content in (("results", results(networks)), ("recipe", recipe_table(networks))):
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- end of {name} -->)", re.DOTALL)
        if not pattern.search(readme):
            raise ValueError(f"README.md lacks the mark <!-- {name} -->")
        readme = pattern.sub(lambda found, text=content: found[1] + text + found[2], readme)  # type: ignore[misc]
    return readme


def results(networks: Sequence[Measured]) -> str:
    """One table of figures for each network, a column for each part of the test set; then what the set is."""
    blocks = [_network_block(one) for one in networks]
    return "\n\n".join([*blocks, "What the test set is: " + " ".join(_statement(networks))])


def _statement(networks: Sequence[Measured]) -> list[str]:
    """What the test set is, and which networks were trained on what it repeats."""
    said = list(replace(networks[0].evaluation.about, is_left_out_of_training=False).statement())
    names: dict[bool, list[str]] = {True: [], False: []}
    for one in networks:
        names[one.evaluation.about.is_left_out_of_training].append(f"`{one.card.name}`")
    if names[True]:
        said.append(f"Not trained on these images of the train part: {', '.join(names[True])}.")
    if names[False]:
        said.append(f"Trained on them: {', '.join(names[False])}.")
    return said


def _network_block(one: Measured) -> str:
    card, parts = one.card, figures_by_part(one.evaluation)
    n_parameters = one.card.facts["parameters"]
    title = (
        f"**`{card.name}`** ({card.architecture}, {n_parameters:,} parameters; refer from "
        f"{100 * card.refer_threshold:.1f}%, no AI concern below {100 * card.no_concern_threshold:.1f}%)"
    )
    rows = [["", *(_PART_HEADS[part] for part in parts)]]
    rows += [["n (malignant)", *(f"{part.n} ({part.n_malignant})" for part in parts.values())]]
    rows += [[label, *(part.ranking[key].as_text(3) for part in parts.values())] for key, label in _RANKING.items()]
    rows += _threshold_rows("the referral threshold", _AT_REFERRAL, parts, lambda p: p.at_operating_point.figures)
    rows += _threshold_rows("0.5", _AT_HALF, parts, lambda p: p.at_half.figures)
    return f"{title}\n\n{_table(rows)}"


def _threshold_rows(
    where: str, names: Sequence[str], parts: dict[SetPart, SetFigures], of: Callable[[SetFigures], Any]
) -> list[list[str]]:
    return [[f"{name} at {where}", *(of(part)[name].as_percent(1) for part in parts.values())] for name in names]


def recipe_table(networks: Sequence[Measured]) -> str:
    """The original study's recipe and metrics, where each is in the code, and what it is for each network."""
    head = ["what", "where", *(f"`{one.card.name}`" for one in networks)]
    return _table([head, *([what, where, *(of(one) for one in networks)] for what, where, of in _RECIPE_ROWS)])


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])


def _is_cnn(one: Measured) -> bool:
    return one.card.architecture == LESION_CNN


def _counts(one: Measured) -> str:
    data = one.card.facts["training_data"]
    return f"{data['train']['n']:,} train, {data['validation']['n']:,} validation, {one.evaluation.whole.n} test"


def _more_augmentation(one: Measured) -> str:
    recipe = one.recipe
    named = [f"contrast, saturation, hue, crops to {100 * recipe.get('smallest_crop', 0.65):.0f}%"]
    named += [f"mixup {recipe['mixup']}"] if recipe.get("mixup") else []
    named += ["drawn hair, rulers, ink, dark corners, bubbles"] if recipe.get("artefacts") else []
    named += ["lost resolution"] if recipe.get("soften") else []
    return ", ".join(named)


def _schedule(one: Measured) -> str:
    facts = one.card.facts
    return f"{one.recipe['learning_rate']:g}, {facts['epochs_trained']} epochs"


def _stopping(one: Measured) -> str:
    facts = one.card.facts
    kept = f"epoch {facts['best_epoch']}" if facts["best_epoch"] else "the mean of the line's networks"
    return f"{kept} kept, validation ROC-AUC {facts['validation']['roc_auc']:.3f}"


def _half(name: str) -> Callable[[Measured], str]:
    def cell(one: Measured) -> str:
        figure: Figure = one.evaluation.whole.at_half.figures[name]
        return figure.as_percent(1)

    return cell


def _either(backbone: str, cnn: str) -> Callable[[Measured], str]:
    return lambda one: cnn if _is_cnn(one) else backbone


_METRICS = "`core/evaluation/metrics.py`"
_AUGMENT = "`core/training/augment.py`"
_NETWORK = "`core/classifier/network.py`"
_RECIPE_ROWS: list[tuple[str, str, Callable[[Measured], str]]] = [
    (
        "Split into train and test, 80/20",
        "the Kaggle set's own folders; a share of train cut for validation, whole lesions and near-duplicates: "
        "`core/data/splits.py`",
        _counts,
    ),
    (
        "224 x 224",
        "`core/imaging/frame.py`, one function for training and serving",
        lambda one: f"whole frame squashed to {one.card.frame.width_px} x {one.card.frame.height_px}, bicubic",
    ),
    (
        "Convolution, batch normalisation, ReLU",
        f"`LesionCNN` in {_NETWORK}; a timm backbone",
        lambda one: "5 blocks, 32 to 256 channels" if _is_cnn(one) else one.card.architecture,
    ),
    ("Max pooling", "`LesionCNN`", _either("strided convolutions instead", "after each block")),
    (
        "Dropout",
        "`LesionCNN`, `BackboneNetwork`",
        lambda one: (
            f"{one.recipe['dropout']}" + ("" if _is_cnn(one) else f", stochastic depth {one.recipe['drop_path']}")
        ),
    ),
    (
        "Fully connected layers, one sigmoid output",
        "`LesionCNN`, `BackboneNetwork`; the sigmoid with the loss",
        _either("one linear layer", "1024 to 128 to 1"),
    ),
    ("Rotation", _AUGMENT, lambda one: "any angle, corners mirrored"),
    ("Flips", _AUGMENT, lambda one: "both axes"),
    ("Brightness", _AUGMENT, lambda one: "±25%"),
    ("More augmentation", _AUGMENT, _more_augmentation),
    ("Transfer learning", "`core/training/pretrained.py`", lambda one: str(one.card.facts["initial_weights"])),
    (
        "Adam with a learning-rate schedule",
        "AdamW, warm-up then cosine, averaged weights: `core/training/loop.py`",
        _schedule,
    ),
    (
        "Binary cross-entropy",
        "`core/training/objective.py`; both classes weigh the same",
        lambda one: "with a differential as second output" if one.card.differential else "yes",
    ),
    (
        "Early stopping",
        "on validation ROC-AUC, best averaged weights kept: `core/training/loop.py`",
        _stopping,
    ),
    ("Accuracy (at 0.5)", _METRICS, _half("accuracy")),
    ("Precision (at 0.5)", _METRICS, _half("precision")),
    ("Recall (sensitivity) (at 0.5)", _METRICS, _half("recall")),
    ("Specificity (at 0.5)", _METRICS, _half("specificity")),
    ("F1 (at 0.5)", _METRICS, _half("f1")),
    ("ROC-AUC", _METRICS, lambda one: one.evaluation.whole.ranking["roc_auc"].as_text(3)),
    (
        "Grad-CAM",
        "`core/classifier/explain.py`",
        lambda one: ", ".join(
            method.value.replace("_plus_plus", "++").replace("_", "-") for method in one.card.heatmap_methods
        ),
    ),
]

if __name__ == "__main__":
    sys.exit(main())
