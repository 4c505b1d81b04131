"""A lesion over time: its visits, two of them laid over each other, and its scores by model version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from core.domain import CaseRecord, LesionImage, LesionMeasures, ModelIdentity, Recall
from core.errors import RecordNotFound
from core.gates.abcd import MeasuredChange, measure_change, measure_lesion
from core.gates.outline import outline_lesion
from core.imaging.registration import NotAligned, Registration, register
from dashboard.workflow.cases import load_picture
from dashboard.workflow.record import LARGEST_ID, Record


@dataclass(frozen=True, slots=True, eq=False)
class LesionStory:
    """A lesion with its cases, the earliest visit first, and its recalls, what is due first at the top."""

    lesion_id: int
    cases: tuple[CaseRecord, ...]
    recalls: tuple[Recall, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The pictures of two visits as they are stored, how the later one lies on the earlier one, and what changed.

    `change` is None where `doubt` says why nothing can be measured.
    """

    earlier: LesionImage
    later: LesionImage
    alignment: Registration | NotAligned
    change: MeasuredChange | None = None
    doubt: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ScoreSeries:
    """The scores that one version of one network gave, the earliest visit first; only these may be joined."""

    model: ModelIdentity
    cases: tuple[CaseRecord, ...]


def load_lesion(*, lesion_id: int, record: Record) -> LesionStory:
    """A lesion's whole story. Raises RecordNotFound where no case is about it."""
    missing = RecordNotFound(f"There is no picture of a lesion {lesion_id}.")
    if lesion_id > LARGEST_ID:
        raise missing
    with record.reading() as work:
        cases, recalls = work.cases.in_lesion(lesion_id), work.recalls.of_lesion(lesion_id)
    if not cases:
        raise missing
    return LesionStory(lesion_id, tuple(sorted(cases, key=lambda case: (day_of(case), case.created_at))), recalls)


def compare_visits(*, earlier: CaseRecord, later: CaseRecord, record: Record) -> Comparison:
    """The pictures of two cases, registered. Raises RecordNotFound or ImageRejected where a picture is gone."""
    first, second = (load_picture(case=case, record=record) for case in (earlier, later))
    alignment = register(first.pixels, second.pixels)
    measures = [measure_lesion(picture.pixels, outline_lesion(picture.pixels)) for picture in (first, second)]
    doubt = _doubt(measures)
    if doubt or measures[0] is None or measures[1] is None:
        return Comparison(first, second, alignment, doubt=doubt)
    change = measure_change(measures[0], measures[1], _area_scale(first, second, alignment))
    return Comparison(first, second, alignment, change)


def score_series(cases: Sequence[CaseRecord]) -> tuple[ScoreSeries, ...]:
    """The cases by exactly the network that scored them, each in the order given."""

    def identity(case: CaseRecord) -> tuple[str, str, str]:
        model = case.prediction.model
        return model.name, model.version, model.card_sha256

    groups = groupby(sorted(cases, key=identity), key=identity)
    return tuple(ScoreSeries(found[0].prediction.model, found) for found in (tuple(group) for _, group in groups))


def day_of(case: CaseRecord) -> date:
    """The day of the picture: of its visit, or else the day on which it was saved."""
    return case.visited_on or case.created_at.astimezone().date()


def _doubt(measures: Sequence[LesionMeasures | None]) -> str:
    """Which of the two outlines cannot be relied on, and why; "" where both can."""
    for name, found in zip(("earlier", "later"), measures, strict=True):
        if found is None or not found.is_sure:
            return f"in the {name} picture {found.doubt if found else 'no lesion stands out from the skin'}"
    return ""


def _area_scale(earlier: LesionImage, later: LesionImage, alignment: Registration | NotAligned) -> float:
    """The later picture's area, as it lies on the earlier one, over that one's; 1 where they are not aligned."""
    if isinstance(alignment, NotAligned):
        return 1.0
    return alignment.scale**2 * later.pixels[..., 0].size / earlier.pixels[..., 0].size
