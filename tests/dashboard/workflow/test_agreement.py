"""Which reads the agreement figures are made of: those of batches read by risk never are."""

import pytest

from core.domain import Upload
from core.taxonomy import Band, BatchMode, Impression
from dashboard.workflow import batch_review, batches
from dashboard.workflow.agreement import load_reads, readers_of
from dashboard.workflow.cases import load_case
from dashboard.workflow.first_read import item_submission, keep_first_read
from dashboard.workflow.intake import TakenIn
from dashboard.workflow.record import Record
from dashboard.workflow.report_parts import final_rows
from tests.dashboard.conftest import DarknessClassifier, shade


def save_read_batch(
    mode: BatchMode,
    record: Record,
    *,
    first: int = 0,
    impression: Impression = Impression.BENIGN,
    decision: Band = Band.REFER,
    decider: str = "dr a",
) -> set[int]:
    """A batch of two pictures, each with a first read (though by risk nobody is asked for one), decided and saved."""
    taken = [TakenIn(Upload(f"{mode}-{n}.png", shade(60, first + n))) for n in range(2)]
    batch_id = batches.create_batch(name=mode, taken=taken, reader="dr a", record=record, mode=mode)
    batches.run_batch(batch_id=batch_id, classifier=DarknessClassifier(), record=record)
    for item in batch_review.load_items(batch_id=batch_id, record=record)[1]:
        keep_first_read(
            submission_id=item_submission(item.item_id),
            impression=impression,
            confidence=None,
            diagnosis=None,
            reader="dr a",
            record=record,
        )
        batch_review.decide_item(item=item, assessment=decision, note="", reader=decider, record=record)
    assert batch_review.save_items(batch_id=batch_id, item_ids=None, reader=decider, record=record) == 2
    items = batch_review.load_items(batch_id=batch_id, record=record)[1]
    return {item.case_id for item in items if item.case_id is not None}


def test_cases_of_a_batch_that_was_read_by_risk_are_left_out(record: Record) -> None:
    by_risk = save_read_batch(BatchMode.TRIAGE, record)
    assert load_reads(record=record) == ()
    blind = save_read_batch(BatchMode.BLIND, record, first=2)
    reads = load_reads(record=record)
    assert {read.case_id for read in reads} == blind
    assert blind.isdisjoint(by_risk)
    assert {(read.first, read.final) for read in reads} == {(Impression.BENIGN, Impression.MALIGNANT)}
    assert readers_of(reads) == ["dr a"]


def test_a_picture_whose_result_a_case_has_shown_is_not_read_blind_again(record: Record) -> None:
    blind = save_read_batch(BatchMode.BLIND, record)
    save_read_batch(BatchMode.BLIND, record)
    assert {read.case_id for read in load_reads(record=record)} == blind


@pytest.mark.parametrize(
    ("impression", "decision", "final"),
    [
        (Impression.MALIGNANT, Band.REFER, Impression.MALIGNANT),
        (Impression.UNSURE, Band.REFER, Impression.UNSURE),
        (Impression.BENIGN, Band.REFER, Impression.MALIGNANT),
        (Impression.MALIGNANT, Band.INDETERMINATE, Impression.UNSURE),
        (Impression.BENIGN, Band.INDETERMINATE, Impression.BENIGN),
        (Impression.BENIGN, Band.NO_CONCERN, Impression.BENIGN),
        (Impression.UNSURE, Band.NO_CONCERN, Impression.BENIGN),
    ],
)
def test_a_decision_is_a_switch_only_where_it_goes_against_the_first_read(
    impression: Impression, decision: Band, final: Impression, record: Record
) -> None:
    saved = save_read_batch(BatchMode.BLIND, record, impression=impression, decision=decision)
    assert {(read.first, read.final) for read in load_reads(record=record)} == {(impression, final)}
    case, _ = load_case(case_id=min(saved), record=record)
    assert [kept.is_switch for kept in case.finals] == [impression is not final]
    assert dict(final_rows(case.finals))["Impression"].startswith(f"{final}, read from the decision")


def test_another_readers_decision_is_a_review_and_no_switch_of_the_first(record: Record) -> None:
    [case_id, _] = sorted(save_read_batch(BatchMode.BLIND, record, impression=Impression.BENIGN, decider="dr b"))
    assert [(read.reader, read.final) for read in load_reads(record=record)] == [("dr a", None)] * 2
    case, _ = load_case(case_id=case_id, record=record)
    assert case.finals == ()
    assert [(review.assessment, review.reviewer) for review in case.reviews] == [(Band.REFER, "dr b")]


def test_a_decision_without_a_first_read_is_a_review_and_no_impression(record: Record) -> None:
    taken = [TakenIn(Upload("a.png", shade(60)))]
    batch_id = batches.create_batch(name="a", taken=taken, reader="", record=record, mode=BatchMode.TRIAGE)
    batches.run_batch(batch_id=batch_id, classifier=DarknessClassifier(), record=record)
    [item] = batch_review.load_items(batch_id=batch_id, record=record)[1]
    batch_review.decide_item(item=item, assessment=Band.REFER, note="", reader="dr a", record=record)
    batch_review.save_items(batch_id=batch_id, item_ids=None, reader="dr a", record=record)
    [item] = batch_review.load_items(batch_id=batch_id, record=record)[1]
    case, _ = load_case(case_id=item.case_id or 0, record=record)
    assert case.finals == ()
    assert [review.assessment for review in case.reviews] == [Band.REFER]
