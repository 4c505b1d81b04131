"""A lesion over time: its visits, two of them laid over each other, and its scores by model version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from core.domain import CaseRecord, LesionImage, ModelIdentity, Recall
from core.errors import RecordNotFound
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
    """The pictures of two visits as they are stored, and how the later one lies on the earlier one."""

    earlier: LesionImage
    later: LesionImage
    alignment: Registration | NotAligned


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
    return Comparison(first, second, register(first.pixels, second.pixels))


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
