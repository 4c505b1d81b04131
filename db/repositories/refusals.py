"""Pictures of the Analyse page that a gate held back: counted, and told from each other for a day."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.taxonomy import Gate
from db.repositories.statements import insert_once
from db.tables import RefusalRow


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reading that a gate refused, at a time in UTC; nothing in it tells the picture or whose it is."""

    refused_at: datetime
    model_name: str
    model_version: str
    weights_sha256: str
    gate: Gate
    reason: str
    reader: str


def add_refusal(session: Session, refusal: Refusal, upload_sha256: str) -> None:
    """Count a refusal, once for the same upload's bytes on one day (UTC).

    What tells them apart is a hash of day and bytes, and is forgotten once the day is over.
    """
    day = refusal.refused_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    is_over = (RefusalRow.refused_at < day) & RefusalRow.day_mark.is_not(None)
    session.execute(update(RefusalRow).where(is_over).values(day_mark=None))
    mark = sha256(f"{day.date().isoformat()} {upload_sha256}".encode()).hexdigest()
    session.execute(insert_once(session, RefusalRow), asdict(refusal) | {"day_mark": mark})


def forget_day_marks(session: Session) -> None:
    """Make the counted refusals tell nothing of any picture, whoever holds that picture."""
    session.execute(update(RefusalRow).where(RefusalRow.day_mark.is_not(None)).values(day_mark=None))
