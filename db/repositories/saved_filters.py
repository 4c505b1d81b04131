"""Filters of the case history under a name."""

import json
from dataclasses import asdict, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from core.domain import CaseFilter, SavedFilter
from core.taxonomy import AnatomSite, Artefact, Band
from db.tables import SavedFilterRow

_ENUMS: dict[str, type[StrEnum]] = {"anatom_site": AnatomSite, "band": Band, "artefact": Artefact}
_TIMES = ("created_from", "created_before")


class SavedFilterRepository:
    """One filter for each name; saving under a name again replaces it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, name: str, wanted: CaseFilter, *, who: str, at: datetime) -> int:
        """Keep a filter under a name and give its id."""
        self._session.execute(delete(SavedFilterRow).where(SavedFilterRow.name == name))
        values = {"name": name, "wanted": _to_json(wanted), "saved_by": who, "saved_at": at}
        return self._session.execute(insert(SavedFilterRow).values(values).returning(SavedFilterRow.id)).scalar_one()

    def all(self) -> list[SavedFilter]:
        """All filters, by name."""
        rows = self._session.scalars(select(SavedFilterRow).order_by(SavedFilterRow.name))
        return [SavedFilter(row.id, row.name, _from_json(row.wanted), row.saved_by, row.saved_at) for row in rows]

    def remove(self, filter_id: int) -> None:
        """Forget a filter; one that is gone is passed over."""
        self._session.execute(delete(SavedFilterRow).where(SavedFilterRow.id == filter_id))


def _to_json(wanted: CaseFilter) -> str:
    set_fields = {name: value for name, value in asdict(wanted).items() if value not in (None, "")}
    return json.dumps(set_fields, default=datetime.isoformat, ensure_ascii=False, sort_keys=True)


def _from_json(text: str) -> CaseFilter:
    """What a later version added and this one does not know is left out."""
    known = {field.name for field in fields(CaseFilter)}
    return CaseFilter(**{name: _value(name, value) for name, value in json.loads(text).items() if name in known})


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 (text, a truth value, an enum's or a time's text)
    if name in _TIMES:
        return datetime.fromisoformat(value)
    return _ENUMS[name](value) if name in _ENUMS else value
