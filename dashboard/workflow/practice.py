"""What the practice has set: readers, prevalence, default model, data folder; each change kept with user and time."""

from dataclasses import dataclass
from pathlib import Path

from core.domain import SettingChange
from core.settings import Settings
from dashboard.workflow.record import Record, utc_now

DEFAULT_PREVALENCE = 0.066  # UK urgent suspected-cancer referrals, see docs/decisions/0007-prevalence.md
_READERS, _PREVALENCE, _MODEL, _DATA = "readers", "prevalence", "model", "data_folder"
_BLIND = "blind_first_read"


@dataclass(frozen=True, slots=True)
class Practice:
    """The settings in force. `prevalence` is the share of malignant lesions among those seen, in (0, 1).

    `is_blind`: the reader's impression is asked for before the machine's result is shown.
    """

    readers: tuple[str, ...]
    prevalence: float
    model: str
    data: Path | None
    is_blind: bool = True


def load_practice(*, record: Record, settings: Settings) -> Practice:
    """What was set, or the default where nothing was."""
    with record.reading() as work:
        current = work.settings.current()
    data = current.get(_DATA, "")
    return Practice(
        readers=tuple(filter(None, current.get(_READERS, "").split("\n"))),
        prevalence=float(current.get(_PREVALENCE, DEFAULT_PREVALENCE)),
        model=current.get(_MODEL) or settings.model,
        data=Path(data) if data else settings.data,
        is_blind=current.get(_BLIND, "on") == "on",
    )


def change_practice(*, practice: Practice, who: str, record: Record, settings: Settings) -> list[str]:
    """Keep what differs from the settings in force; gives the names of what was changed. Raises StorageFailed."""
    before, after = (_as_text(p) for p in (load_practice(record=record, settings=settings), practice))
    changed = [key for key, value in after.items() if before[key] != value]
    with record.writing() as work:
        for key in changed:
            work.settings.set(key, after[key], who=who, at=utc_now())
    return changed


def setting_history(*, record: Record) -> tuple[SettingChange, ...]:
    """Every change that was made, newest first."""
    with record.reading() as work:
        return work.settings.history()


def _as_text(practice: Practice) -> dict[str, str]:
    return {
        _READERS: "\n".join(practice.readers),
        _PREVALENCE: f"{practice.prevalence:.6g}",
        _MODEL: practice.model,
        _DATA: str(practice.data or ""),
        _BLIND: "on" if practice.is_blind else "off",
    }
