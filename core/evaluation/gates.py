"""`python -m core.evaluation gates`: refit the scope gate of a network and measure all gates.

Fitted on training dermoscopy, negatives that the program makes, and everyday photographs 0 to 74; the threshold is
set on validation dermoscopy. Everything else in `out-of-scope/` and the test images only test, and each run is logged.
"""

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.classifier.classifier import Classifier
from core.data.labelled import read_kaggle
from core.domain import LesionImage
from core.errors import DataFolderInvalid
from core.evaluation.gates_measure import (
    as_image,
    check_all,
    measure_caught,
    measure_dice,
    measure_flags,
    measure_heat_shares,
    rejected,
)
from core.evaluation.gates_report import GatesReport, count, write_gates
from core.evaluation.json_values import to_json_value
from core.evaluation.scorer import pass_all
from core.evaluation.scoring_log import log_scoring
from core.gates.assess import Gates
from core.gates.negatives import draw_negatives
from core.gates.scope import ScopeHead, write_scope_head
from core.gates.scope_fit import draw_examples, fit_scope_head, vary_dermoscopy
from core.imaging.decode import decode
from core.imaging.frame import resize_frame
from core.settings import Settings
from core.training.data import TrainingData, load_training_data
from core.training.recipe import Recipe, TrainingSet

OUT_OF_SCOPE: Final = "out-of-scope"
_N_FIT_PHOTOGRAPHS: Final = 75
_N_INSIDE, _N_OUTSIDE, _N_EXAMPLES = 1000, 1500, 60
_N_DRAWN_OUTLINES, _N_FLAGGED = 200, 200
_SEED: Final = 0


@dataclass(frozen=True, slots=True, eq=False)
class OutOfScope:
    """Photographs that are no dermoscopy: those that may be fitted on, and those that only test."""

    fitted: tuple[LesionImage, ...]
    everyday: tuple[LesionImage, ...]
    clinical: tuple[LesionImage, ...]


def refit_gates(arguments: list[str]) -> int:
    """Run the command, whose arguments these are. Raises LesionwiseError."""
    options = _parse(arguments)
    settings = Settings.from_environment()
    folder = options.weights or settings.model_folder
    data = options.data or settings.data
    if data is None:
        raise DataFolderInvalid("The gates are fitted on labelled images, and no folder of them is given.")
    classifier = Classifier.load(folder, settings.torch_threads)
    others = read_out_of_scope(data)
    head = fit_gate(classifier, load_training_data(data, _recipe(classifier), settings.cache_root), others)
    write_scope_head(head, folder, classifier.card)
    report = measure_gates(classifier, Gates.load(folder, classifier.card), data, others)
    log_scoring(folder, card=classifier.card, set_name="gates", n=len(others.everyday), reason=options.reason)
    write_gates(report, folder)
    sys.stdout.write(json.dumps(to_json_value(report), indent=2) + "\n")
    return 0


def fit_gate(classifier: Classifier, data: TrainingData, others: OutOfScope) -> ScopeHead:
    """Fit the scope head on training pictures, and set its threshold on validation ones."""
    rng = np.random.default_rng(_SEED)
    sources = np.array([int(bool(image.is_ham10000)) for image in data.images])
    inside = np.asarray(data.frames[_choose_inside(data, sources, rng)])
    varied = np.stack([vary_dermoscopy(frame, rng) for frame in inside])
    examples = _to_frames(classifier, draw_examples(_N_EXAMPLES, rng))
    photographs = [image.pixels for image in others.fitted]
    outside = [*photographs, *draw_negatives(_N_OUTSIDE, photographs, _SEED)]
    validation = np.array(data.split.validation)
    return fit_scope_head(
        _embed(classifier, np.concatenate([inside, varied, examples])),
        _embed(classifier, _to_frames(classifier, outside)),
        _embed(classifier, data.frames[validation]),
    )


def measure_gates(classifier: Classifier, gates: Gates, data: Path, others: OutOfScope) -> GatesReport:
    """All figures, on pictures that nothing was fitted on."""
    assert gates.scope is not None
    test = [decode(image.path.read_bytes()) for image in read_kaggle(data, "test")]
    checked = check_all(classifier, gates, test)
    drawn_on = [test[i].pixels for i in np.random.default_rng(_SEED).choice(len(test), _N_FLAGGED, replace=False)]
    kinds = {"everyday photographs": others.everyday, "clinical photographs of skin": others.clinical}
    outside = {kind: _embed(classifier, _stack(classifier, images)) for kind, images in kinds.items()}
    return GatesReport(
        model=classifier.card.name,
        weights_sha256=classifier.card.weights_sha256,
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        scope_threshold=gates.scope.threshold,
        quality_rejected={"test images": count([not checks.quality.is_accepted for checks in checked.checks])},
        quality_caught=measure_caught(drawn_on),
        scope_rejected={kind: rejected(gates.scope, embeddings) for kind, embeddings in outside.items()}
        | {"test images": count([not c.scope.is_in_scope for c in checked.checks if c.scope])},
        artefacts=measure_flags(gates.artefacts, drawn_on) if gates.artefacts else {},
        outline_dice=float(measure_dice(_N_DRAWN_OUTLINES).mean()),
        outline_n_drawn=_N_DRAWN_OUTLINES,
        outline_sure=count([bool(c.measures and c.measures.is_sure) for c in checked.checks]),
        heat=measure_heat_shares(checked),
    )


def read_out_of_scope(data: Path) -> OutOfScope:
    """The photographs beside the labelled images. Raises DataFolderInvalid where they are not there."""
    path = data / OUT_OF_SCOPE / "labels.csv"
    if not path.is_file():
        raise DataFolderInvalid(f"There is no {OUT_OF_SCOPE}/labels.csv in {data}.")
    with path.open(newline="", encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["file"])
    images = {row["file"]: decode((path.parent / "images" / row["file"]).read_bytes()) for row in rows}
    everyday = [images[row["file"]] for row in rows if row["kind"] == "everyday"]
    clinical = [images[row["file"]] for row in rows if row["kind"] != "everyday"]
    return OutOfScope(tuple(everyday[:_N_FIT_PHOTOGRAPHS]), tuple(everyday[_N_FIT_PHOTOGRAPHS:]), tuple(clinical))


def _recipe(classifier: Classifier) -> Recipe:
    return Recipe(training_set=TrainingSet.CLINIC, input_px=classifier.card.frame.width_px)


def _choose_inside(data: TrainingData, sources: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Training pictures, up to a third of them from the rarer source."""
    train = np.array(data.split.train)
    ham, other = (rng.permutation(train[sources[train] == source]) for source in (1, 0))
    n_other = min(len(other), _N_INSIDE // 3)
    return np.sort(np.concatenate([other[:n_other], ham[: _N_INSIDE - n_other]]))


def _embed(classifier: Classifier, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(pass_all(classifier.embeddings, frames, "embed"), dtype=np.float32)


def _to_frames(classifier: Classifier, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return np.stack([resize_frame(as_image(pixels), classifier.card.frame) for pixels in pictures])


def _stack(classifier: Classifier, images: Sequence[LesionImage]) -> NDArray[np.uint8]:
    return np.stack([classifier.prepare(image) for image in images])


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m core.evaluation gates", description=__doc__)
    parser.add_argument("--weights", type=Path, help="model folder; default: the one in use")
    parser.add_argument("--data", type=Path, help="folder of labelled images; default: LESIONWISE_DATA")
    parser.add_argument("--reason", default="gates refitted", help="for the log of test images")
    return parser.parse_args(arguments)
