"""What would change a result: the score under other light, crops and turns, and with parts of the picture covered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.domain import LesionImage, Prediction
from core.evaluation.operating_points import OperatingPoints, band_of
from core.explanations.regions import LESION, SKIN, cover, regions_of, smooth_skin
from core.gates.outline import Outline
from core.imaging.changes import brighten, crop_middle, turn


class FrameScorer(Protocol):
    """What this needs of a `Classifier`."""

    def prepare(self, image: LesionImage) -> NDArray[np.uint8]:
        """The frame that the network sees, uint8 (height, width, 3) RGB."""
        ...

    def predict_frames(self, frames: NDArray[np.uint8]) -> list[Prediction]:
        """Assess frames uint8 (N, height, width, 3) in one pass."""
        ...


class Change(StrEnum):
    """What differs between two photographs of one lesion."""

    BRIGHTNESS = "brightness"
    CROP = "crop"
    ROTATION = "rotation"


# Two exposures of one camera differ by a tenth, two cameras by more; a dermatoscope is held at any angle.
_AMOUNTS: Final[dict[Change, tuple[float, ...]]] = {
    Change.BRIGHTNESS: (-0.2, -0.1, 0.1, 0.2),
    Change.CROP: (0.05, 0.1, 0.2),
    Change.ROTATION: (-90, -45, -20, 20, 45, 90, 180),
}
_APPLY: Final[dict[Change, Callable[[Image.Image, float], Image.Image]]] = {
    Change.BRIGHTNESS: lambda image, amount: brighten(image, 1 + amount),
    Change.CROP: crop_middle,
    Change.ROTATION: turn,
}


@dataclass(frozen=True, slots=True)
class Sweep:
    """Malignant probabilities over the `amounts` of one change, ascending, with 0 for the picture as it is.

    Amounts are shares of brightness (-0.2: a fifth darker), shares of the sides that are cropped, and degrees.
    """

    change: Change
    amounts: tuple[float, ...]
    probabilities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """The malignant probability with one region painted over in the colour of the skin."""

    region: str
    probability: float


@dataclass(frozen=True, slots=True)
class Influence:
    """What would change one picture's result; `points` are the thresholds of its bands.

    `is_by_lesion` says that the regions are parts of the lesion, since its outline is sure; else they are fields of
    the picture.
    """

    probability: float
    points: OperatingPoints
    sweeps: tuple[Sweep, ...]
    covered: tuple[Covered, ...]
    is_by_lesion: bool

    @property
    def depends_on(self) -> tuple[str, ...]:
        """What moves the result into another band although the lesion stays the same: changes, and the skin."""
        changes = [str(sweep.change) for sweep in self.sweeps if self._moves(sweep.probabilities)]
        skin = [part.probability for part in self.covered if part.region == SKIN]
        return (*changes, SKIN) if self._moves(skin) else tuple(changes)

    @property
    def is_stable(self) -> bool:
        """Whether the result stays in its band."""
        return not self.depends_on

    @property
    def verdict(self) -> str:
        """`stable`, or what the result depends on."""
        return "stable" if self.is_stable else f"depends on {_join(self.depends_on)}"

    @property
    def strongest(self) -> Covered | None:
        """The part whose covering lowers the probability most; None where nothing lowers it by a tenth of itself."""
        parts = [part for part in self.covered if part.region not in (LESION, SKIN)]
        found = min(parts, key=lambda part: part.probability, default=None)
        return found if found and found.probability < 0.9 * self.probability else None

    def _moves(self, probabilities: Sequence[float]) -> bool:
        own = band_of(self.probability, self.points)
        return any(band_of(each, self.points) is not own for each in probabilities)


def measure_influence(
    classifier: FrameScorer, image: LesionImage, prediction: Prediction, outline: Outline
) -> Influence:
    """Score the picture under every change and with every region covered, in one pass of some twenty frames.

    The bands are those of the `prediction`, whose thresholds may be older than the classifier's.
    """
    frame = classifier.prepare(image)
    regions = regions_of(outline)
    changed = [_changed(frame, change, amount) for change, amounts in _AMOUNTS.items() for amount in amounts]
    paint = smooth_skin(frame, outline)
    covers = [cover(frame, mask, paint) for mask in regions.values()]
    scores = [each.malignant_probability for each in classifier.predict_frames(np.stack([frame, *changed, *covers]))]
    n_changed = 1 + len(changed)
    return Influence(
        probability=scores[0],
        points=OperatingPoints(refer=prediction.operating_threshold, no_concern=prediction.no_concern_threshold),
        sweeps=_to_sweeps(scores[0], scores[1:n_changed]),
        covered=tuple(Covered(name, score) for name, score in zip(regions, scores[n_changed:], strict=True)),
        is_by_lesion=LESION in regions,
    )


def _changed(frame: NDArray[np.uint8], change: Change, amount: float) -> NDArray[np.uint8]:
    return np.asarray(_APPLY[change](Image.fromarray(frame), amount), dtype=np.uint8)


def _to_sweeps(as_is: float, scores: Sequence[float]) -> tuple[Sweep, ...]:
    sweeps, rest = [], list(scores)
    for change, amounts in _AMOUNTS.items():
        own, rest = rest[: len(amounts)], rest[len(amounts) :]
        points = sorted([(0.0, as_is), *zip(amounts, own, strict=True)])
        sweeps.append(Sweep(change, tuple(amount for amount, _ in points), tuple(score for _, score in points)))
    return tuple(sweeps)


def _join(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
