"""Who did what to which record, when."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from db.tables import AuditRow


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit trail; `at` is UTC, `detail` what the action was about."""

    at: datetime
    who: str
    action: str
    entity: str
    entity_id: str
    detail: Mapping[str, object]


class AuditRepository:
    """Lines are added and never changed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        *,
        at: datetime,
        who: str,
        action: str,
        entity: str,
        entity_id: int | str,
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Write a line; `detail` must be what JSON can hold, and no patient's words belong into it."""
        self.add_many(at=at, who=who, action=action, entity=entity, entity_ids=[entity_id], detail=detail)

    def add_many(
        self,
        *,
        at: datetime,
        who: str,
        action: str,
        entity: str,
        entity_ids: Sequence[int | str],
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Write the same line for each of these records."""
        text = json.dumps(dict(detail or {}), ensure_ascii=False, sort_keys=True)
        values = {"at": at, "who": who, "action": action, "entity": entity, "detail": text}
        rows = [values | {"entity_id": str(entity_id)} for entity_id in entity_ids]
        if rows:
            self._session.execute(insert(AuditRow), rows)

    def of(self, entity: str, entity_id: int | str) -> tuple[AuditEntry, ...]:
        """The story of one record, oldest first."""
        statement = select(AuditRow).where(AuditRow.entity == entity, AuditRow.entity_id == str(entity_id))
        return tuple(
            AuditEntry(row.at, row.who, row.action, row.entity, row.entity_id, json.loads(row.detail))
            for row in self._session.scalars(statement.order_by(AuditRow.id))
        )
