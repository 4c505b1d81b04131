"""Going through a scored batch: what may be seen, what the clinician decides, saving, signing off."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core import APP_VERSION
from core.domain import BatchItem, BatchSummary, CaseDraft, FinalAssessment, Review
from core.errors import RecordNotFound
from core.taxonomy import Band, BatchMode, Impression, ItemState
from dashboard.workflow.first_read import item_submission
from dashboard.workflow.record import LARGEST_ID, Record, utc_now
from dashboard.workflow.sign_off import require_open
from db.repositories.batch_rows import ItemOrder, WorklistPart
from db.repositories.cases import NewCase
from db.unit_of_work import UnitOfWork

_TOGETHER = 50  # cases that are saved in one unit of work: longer ones would keep other writers waiting
# What a decision can go with, and what it is read as where it goes against the first read.
_GOES_WITH = {
    Band.REFER: (Impression.MALIGNANT, Impression.UNSURE),
    Band.INDETERMINATE: (Impression.UNSURE, Impression.BENIGN),
    Band.NO_CONCERN: (Impression.BENIGN,),
}


@dataclass(frozen=True, slots=True, eq=False)
class BatchPage:
    """One page of a part of a batch; `bands` counts the scores that may be seen, `n_unsaved` what may be saved."""

    summary: BatchSummary
    items: list[BatchItem]
    n_part: int
    n_unsaved: int
    bands: dict[Band, int]


@dataclass(frozen=True, slots=True, eq=False)
class OpenedItem:
    """One file of a part of a batch with its neighbours; `place` counts from 0, the ids are None at the ends."""

    summary: BatchSummary
    item: BatchItem
    place: int
    n_part: int
    previous_id: int | None
    next_id: int | None


def load_page(*, batch_id: int, part: WorklistPart, page: int, page_size: int, record: Record) -> BatchPage:
    """A page (from 0) of a part of a batch, by name or by risk as the batch is read; past the end the last one.

    Raises RecordNotFound.
    """
    with record.reading() as work:
        summary = _summary(work, batch_id)
        ids = work.batches.item_ids(batch_id, part=part, order=_order(summary))
        first = min(page, max(0, len(ids) - 1) // page_size) * page_size
        items = work.batches.items_of(ids[first : first + page_size])
        is_blind = summary.mode is BatchMode.BLIND
        bands = work.batches.band_counts(batch_id, is_only_read=is_blind)
        n_unsaved = len(work.batches.item_ids(batch_id, part="read" if is_blind else "unsaved"))
    return BatchPage(summary, [unseen(item, summary) for item in items], len(ids), n_unsaved, bands)


def open_item(*, batch_id: int, item_id: int, part: WorklistPart, record: Record) -> OpenedItem:
    """A scored file with its neighbours in the part, or in the whole batch where it is not in that part.

    Raises RecordNotFound.
    """
    with record.reading() as work:
        summary = _summary(work, batch_id)
        for asked in (part, "scored"):
            ids = work.batches.item_ids(batch_id, part=asked, order=_order(summary))
            if item_id in ids:
                break
        else:
            raise RecordNotFound(f"Batch {batch_id} has no scored picture {item_id}.")
        place = ids.index(item_id)
        before, after = ids[place - 1] if place else None, ids[place + 1] if place + 1 < len(ids) else None
        return OpenedItem(summary, unseen(work.batches.item(item_id), summary), place, len(ids), before, after)


def load_items(*, batch_id: int, record: Record) -> tuple[BatchSummary, list[BatchItem]]:
    """A batch with all its files, those without a score last; in a blind one by name. Raises RecordNotFound."""
    with record.reading() as work:
        summary = _summary(work, batch_id)
        items = work.batches.items(batch_id, order=_order(summary))
    return summary, [unseen(item, summary) for item in items]


def unseen(item: BatchItem, summary: BatchSummary) -> BatchItem:
    """The file without its score, where that may not be seen yet: in a blind batch before its first read is kept."""
    is_hidden = summary.mode is BatchMode.BLIND and not item.is_read
    return replace(item, prediction=None) if is_hidden else item


def decide_item(*, item: BatchItem, assessment: Band, note: str, reader: str, record: Record) -> None:
    """Keep the clinician's decision on one file, also with its case where there is one.

    Raises RecordNotFound, CaseSignedOff or StorageFailed.
    """
    now = utc_now()
    with record.writing() as work:
        item = _open_item(work, item.item_id)  # the page may be older than another reader's sign-off
        work.batches.record_assessment(item.item_id, assessment, note, who=reader, at=now)
        final = _to_final(work, item, assessment, reader)
        if final is not None:
            work.reads.add_final(final)
        if item.case_id is not None:
            work.reviews.add(item.case_id, Review(assessment, note, reader, now))
            detail = {"assessment": assessment}
            work.audit.add(at=now, who=reader, action="review", entity="case", entity_id=item.case_id, detail=detail)


def defer_item(*, item_id: int, note: str, record: Record) -> None:
    """Put the decision on one file off. Raises RecordNotFound, CaseSignedOff or StorageFailed."""
    with record.writing() as work:
        _open_item(work, item_id)
        work.batches.defer(item_id, note)


def disagreement(band: Band) -> Band:
    """What disagreeing with the machine's band means; there is a button of its own for referring."""
    return Band.INDETERMINATE if band is Band.NO_CONCERN else Band.NO_CONCERN


def save_items(*, batch_id: int, item_ids: Sequence[int] | None, reader: str, record: Record) -> int:
    """Make cases of the scored files of a batch (of those given, or of all); gives how many were new.

    Each file has one submission id for good, so that saving again saves nothing twice. A file of a blind batch without
    a first read is left as it is: a case shows its score. Raises StorageFailed.
    """
    with record.reading() as work:
        summary = _summary(work, batch_id)
        unsaved = work.batches.item_ids(batch_id, part="unsaved", order=_order(summary))
    chosen = unsaved if item_ids is None else [item_id for item_id in unsaved if item_id in set(item_ids)]
    return sum(_save_some(summary, some, reader, record) for some in _in_groups(chosen))


def sign_items(*, batch_id: int, item_ids: Sequence[int], reader: str, record: Record) -> int:
    """Save the decided files among these as cases and sign them off; gives how many were signed now.

    Files that nobody has decided on are passed over. Raises StorageFailed, and ValueError without a reader's name.
    """
    if not reader:
        raise ValueError("expected the name of who signs, got none")
    with record.reading() as work:
        decided = [item.item_id for item in work.batches.items_of(item_ids) if item.assessment is not None]
    save_items(batch_id=batch_id, item_ids=decided, reader=reader, record=record)
    return sum(_sign_some(some, reader, record) for some in _in_groups(decided))


def _summary(work: UnitOfWork, batch_id: int) -> BatchSummary:
    if batch_id > LARGEST_ID:
        raise RecordNotFound(f"There is no batch {batch_id}.")
    return work.batches.get(batch_id)


def _open_item(work: UnitOfWork, item_id: int) -> BatchItem:
    item = work.batches.item(item_id)
    if item.case_id is not None:
        require_open(work, item.case_id)
    return item


def _order(summary: BatchSummary) -> ItemOrder:
    return "name" if summary.mode is BatchMode.BLIND else "risk"


def _in_groups(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _TOGETHER] for start in range(0, len(ids), _TOGETHER))


def _save_some(summary: BatchSummary, item_ids: Sequence[int], reader: str, record: Record) -> int:
    now = utc_now()
    with record.writing() as work:
        items = [unseen(item, summary) for item in work.batches.items_of(item_ids)]
        wanted = [item for item in items if item.state is ItemState.SCORED and item.prediction is not None]
        new = [_to_new_case(item, reader) for item in wanted]
        ids = work.cases.add_many(new, predicted_at=now, app_version=APP_VERSION, created_at=now)
        cases = dict(zip((item.item_id for item in wanted), ids, strict=True))
        checks = work.batches.checks_of(list(cases))
        work.checks.add_many({cases[item_id]: found for item_id, found in checks.items()})
        for item in wanted:
            if item.assessment is not None:
                review = Review(item.assessment, item.note, item.decided_by or reader, item.decided_at or now)
                work.reviews.add(cases[item.item_id], review)
        work.batches.mark_saved_many(cases)
        work.audit.add_many(at=now, who=reader, action="save", entity="case", entity_ids=ids, detail={"from": "batch"})
    return len(wanted)


def _to_new_case(item: BatchItem, reader: str) -> NewCase:
    if item.image is None or item.prediction is None:
        raise ValueError(f"expected a scored file, got {item.filename} in state {item.state}")
    return NewCase(_to_draft(item, reader), item.image, item.prediction)


def _to_draft(item: BatchItem, reader: str) -> CaseDraft:
    said = item.assigned
    return CaseDraft(
        submission_id=item_submission(item.item_id),
        filename=item.filename,
        pseudonym=said.pseudonym,
        lesion_label=said.lesion_label,
        anatom_site=said.anatom_site,
        age_years=said.age_years,
        sex=said.sex,
        visited_on=said.taken_on,
        notes=item.note,
        reader=reader,
    )


def _to_final(work: UnitOfWork, item: BatchItem, decision: Band, reader: str) -> FinalAssessment | None:
    """The decision as a final assessment, where this reader's impression was kept before the result; else it is a
    review only.

    A decision is no diagnosis: the first impression stays unless the decision goes against it, which is a switch.
    """
    submission = item_submission(item.item_id)
    read = work.reads.firsts([submission]).get(submission)
    first = read.impression_of(reader) if read else None
    if first is None:
        return None
    is_switch = first not in _GOES_WITH[decision]
    impression = _GOES_WITH[decision][0] if is_switch else first
    return FinalAssessment(submission, impression, reader, utc_now(), None, decision, is_switch)


def _sign_some(item_ids: Sequence[int], reader: str, record: Record) -> int:
    n_signed, now = 0, utc_now()
    with record.writing() as work:
        decided = [item for item in work.batches.items_of(item_ids) if item.assessment is not None]
        for case_id in (item.case_id for item in decided if item.case_id is not None):
            if work.sign_offs.add(case_id, signed_by=reader, signed_at=now):
                n_signed += 1
                work.audit.add(at=now, who=reader, action="sign off", entity="case", entity_id=case_id)
    return n_signed
