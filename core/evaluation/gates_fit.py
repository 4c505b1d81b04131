"""What the gates of one network are fitted on: training dermoscopy, negatives, everyday photographs 0 to 74.

The limits are set on validation dermoscopy.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.classifier.classifier import Classifier
from core.data.ham_extra import HAM_FOLDER
from core.domain import LesionImage
from core.errors import DataFolderInvalid
from core.evaluation.gates_measure import as_image, check_all, reliable_heats
from core.evaluation.scorer import STEP
from core.gates.artefact_limits import choose_limits, read_sets
from core.gates.artefacts import ArtefactFinder, write_limits
from core.gates.assess import Gates
from core.gates.clinical_like import draw_clinical_like
from core.gates.clinical_scenes import draw_clinical_scenes
from core.gates.heat import HeatLimits, fit_heat_limits
from core.gates.negatives import draw_negatives
from core.gates.scope import ScopeHead, Seen
from core.gates.scope_fit import draw_examples, fit_scope_head, set_threshold, vary_dermoscopy
from core.gates.storage import vary_storage
from core.imaging.decode import decode
from core.imaging.frame import resize_frame
from core.training.data import TrainingData

OUT_OF_SCOPE: Final = "out-of-scope"
_N_FIT_PHOTOGRAPHS: Final = 75
_N_EXTRA, _N_EXAMPLES = 1000, 300
_N_OUTSIDE, _N_CLINICAL_LIKE, _N_SCENES = 1000, 800, 900
_N_HEATS: Final = 400  # validation pictures on which the heat limits are set
_SEED: Final = 0

Frames = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class OutOfScope:
    """Photographs that are no dermoscopy: those that may be fitted on, and those that only test."""

    fitted: tuple[LesionImage, ...]
    everyday: tuple[LesionImage, ...]
    clinical: tuple[LesionImage, ...]


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


def fit_artefacts(folder: Path, data: TrainingData) -> None:
    """Set the limits of the artefact flags on validation pictures, where `folder` holds the network that finds them."""
    if folder.is_dir():
        finder = ArtefactFinder.load(folder, are_limits_known=False)
        write_limits(choose_limits(finder, read_sets([data.images[i].path for i in data.split.validation])), folder)


def fit_scope(classifier: Classifier, data: TrainingData, validation: Sequence[int], others: OutOfScope) -> ScopeHead:
    """Fit the scope head on training pictures, and set its threshold on the rows of `validation`."""
    rng = np.random.default_rng(_SEED)
    inside = np.asarray(data.frames[_choose_inside(data, rng)])
    varied = np.stack([vary_storage(vary_dermoscopy(frame, rng), rng) for frame in inside])
    drawn = draw_examples(_N_EXAMPLES, rng)
    examples = to_frames(classifier, [*drawn, *(vary_storage(picture, rng) for picture in drawn)])
    seen = see(classifier, np.concatenate([inside, varied, examples]))
    unlike = see(classifier, to_frames(classifier, _draw_outside(inside, others, rng)))
    head = fit_scope_head(seen, unlike)
    return set_threshold(head, head.scores(see(classifier, np.asarray(data.frames[np.array(validation)]))))


def _draw_outside(inside: Frames, others: OutOfScope, rng: np.random.Generator) -> list[Frames]:
    """Pictures that are no dermoscopy, half of them as another file would give them."""
    photographs = [image.pixels for image in others.fitted]
    pictures = [
        *photographs,
        *draw_negatives(_N_OUTSIDE, photographs, _SEED),
        *draw_clinical_like(_N_CLINICAL_LIKE, list(inside), photographs, _SEED),
        *draw_clinical_scenes(_N_SCENES, list(inside), photographs, _SEED),
    ]
    return [vary_storage(pixels, rng) if i % 2 else pixels for i, pixels in enumerate(pictures)]


def fit_heat(classifier: Classifier, gates: Gates, data: TrainingData) -> HeatLimits:
    """Set the limits of the heat's warnings on validation pictures with an outline to be relied on."""
    chosen = np.random.default_rng(_SEED).permutation(data.split.validation)[:_N_HEATS]
    images = [as_image(np.asarray(data.frames[i])) for i in np.sort(chosen)]
    return fit_heat_limits(reliable_heats(check_all(classifier, gates, images)))


def see(classifier: Classifier, frames: Frames) -> list[Seen]:
    """What the scope gate weighs of frames: parts, each (N, D)."""
    passes = [classifier.seen(np.ascontiguousarray(frames[i : i + STEP])) for i in range(0, len(frames), STEP)]
    return [np.concatenate(part) for part in zip(*passes, strict=True)]


def to_frames(classifier: Classifier, pictures: Sequence[Frames]) -> Frames:
    """Pictures of any size as the network sees them."""
    return np.stack([resize_frame(as_image(pixels), classifier.card.frame) for pixels in pictures])


def _choose_inside(data: TrainingData, rng: np.random.Generator) -> NDArray[np.int64]:
    """All training pictures of the Kaggle set, whose sources differ most, and some of the others."""
    train = rng.permutation(data.split.train)
    is_extra = np.array([HAM_FOLDER in data.images[i].path.parts for i in train])
    return np.sort(np.concatenate([train[~is_extra], train[is_extra][:_N_EXTRA]]))
