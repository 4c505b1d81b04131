"""What gates and measures find of a picture, before and beside a score."""

from dataclasses import dataclass

from core.taxonomy import Artefact, Concern, Gate


@dataclass(frozen=True, slots=True)
class QualityNote:
    """One measured property of a picture, and whether it is in order; `advice` says how to take a better one.

    A blocking note that is not fine holds the score back; any other warns.
    """

    name: str
    value: float
    unit: str
    is_fine: bool
    sentence: str
    advice: str = ""
    is_blocking: bool = False


@dataclass(frozen=True, slots=True)
class QualityReport:
    """The measured notes on a picture; it is accepted unless a note is both not fine and blocking."""

    notes: tuple[QualityNote, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether the picture is good enough to be scored."""
        return not self.blocking

    @property
    def blocking(self) -> tuple[QualityNote, ...]:
        """The notes because of which the picture gets no score."""
        return tuple(note for note in self.notes if note.is_blocking and not note.is_fine)


@dataclass(frozen=True, slots=True)
class ScopeReport:
    """Whether this is a dermoscopic picture: `score` is the gate's logit, in scope at or above `threshold`."""

    score: float
    threshold: float
    reason: str = ""

    @property
    def is_in_scope(self) -> bool:
        """Whether the picture looks like the dermoscopic pictures that the gate was fitted on."""
        return self.score >= self.threshold


@dataclass(frozen=True, slots=True)
class ArtefactFlag:
    """One thing that may lie over the lesion: `share` of the picture in [0, 1], and whether it is flagged."""

    artefact: Artefact
    share: float
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class LesionMeasures:
    """ABCD measures of an outlined lesion, as `core.gates.abcd` defines them; no diagnosis.

    `area_share` is of the picture; `asymmetry` in [0, 1] (0: mirrors onto itself about both axes); `border` is
    perimeter squared over 4 pi area (1: a circle); `colours` names those found; `mean_rgb` on 0-255; `cut_off_share`
    is the part of the outline that lies on the picture's edge. Where `is_sure` is False the outline is not relied on.
    """

    area_share: float
    asymmetry: float
    border: float
    colours: tuple[str, ...]
    mean_rgb: tuple[float, float, float]
    cut_off_share: float
    is_sure: bool
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class HeatShares:
    """Shares of the heat inside the lesion, on its border and outside, summing to 1; with what is to be warned of.

    The map has `cells` x `cells` cells: nothing finer can be read from it.
    """

    inside: float
    border: float
    outside: float
    on_artefacts: float
    warnings: tuple[str, ...] = ()
    cells: int = 0


@dataclass(frozen=True, slots=True)
class Checks:
    """What gates and measures found of one picture; kept with its case.

    `scope` is None where the network has no fitted gate, `measures` where no lesion was found, `heat` where there is
    no outline or no map. `override_reason` says why a picture was scored although a gate held it back; `concerns` is
    what the clinician ticked at intake.
    """

    quality: QualityReport
    scope: ScopeReport | None
    artefacts: tuple[ArtefactFlag, ...]
    measures: LesionMeasures | None = None
    heat: HeatShares | None = None
    override_reason: str = ""
    concerns: tuple[Concern, ...] = ()

    @property
    def is_passed(self) -> bool:
        """Whether no gate holds the picture back."""
        return self.quality.is_accepted and (self.scope is None or self.scope.is_in_scope)

    @property
    def gate(self) -> Gate | None:
        """Which gate holds the picture back, scope before quality; None where none does."""
        if self.scope and not self.scope.is_in_scope:
            return Gate.SCOPE
        return None if self.quality.is_accepted else Gate.QUALITY

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why a gate holds the picture back, each as a sentence; empty where none does."""
        scope = (self.scope.reason,) if self.scope and not self.scope.is_in_scope else ()
        return (*scope, *(f"{note.name}: {note.sentence}." for note in self.quality.blocking))
