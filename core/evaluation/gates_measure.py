"""Measures gates and explanations on pictures that they were not fitted on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.classifier.classifier import Classifier
from core.domain import Checks, HeatShares, LesionImage, Prediction
from core.evaluation.degraded import DEGRADED, degrade
from core.evaluation.gates_report import Counted, FlagFigures, HeatFigures, count
from core.explanations.influence import measure_influence
from core.explanations.uncertainty import Doubt, explain_uncertainty
from core.gates.artefacts import SIDE_PX, ArtefactFinder
from core.gates.assess import Gates, check_picture
from core.gates.heat import HeatLimits
from core.gates.outline import outline_lesion
from core.gates.quality import measure_quality
from core.gates.scope import ScopeHead, Seen
from core.imaging.artefacts import add_artefact
from core.imaging.drawn import DrawnLesion, draw_lesion, lesion_mask
from core.taxonomy import Artefact, Band

_STEP: Final = 32
_LAID_OVER: Final = (Artefact.HAIR, Artefact.RULER, Artefact.DARK_CORNERS)  # the hair, ruler and vignette

Pictures = Sequence[NDArray[np.uint8]]


@dataclass(frozen=True, slots=True, eq=False)
class CheckedSet:
    """The checks of many pictures (N) with their predictions, and the number of cells along a side of their maps."""

    checks: tuple[Checks, ...]
    predictions: tuple[Prediction, ...]
    cells: int


def check_all(classifier: Classifier, gates: Gates, images: Sequence[LesionImage]) -> CheckedSet:
    """Pass all pictures through the network and the gates, a few at a time."""
    checks: list[Checks] = []
    predictions: list[Prediction] = []
    cells = 0
    for start in range(0, len(images), _STEP):
        part = images[start : start + _STEP]
        readings = classifier.read_frames(np.stack([classifier.prepare(image) for image in part]))
        checks += [check_picture(gates, image, reading)[0] for image, reading in zip(part, readings, strict=True)]
        predictions += [reading.prediction for reading in readings]
        cells = 0 if readings[0].layer_map is None else readings[0].layer_map.shape[0]
    return CheckedSet(tuple(checks), tuple(predictions), cells)


def measure_caught(pictures: Pictures) -> dict[str, Counted]:
    """The share of degraded pictures that the quality gate holds back, by how they were degraded."""
    return {
        name: count([not measure_quality(as_image(degrade(pixels, change))).is_accepted for pixels in pictures])
        for name, change in DEGRADED.items()
    }


def measure_flags(finder: ArtefactFinder, pictures: Pictures, seed: int = 0) -> dict[str, FlagFigures]:
    """Each artefact drawn over real pictures, and the same pictures without it."""
    rng = np.random.default_rng(seed)
    without = [finder.names(pixels) for pixels in pictures]
    return {
        str(artefact): FlagFigures(
            count([artefact in finder.names(add_artefact(pixels, artefact, rng)) for pixels in pictures]),
            count([artefact in flagged for flagged in without]),
        )
        for artefact in Artefact
    }


def measure_dice(n: int, seed: int = 0) -> NDArray[np.float64]:
    """Dice's coefficient (n,) of the outline with the truth on drawn lesions with hair, ruler and vignette."""
    rng = np.random.default_rng(seed)
    return np.array([_dice(_draw_covered(rng), rng) for _ in range(n)])


def measure_heat_shares(checked: CheckedSet, limits: HeatLimits) -> HeatFigures | None:
    """Mean shares of the heat over pictures with a sure outline and a result of concern; None where there is none."""
    heats = reliable_heats(checked)
    if not heats:
        return None
    inside, border, outside = np.mean([[h.inside, h.border, h.outside] for h in heats], axis=0).tolist()
    return HeatFigures(
        n=len(heats),
        cells=checked.cells,
        mean_inside=inside,
        mean_border=border,
        mean_outside=outside,
        warned=count([bool(h.warnings) for h in heats]),
        max_outside=limits.max_outside,
        max_on_artefacts=limits.max_on_artefacts,
    )


def measure_doubts(checked: CheckedSet, reference: dict[str, Any] | None) -> dict[str, Counted]:
    """The share of pictures whose result is uncertain, by the kind of doubt that needs no further pass."""
    doubts = [explain_uncertainty(prediction, reference).doubts for prediction in checked.predictions]
    kinds = (Doubt.NEAR_THRESHOLD, *((Doubt.UNLIKE_TRAINING,) if reference else ()))
    return {str(kind): count([kind in found for found in doubts]) for kind in kinds}


def measure_stability(classifier: Classifier, images: Sequence[LesionImage]) -> Counted:
    """The share of pictures whose band nothing moves that leaves the lesion as it is."""
    return count([_is_stable(classifier, image) for image in images])


def reliable_heats(checked: CheckedSet) -> list[HeatShares]:
    """The shares of the heat of those pictures whose outline may be relied on and whose result is of concern."""
    return [
        checks.heat
        for checks, prediction in zip(checked.checks, checked.predictions, strict=True)
        if checks.heat and checks.measures and checks.measures.is_sure and prediction.band is not Band.NO_CONCERN
    ]


def rejected(head: ScopeHead, seen: Sequence[Seen]) -> Counted:
    """The share of pictures that the scope gate holds back."""
    return count(head.scores(seen) < head.threshold)


def _is_stable(classifier: Classifier, image: LesionImage) -> bool:
    prediction = classifier.predict(image)
    return measure_influence(classifier, image, prediction, outline_lesion(image.pixels)).is_stable


def as_image(pixels: NDArray[np.uint8]) -> LesionImage:
    """Pixels that come from no file."""
    return LesionImage(pixels=pixels, sha256="", format="PNG")


def _draw_covered(rng: np.random.Generator) -> DrawnLesion:
    return DrawnLesion(
        width_px=600,
        height_px=450,
        centre_x=rng.uniform(0.42, 0.58),
        centre_y=rng.uniform(0.42, 0.58),
        radius=rng.uniform(0.12, 0.30),
        irregularity=rng.uniform(0.02, 0.25),
        darkness=rng.uniform(0.4, 1.0),
        seed=int(rng.integers(2**31)),
    )


def _dice(lesion: DrawnLesion, rng: np.random.Generator) -> float:
    pixels = draw_lesion(lesion)
    for artefact in _LAID_OVER:
        pixels = add_artefact(pixels, artefact, rng)
    truth = _shrink(lesion_mask(lesion))
    found = outline_lesion(pixels).mask
    return float(2 * (truth & found).sum() / max(int(truth.sum() + found.sum()), 1))


def _shrink(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    small = cv2.resize(mask.astype(np.float32), (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(small > 0.5)
