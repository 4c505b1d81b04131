"""Sign-offs, saved filters, and the parts and orders of a batch."""

from datetime import timedelta

import pytest

from core.domain import Assignment, CaseFilter, FirstRead, SignOff
from core.errors import RecordNotFound
from core.taxonomy import AnatomSite, Band, BatchMode, BatchState, ItemState, ReadMode
from db.repositories import BatchFile
from db.repositories.batch_rows import SUBMISSION
from db.unit_of_work import UnitOfWork
from tests.db.conftest import NOON, Make


def batch_of(work: UnitOfWork, make: Make, *names: str) -> tuple[int, list[int]]:
    """A batch of scored files, each riskier than the one before."""
    files = [BatchFile(name, assigned=Assignment("P-1", "L1", age_years=61)) for name in names]
    batch_id = work.batches.create(
        name="m", source="upload", reader="", created_at=NOON, files=files, mode=BatchMode.BLIND
    )
    ids = work.batches.item_ids(batch_id)
    for n, item_id in enumerate(ids):
        work.batches.record_scored(
            item_id, make.image(), make.prediction((n + 1) / 10), predicted_at=NOON, app_version="0.1.0"
        )
    return batch_id, ids


def save_as_case(work: UnitOfWork, make: Make, item_id: int) -> int:
    case_id = work.cases.add(
        make.draft(), make.image(), make.prediction(), predicted_at=NOON, app_version="0.1.0", created_at=NOON
    )
    work.batches.mark_saved(item_id, case_id)
    return case_id


def test_a_case_is_signed_once(work: UnitOfWork, make: Make) -> None:
    _, [item_id] = batch_of(work, make, "a.jpg")
    case_id = save_as_case(work, make, item_id)
    assert work.sign_offs.add(case_id, signed_by="dr a", signed_at=NOON)
    assert not work.sign_offs.add(case_id, signed_by="dr b", signed_at=NOON + timedelta(hours=1))
    assert work.sign_offs.of_cases([case_id, 99]) == {case_id: SignOff(case_id, "dr a", NOON)}
    assert work.batches.item(item_id).signed_by == "dr a"
    with pytest.raises(RecordNotFound):
        work.sign_offs.add(99, signed_by="dr a", signed_at=NOON)


def test_a_batch_comes_by_name_and_by_risk(work: UnitOfWork, make: Make) -> None:
    batch_id, [c, a, b] = batch_of(work, make, "c.jpg", "a.jpg", "b.jpg")
    assert work.batches.item_ids(batch_id, order="name") == [a, b, c]
    assert work.batches.item_ids(batch_id, order="risk") == [b, a, c]
    assert [item.item_id for item in work.batches.items_of([b, 99, c])] == [b, c]


def test_the_parts_of_a_worklist(work: UnitOfWork, make: Make) -> None:
    batch_id, [first, deferred, decided, signed, read] = batch_of(work, make, *"abcde")
    work.batches.append(batch_id, [BatchFile("waits")])
    work.batches.defer(deferred, "ask a colleague")
    for item_id in (decided, signed):
        work.batches.record_assessment(item_id, Band.REFER, "")
    work.sign_offs.add(save_as_case(work, make, signed), signed_by="dr a", signed_at=NOON)
    work.reads.add_first(FirstRead(f"{SUBMISSION}{read}", ReadMode.SKIPPED, "dr a", NOON))
    parts = {
        part: work.batches.item_ids(batch_id, part=part) for part in ("open", "deferred", "decided", "signed", "read")
    }
    assert parts == {
        "open": [first, read],
        "deferred": [deferred],
        "decided": [decided],
        "signed": [signed],
        "read": [read],
    }
    assert work.batches.item_ids(batch_id, part="unsaved") == [first, deferred, decided, read]
    assert len(work.batches.item_ids(batch_id)) == 6
    assert [item.is_read for item in work.batches.items(batch_id, part="open")] == [False, True]
    assert work.batches.get(batch_id).n_signed == 1


def test_a_decision_ends_a_deferral_and_a_deferral_a_decision(work: UnitOfWork, make: Make) -> None:
    _, [item_id] = batch_of(work, make, "a.jpg")
    work.batches.defer(item_id, "later")
    work.batches.record_assessment(item_id, Band.REFER, "")
    assert not work.batches.item(item_id).is_deferred
    work.batches.defer(item_id, "after all")
    item = work.batches.item(item_id)
    assert (item.is_deferred, item.assessment, item.note) == (True, None, "after all")


def test_bands_are_counted_of_all_or_of_those_read(work: UnitOfWork, make: Make) -> None:
    batch_id, ids = batch_of(work, make, *"abcde")
    everything = work.batches.band_counts(batch_id, is_only_read=False)
    assert everything == {Band.REFER: 2, Band.INDETERMINATE: 0, Band.NO_CONCERN: 3}
    assert set(work.batches.band_counts(batch_id, is_only_read=True).values()) == {0}
    work.reads.add_first(FirstRead(f"{SUBMISSION}{ids[-1]}", ReadMode.SKIPPED, "dr a", NOON))
    assert work.batches.band_counts(batch_id, is_only_read=True)[Band.REFER] == 1


def test_an_assignment_comes_back_with_the_file(work: UnitOfWork, make: Make) -> None:
    _, [item_id] = batch_of(work, make, "a.jpg")
    assert work.batches.item(item_id).assigned == Assignment("P-1", "L1", age_years=61)


def test_a_batch_moves_on_only_from_where_it_stands(work: UnitOfWork, make: Make) -> None:
    batch_id, _ = batch_of(work, make, "a.jpg")
    assert work.batches.move_state(batch_id, to=BatchState.PAUSED, before=[BatchState.RUNNING])
    assert not work.batches.move_state(batch_id, to=BatchState.FINISHED, before=[BatchState.RUNNING])
    assert work.batches.state(batch_id) is BatchState.PAUSED
    assert [batch.batch_id for batch in work.batches.summaries(states=[BatchState.PAUSED])] == [batch_id]
    assert work.batches.summaries(states=[BatchState.RUNNING]) == []


def test_a_score_that_comes_late_leaves_a_saved_file_saved(work: UnitOfWork, make: Make) -> None:
    _, [item_id] = batch_of(work, make, "a.jpg")
    case_id = save_as_case(work, make, item_id)
    work.batches.record_scored(item_id, make.image(), make.prediction(), predicted_at=NOON, app_version="0.1.0")
    item = work.batches.item(item_id)
    assert (item.state, item.case_id) == (ItemState.SAVED, case_id)


def test_a_filter_comes_back_as_it_was_saved(work: UnitOfWork) -> None:
    wanted = CaseFilter(
        text="Ärger", created_from=NOON, anatom_site=AnatomSite.HEAD_NECK, band=Band.REFER, is_reviewed=False
    )
    work.saved_filters.save("b", CaseFilter(pseudonym="P-1"), who="dr a", at=NOON)
    filter_id = work.saved_filters.save("a", wanted, who="dr a", at=NOON)
    first, second = work.saved_filters.all()
    assert (first.filter_id, first.name, first.wanted, first.saved_by) == (filter_id, "a", wanted, "dr a")
    work.saved_filters.save("b", CaseFilter(text="new"), who="dr b", at=NOON)
    assert [kept.wanted.text for kept in work.saved_filters.all()] == ["Ärger", "new"]
    work.saved_filters.remove(filter_id)
    work.saved_filters.remove(second.filter_id)  # replaced, and so gone already
    assert [kept.name for kept in work.saved_filters.all()] == ["b"]
