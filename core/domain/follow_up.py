"""Lesions that are seen again."""

from dataclasses import dataclass
from datetime import date, datetime

from core.taxonomy import AnatomSite, BodyRegion, Laterality


@dataclass(frozen=True, slots=True)
class LesionSummary:
    """A lesion of a named patient, with how often it was imaged and when last."""

    lesion_id: int
    label: str
    anatom_site: AnatomSite | None
    laterality: Laterality | None
    body_region: BodyRegion | None
    n_images: int
    n_visits: int
    newest_case_id: int
    newest_on: date


@dataclass(frozen=True, slots=True)
class Recall:
    """A day by which a lesion is to be seen again, and why. `done_at` (UTC) is None while it is still to be done.

    `newest_case_id` is None where no picture of the lesion is in the record any more.
    """

    recall_id: int
    lesion_id: int
    pseudonym: str
    lesion_label: str
    anatom_site: AnatomSite | None
    newest_case_id: int | None
    due_on: date
    reason: str
    set_by: str
    set_at: datetime
    done_by: str = ""
    done_at: datetime | None = None
