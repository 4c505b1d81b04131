"""How far readers and the machine agree, from the blind reads of the record."""

from core.domain import ReadOutcome
from dashboard.workflow.record import Record
from db.agreement import blind_reads


def load_reads(*, record: Record) -> tuple[ReadOutcome, ...]:
    """Every blind read of a saved case; skipped ones and those of triage are no blind reads."""
    with record.reading() as work:
        return blind_reads(work.session)


def readers_of(outcomes: tuple[ReadOutcome, ...]) -> list[str]:
    """Who read, in alphabetical order; "" for reads by nobody named."""
    return sorted({one.reader for one in outcomes})
