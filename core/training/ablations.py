"""`python -m core.training.ablations --data DIR --out weights/ablations.json --scratch DIR`: what each part brings.

Every row is trained at the same reduced cost and scored once on the Kaggle test part and on the held-out further
HAM10000 images; the rows say what a step brings, not what the shipped networks reach.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.classifier.card import CARD_FILE, read_card
from core.classifier.classifier import Classifier
from core.data.labelled import LabelledImage
from core.errors import LesionwiseError
from core.evaluation.about_set import find_repeats
from core.evaluation.bootstrap import draw_weights, group_by_lesion, measure
from core.evaluation.calibration import calibrate
from core.evaluation.figures import Figure
from core.evaluation.further import accuracy_threshold
from core.evaluation.metrics import Values, roc_auc
from core.evaluation.paired_tests import delong_test, mcnemar_test
from core.evaluation.scorer import score_all
from core.evaluation.scoring_log import log_scoring
from core.evaluation.sets import open_set, read_frames
from core.settings import Settings
from core.training.__main__ import train
from core.training.clinical_term import fit_clinical_term
from core.training.data import load_training_data
from core.training.recipe import Recipe, TrainingSet, default_recipe

BASELINE = "full fine-tuning"
HELD_OUT = "ham10000-extra-test"
_CLINICAL = "+ clinical data"
_DISTILLED = "+ distillation"
_OTHER_SEEDS = (1, 2)


@dataclass(frozen=True, slots=True, eq=False)
class ScoredRow:
    """What one row's network made of the images of both sets, in one order for all rows."""

    probability: NDArray[np.float64]
    accuracy_threshold: float


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The images that all rows are scored on, and which of them each column holds."""

    images: tuple[LabelledImage, ...]
    members: Mapping[str, NDArray[np.bool_]]

    @property
    def is_malignant(self) -> NDArray[np.bool_]:
        """The labels (N,)."""
        return np.array([image.is_malignant for image in self.images])


def recipes(epochs: int, images_per_epoch: int, input_px: int) -> dict[str, Recipe]:
    """The rows that are trained, each with one thing more than the one before it (the first two with one less)."""
    plain = replace(
        default_recipe("tf_efficientnet_lite0"),
        epochs=epochs, images_per_epoch=images_per_epoch, input_px=input_px, patience=epochs, learning_rate=5e-4,
    )  # fmt: skip
    against = default_recipe("tf_efficientnet_lite0", TrainingSet.CLINIC)
    more = replace(plain, training_set=TrainingSet.CLINIC, diagnosis_weight=against.diagnosis_weight)
    measures = ("source_weight", "longest_sides", "colour_cast", "artefacts", "soften", "compress")
    return {
        "from scratch": replace(plain, is_pretrained=False),
        "ImageNet, head only": replace(plain, is_backbone_frozen=True),
        BASELINE: plain,
        "+ extra data": more,
        "+ measures against the source": replace(more, **{name: getattr(against, name) for name in measures}),
    }


def run(data: Path, out: Path, scratch: Path, rows: Mapping[str, Recipe]) -> list[dict[str, Any]]:
    """Train what `scratch` does not hold yet, score, compare with the baseline, write `out`.

    Two rows go on from the last of `rows`: one adds a term for clinical data to its network; the other is trained as it
    was, and learns as well from it and from two more networks of other seeds.
    """
    columns = open_columns(data)
    networks = {name: _trained(name, recipe, data, scratch) for name, recipe in rows.items()}
    last, recipe = list(rows.items())[-1]
    scored = {name: _score(folder, columns, out.parent, name) for name, folder in networks.items()}
    scored[_CLINICAL] = _with_clinical_data(networks[last], recipe, data, columns, scored[last])
    others = (_trained(f"seed {seed}", replace(recipe, seed=seed), data, scratch) for seed in _OTHER_SEEDS)
    teachers = (networks[last], *others)
    pupil = replace(recipe, teachers=tuple(read_card(folder).weights_sha256 for folder in teachers))
    scored[_DISTILLED] = _score(_trained(_DISTILLED, pupil, data, scratch, teachers), columns, out.parent, _DISTILLED)
    named = {**rows, _CLINICAL: recipe, _DISTILLED: pupil}
    found = [_row(name, named[name], scored, columns) for name in scored]
    found[list(scored).index(_CLINICAL)]["change_when_missing"] = _change_when_missing(
        scored[_CLINICAL], scored[last], columns
    )
    partial = out.with_suffix(".partial")
    partial.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    partial.replace(out)
    return found


def _trained(name: str, recipe: Recipe, data: Path, scratch: Path, teachers: Sequence[Path] = ()) -> Path:
    """The folder of a row's network, trained where it is not there yet."""
    folder = scratch / "".join(c if c.isalnum() else "-" for c in name).strip("-")
    if not (folder / CARD_FILE).is_file():
        train(data, folder, recipe, teachers=teachers)
    return folder


def open_columns(data: Path) -> Columns:
    """The Kaggle test part, whole and in its two honest parts, and the held-out further images."""
    settings = Settings.from_environment()
    kaggle, extra = open_set(data), open_set(data, HELD_OUT)
    rule = Recipe().frame_rule
    train_part = kaggle.train or ()
    seen = find_repeats(
        kaggle.images,
        read_frames(kaggle.images, rule, settings.cache_root).frames,
        train_part,
        read_frames(train_part, rule, settings.cache_root).frames,
    ).is_lesion_seen
    n, m = len(kaggle.images), len(extra.images)
    is_kaggle = np.arange(n + m) < n
    of_test = {
        "all": np.ones(n, dtype=np.bool_),
        "unseen_lesions": ~seen,
        "same_source": np.array([bool(image.is_ham10000) for image in kaggle.images]),
    }
    members = {name: np.concatenate([flags, np.zeros(m, dtype=np.bool_)]) for name, flags in of_test.items()}
    return Columns((*kaggle.images, *extra.images), {**members, HELD_OUT: ~is_kaggle})


def _score(folder: Path, columns: Columns, log: Path, name: str) -> ScoredRow:
    settings = Settings.from_environment()
    classifier = Classifier.load(folder, settings.torch_threads)
    frames = read_frames(columns.images, classifier.card.frame, settings.cache_root).frames
    log_scoring(log, card=classifier.card, set_name="test + " + HELD_OUT, n=len(frames), reason=f"ablation: {name}")
    probability = calibrate(score_all(classifier, frames), classifier.card.temperature)
    return ScoredRow(probability, accuracy_threshold(classifier.card) or 0.5)


def _with_clinical_data(folder: Path, recipe: Recipe, data: Path, columns: Columns, without: ScoredRow) -> ScoredRow:
    """The last network with a term fitted on its validation images."""
    settings = Settings.from_environment()
    classifier = Classifier.load(folder, settings.torch_threads)
    known = load_training_data(data, recipe, settings.cache_root)
    rows = list(known.split.validation)
    logits = score_all(classifier, known.frames[rows]) / classifier.card.temperature
    term = fit_clinical_term([known.images[i].facts for i in rows], logits, known.is_malignant[rows])
    odds = np.log(without.probability) - np.log1p(-without.probability)
    added = odds + term.of([image.facts for image in columns.images])
    return ScoredRow(calibrate(added, 1.0), without.accuracy_threshold)


def _row(name: str, recipe: Recipe, scored: Mapping[str, ScoredRow], columns: Columns) -> dict[str, Any]:
    ours, baseline = scored[name], scored[BASELINE]
    truth, found = columns.is_malignant, {}
    for column, members in columns.members.items():
        images = [image for image, is_member in zip(columns.images, members, strict=True) if is_member]
        part = {"n": int(members.sum()), "roc_auc": _roc_auc(ours.probability[members], images).as_json()}
        if name != BASELINE:
            part["delong_p"] = delong_test(ours.probability[members], baseline.probability[members], truth[members]).p
            part["mcnemar_p"] = mcnemar_test(
                *((s.probability[members] >= s.accuracy_threshold) == truth[members] for s in (ours, baseline))
            ).p
        found[column] = part
    return {
        "row": name, "architecture": recipe.architecture, "input_px": recipe.input_px, "epochs": recipe.epochs,
        "images_per_epoch": recipe.images_per_epoch, "n_teachers": len(recipe.teachers), "columns": found,
    }  # fmt: skip


def _change_when_missing(ours: ScoredRow, without: ScoredRow, columns: Columns) -> dict[str, float]:
    """How much the mean malignant probability rises where the clinical data of all test images is called missing: then
    the term is 0, and the probability that of the network without it."""
    change = without.probability - ours.probability
    return {name: float(change[members].mean()) for name, members in columns.members.items()}


def _roc_auc(probability: NDArray[np.float64], images: Sequence[LabelledImage]) -> Figure:
    truth = np.array([image.is_malignant for image in images])
    weights = draw_weights(truth, group_by_lesion([image.lesion for image in images]))

    def statistic(w: Values) -> dict[str, Values]:
        return {"roc_auc": roc_auc(probability, truth, w)}

    return measure(statistic, weights)["roc_auc"]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.training.ablations", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the Kaggle set and ham10000-extra")
    parser.add_argument("--out", type=Path, required=True, help="JSON to write, for example weights/ablations.json")
    parser.add_argument("--scratch", type=Path, required=True, help="folder for the rows' networks")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--images-per-epoch", type=int, default=2304)
    parser.add_argument("--input-px", type=int, default=160)
    options = parser.parse_args(arguments)
    rows = recipes(options.epochs, options.images_per_epoch, options.input_px)
    try:
        for row in run(options.data, options.out, options.scratch, rows):
            figures = (f"{name} {part['roc_auc']['value']:.3f}" for name, part in row["columns"].items())
            sys.stdout.write(f"{row['row']:<32} {'  '.join(figures)}\n")
    except (LesionwiseError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
