"""Settings of the practice, with the story of each change."""

from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from core.domain import SettingChange
from db.tables import SettingChangeRow


class SettingRepository:
    """A setting is never overwritten: a newer change is added and counts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def current(self) -> dict[str, str]:
        """The value in force of each setting that was ever set."""
        newest = select(func.max(SettingChangeRow.id)).group_by(SettingChangeRow.key)
        statement = select(SettingChangeRow.key, SettingChangeRow.value).where(SettingChangeRow.id.in_(newest))
        return dict(self._session.execute(statement).all())

    def set(self, key: str, value: str, *, who: str, at: datetime) -> None:
        """Put a value in force from `at` (UTC) on."""
        values = {"key": key, "value": value, "changed_by": who, "changed_at": at}
        self._session.execute(insert(SettingChangeRow), values)

    def history(self) -> tuple[SettingChange, ...]:
        """All changes, newest first."""
        rows = self._session.scalars(select(SettingChangeRow).order_by(SettingChangeRow.id.desc()))
        return tuple(
            SettingChange(key=row.key, value=row.value, changed_by=row.changed_by, changed_at=row.changed_at)
            for row in rows
        )
