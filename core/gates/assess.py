"""One picture through the network and all gates; the one way from a picture to a score that may be shown."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from core.classifier.card import ModelCard
from core.classifier.classifier import Classifier
from core.classifier.reading import Reading
from core.domain import Checks, HeatShares, LesionImage, QualityNote, QualityReport, ScopeReport
from core.errors import PictureGated
from core.gates.abcd import measure_lesion
from core.gates.artefacts import FOLDER, ArtefactFinder, Mask
from core.gates.heat import NEVER, HeatLimits, measure_heat, read_heat_limits
from core.gates.outline import Outline, outline_lesion
from core.gates.quality import measure_quality
from core.gates.scope import ScopeHead, read_scope_head
from core.taxonomy import Band

_MAX_CUT_OFF = 0.10  # of the outline on the picture's edge; a warning, since large lesions fill the field
_FRAME_AGAIN = "Move back or use a larger field, so that skin is seen all round the lesion."


@dataclass(frozen=True, slots=True, eq=False)
class Gates:
    """What was fitted: scope head and heat limits of one network, and the artefact finder that serves all."""

    scope: ScopeHead | None
    artefacts: ArtefactFinder | None
    heat: HeatLimits = field(default_factory=HeatLimits)

    @classmethod
    def load(cls, model_folder: Path, card: ModelCard) -> "Gates":
        """The gates of an installed network. Raises CardUnusable where a file is broken."""
        artefacts = model_folder.parent / FOLDER
        finder = ArtefactFinder.load(artefacts) if artefacts.is_dir() else None
        limits = read_heat_limits(model_folder, card.weights_sha256)
        return cls(read_scope_head(model_folder, card), finder, limits)

    @staticmethod
    def measure(image: LesionImage) -> QualityReport:
        """What the quality gate says of a picture; needs no network."""
        return measure_quality(image)

    def judge(self, quality: QualityReport, reading: Reading) -> Checks:
        """Quality and scope alone, for pictures by the hundred."""
        return Checks(quality=quality, scope=self.judge_scope(reading), artefacts=())

    def judge_scope(self, reading: Reading) -> ScopeReport | None:
        """Whether the picture is dermoscopy; None where no gate is fitted for what this network gives."""
        return self.scope.judge(reading.embedding, reading.stages) if self.scope else None


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """A picture's reading with its checks and outline."""

    reading: Reading
    checks: Checks
    outline: Outline


def assess(classifier: Classifier, gates: Gates, image: LesionImage, *, override_reason: str = "") -> Assessment:
    """Score a picture if the gates let it pass, or if there is a reason to score it all the same.

    Raises PictureGated, which carries the checks, where neither is so.
    """
    reading = classifier.read(image)
    checks, outline = check_picture(gates, image, reading)
    if checks.is_passed:
        return Assessment(reading, checks, outline)
    if not override_reason:
        raise PictureGated(checks)
    return Assessment(reading, replace(checks, override_reason=override_reason), outline)


def check_picture(gates: Gates, image: LesionImage, reading: Reading) -> tuple[Checks, Outline]:
    """All that the gates say of a picture and its reading."""
    found = gates.artefacts.find(image.pixels) if gates.artefacts else {}
    flags = gates.artefacts.flag(found) if gates.artefacts else ()
    flagged = {str(flag.artefact): found[flag.artefact].mask for flag in flags if flag.is_flagged}
    outline = outline_lesion(image.pixels)
    measures = measure_lesion(image.pixels, outline)
    quality = measure_quality(image)
    checks = Checks(
        quality=QualityReport((*quality.notes, _framing(measures.cut_off_share if measures else 0.0))),
        scope=gates.judge_scope(reading),
        artefacts=flags,
        measures=measures,
        heat=_heat(reading, outline, flagged, gates.heat),
    )
    return checks, outline


def _heat(reading: Reading, outline: Outline, flagged: dict[str, Mask], limits: HeatLimits) -> HeatShares | None:
    if reading.layer_map is None:
        return None
    is_of_concern = reading.prediction.band is not Band.NO_CONCERN
    return measure_heat(reading.layer_map, outline, flagged, limits if is_of_concern else NEVER)


def _framing(cut_off: float) -> QualityNote:
    is_fine = cut_off <= _MAX_CUT_OFF
    sentence = "the lesion lies in the picture" if is_fine else f"{cut_off:.0%} of the lesion's outline is cut off"
    return QualityNote("Framing", cut_off, "share", is_fine, sentence, "" if is_fine else _FRAME_AGAIN)
