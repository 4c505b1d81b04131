"""What the history is narrowed to, and changes of settings."""

from dataclasses import dataclass
from datetime import datetime

from core.taxonomy import AnatomSite, Artefact, Band


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What the case history is narrowed to; None or "" leaves a field open. Dates are whole UTC-aware instants.

    Each word of `text` is looked for in all that was said about a case. `is_reviewed` and `is_confirmed_malignant`
    filter on the newest review and on the confirmed diagnosis (`has_diagnosis` on there being one), `artefact` on what
    was flagged in the picture, `is_overridden` on whether it was scored against a gate.
    """

    text: str = ""
    pseudonym: str = ""
    created_from: datetime | None = None
    created_before: datetime | None = None
    anatom_site: AnatomSite | None = None
    band: Band | None = None
    is_reviewed: bool | None = None
    has_diagnosis: bool | None = None
    is_confirmed_malignant: bool | None = None
    model_version: str = ""
    artefact: Artefact | None = None
    is_overridden: bool | None = None


@dataclass(frozen=True, slots=True)
class CaseMark:
    """A place in the history, newest first: right behind this case."""

    created_at: datetime
    case_id: int


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter of the case history that was given a name."""

    filter_id: int
    name: str
    wanted: CaseFilter
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One change of a setting: who set what to which value, when (UTC)."""

    key: str
    value: str
    changed_by: str
    changed_at: datetime
