"""The blind first read: the reader's impression is kept before the machine's result is shown, then the final one.

Everything goes by the `submission_id` of a case that may not be saved yet; a batch item's is `item_submission(id)`.
"""

from dataclasses import dataclass

from core.domain import FinalAssessment, FirstRead, Review
from core.taxonomy import Band, Confidence, Diagnosis, Impression, ReadMode
from dashboard.workflow.record import Record, utc_now
from db.repositories.batch_rows import SUBMISSION
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class FinalReading:
    """What a reader says of a picture with the machine's result in view."""

    submission_id: str
    impression: Impression
    diagnosis: Diagnosis | None
    decision: Band | None
    reader: str


def item_submission(item_id: int) -> str:
    """The submission id of a batch item, for good: saving it again saves nothing twice."""
    return f"{SUBMISSION}{item_id}"


def is_from_batch(submission_id: str) -> bool:
    """Whether it is a batch item's, whose final assessment is read from the decision: there is one key for both."""
    return submission_id.startswith(SUBMISSION)


def keep_first_read(
    *,
    submission_id: str,
    impression: Impression,
    confidence: Confidence | None,
    diagnosis: Diagnosis | None,
    reader: str,
    record: Record,
) -> FirstRead:
    """Keep what the reader thinks before the machine's result; the first that is kept stays. Raises StorageFailed."""
    read = FirstRead(submission_id, ReadMode.BLIND, reader, utc_now(), impression, confidence, diagnosis)
    return _keep(read, record)


def skip_first_read(*, submission_id: str, reader: str, record: Record) -> FirstRead:
    """Keep that the reader chose to see the machine's result without an impression. Raises StorageFailed."""
    return _keep(FirstRead(submission_id, ReadMode.SKIPPED, reader, utc_now()), record)


def note_reveal(*, submission_id: str, record: Record) -> None:
    """Keep when the machine's result was first shown; later calls change nothing. Raises StorageFailed."""
    with record.writing() as work:
        work.reads.mark_revealed(submission_id, utc_now())


def keep_final(*, final: FinalReading, record: Record) -> FinalAssessment:
    """Keep what the reader thinks after the reveal, unless the newest is theirs and says just that; another impression
    than in their own first read is kept as a switch. Raises StorageFailed."""
    with record.writing() as work:
        return add_final(work, final)


def add_final(work: UnitOfWork, said: FinalReading) -> FinalAssessment:
    """The same within a unit of work that also changes something else."""
    earlier = work.reads.finals([said.submission_id]).get(said.submission_id, ())
    if earlier and said == _said_in(earlier[0]):
        return earlier[0]
    read = work.reads.firsts([said.submission_id]).get(said.submission_id)
    first = read.impression_of(said.reader) if read else None
    final = FinalAssessment(
        submission_id=said.submission_id,
        impression=said.impression,
        reader=said.reader,
        assessed_at=utc_now(),
        diagnosis=said.diagnosis,
        decision=said.decision,
        is_switch=first not in (None, said.impression),
    )
    work.reads.add_final(final)
    case_id = work.cases.find_by_submission(said.submission_id)
    if case_id is not None and said.decision is not None:
        work.reviews.add(case_id, Review(said.decision, "", said.reader, final.assessed_at))
    work.audit.add(
        at=final.assessed_at,
        who=said.reader,
        action="final assessment",
        entity="submission",
        entity_id=said.submission_id,
        detail={"impression": said.impression, "is_switch": final.is_switch},
    )
    return final


def _said_in(final: FinalAssessment) -> FinalReading:
    return FinalReading(final.submission_id, final.impression, final.diagnosis, final.decision, final.reader)


def _keep(read: FirstRead, record: Record) -> FirstRead:
    with record.writing() as work:
        kept = work.reads.add_first(read)
        if kept == read:
            work.audit.add(
                at=read.kept_at,
                who=read.reader,
                action="first read" if read.mode is ReadMode.BLIND else "skip first read",
                entity="submission",
                entity_id=read.submission_id,
            )
    return kept
