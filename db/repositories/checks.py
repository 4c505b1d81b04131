"""What the gates found of a case's picture: kept once with the case, and never changed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import Checks
from db.case_words import touch
from db.checks import between_bars, from_details, to_details
from db.repositories.statements import insert_once
from db.tables import CaseChecksRow


class ChecksRepository:
    """The checks of cases."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, case_id: int, checks: Checks) -> None:
        """Keep the checks of a case; what is there stays as it is."""
        self.add_many({case_id: checks})

    def add_many(self, checks: Mapping[int, Checks]) -> None:
        """Keep the checks of cases, by their ids; what is there stays as it is."""
        if checks:
            rows = [_values(case_id, found) for case_id, found in checks.items()]
            self._session.execute(insert_once(self._session, CaseChecksRow), rows)
        for case_id in checks:
            touch(self._session, case_id)

    def of_case(self, case_id: int) -> Checks | None:
        """The checks of a case; None for one that was saved before there were any."""
        details = self._session.scalar(select(CaseChecksRow.details).where(CaseChecksRow.case_id == case_id))
        return None if details is None else from_details(details)


def _values(case_id: int, checks: Checks) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "is_accepted": checks.quality.is_accepted,
        "is_in_scope": checks.scope.is_in_scope if checks.scope else None,
        "override_reason": checks.override_reason,
        "flags": between_bars(tuple(str(flag.artefact) for flag in checks.artefacts if flag.is_flagged)),
        "concerns": between_bars(tuple(map(str, checks.concerns))),
        "heat_outside": checks.heat.outside if checks.heat else None,
        "details": to_details(checks),
    }
