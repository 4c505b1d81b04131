"""The first read is kept once, before there is a case; what comes after is kept as it was."""

from collections.abc import Callable

import pytest

from core.domain import FinalAssessment, FirstRead
from core.taxonomy import Band, Confidence, Diagnosis, Impression, ReadMode
from dashboard.workflow.agreement import load_reads
from dashboard.workflow.cases import load_case
from dashboard.workflow.first_read import (
    FinalReading,
    keep_final,
    keep_first_read,
    note_reveal,
    skip_first_read,
)
from dashboard.workflow.live import load_rates
from dashboard.workflow.record import Record
from db.live_months import LiveFilter

SUBMISSION = "a-submission"


def firsts(record: Record) -> dict[str, FirstRead]:
    with record.reading() as work:
        return work.reads.firsts([SUBMISSION, "other"])


def newest_final(record: Record) -> FinalAssessment:
    with record.reading() as work:
        return work.reads.finals([SUBMISSION])[SUBMISSION][0]


@pytest.fixture
def keep(record: Record) -> Callable[..., FirstRead]:
    def keep_one(impression: Impression = Impression.BENIGN, submission_id: str = SUBMISSION) -> FirstRead:
        return keep_first_read(
            submission_id=submission_id,
            impression=impression,
            confidence=Confidence.HIGH,
            diagnosis=Diagnosis.NEVUS,
            reader="dr a",
            record=record,
        )

    return keep_one


@pytest.fixture
def finish(record: Record) -> Callable[..., FinalAssessment]:
    def finish_one(
        impression: Impression, decision: Band | None = None, submission_id: str = SUBMISSION, reader: str = "dr a"
    ) -> FinalAssessment:
        return keep_final(final=FinalReading(submission_id, impression, None, decision, reader), record=record)

    return finish_one


def test_a_first_read_is_kept_once(keep: Callable[..., FirstRead], record: Record) -> None:
    first = keep(Impression.BENIGN)
    assert (first.mode, first.impression, first.reader) == (ReadMode.BLIND, "benign", "dr a")
    assert keep(Impression.MALIGNANT) == first
    assert skip_first_read(submission_id=SUBMISSION, reader="dr b", record=record) == first
    assert firsts(record) == {SUBMISSION: first}


def test_a_skip_is_kept_as_a_skip(record: Record) -> None:
    skipped = skip_first_read(submission_id=SUBMISSION, reader="dr a", record=record)
    assert (skipped.mode, skipped.impression) == (ReadMode.SKIPPED, None)


def test_the_first_reveal_counts(keep: Callable[..., FirstRead], record: Record) -> None:
    keep()
    note_reveal(submission_id=SUBMISSION, record=record)
    shown = firsts(record)[SUBMISSION]
    note_reveal(submission_id=SUBMISSION, record=record)
    assert firsts(record)[SUBMISSION] == shown
    assert shown.revealed_at is not None
    assert shown.revealed_at >= shown.kept_at


def test_a_change_after_the_reveal_is_a_switch(
    keep: Callable[..., FirstRead], finish: Callable[..., FinalAssessment], record: Record
) -> None:
    keep(Impression.BENIGN)
    assert finish(Impression.MALIGNANT).is_switch
    assert not finish(Impression.BENIGN).is_switch
    assert newest_final(record).impression == "benign"


def test_what_another_reader_thinks_is_no_switch_and_no_final_assessment_of_the_first(
    keep: Callable[..., FirstRead],
    finish: Callable[..., FinalAssessment],
    save: Callable[..., int],
    record: Record,
) -> None:
    keep(Impression.BENIGN)
    save(submission_id=SUBMISSION)
    assert not finish(Impression.MALIGNANT, reader="dr b").is_switch
    [outcome] = load_reads(record=record)
    assert (outcome.reader, outcome.final) == ("dr a", None)
    assert finish(Impression.MALIGNANT).reader == "dr a"  # though dr b has said just that
    finish(Impression.UNSURE, reader="dr b")
    [outcome] = load_reads(record=record)
    assert outcome.final == "malignant"
    [month] = load_rates(wanted=LiveFilter(), record=record).reads.to_dict("records")
    assert (month["first_reads"], month["finals"], month["switched"]) == (1, 1, 1)


def test_a_month_counts_the_final_assessments_of_first_readers_only(
    keep: Callable[..., FirstRead],
    finish: Callable[..., FinalAssessment],
    save: Callable[..., int],
    record: Record,
) -> None:
    keep(Impression.BENIGN)
    save(submission_id=SUBMISSION)
    finish(Impression.MALIGNANT, reader="dr b")
    [month] = load_rates(wanted=LiveFilter(), record=record).reads.to_dict("records")
    assert (month["first_reads"], month["finals"], month["switched"]) == (1, 0, 0)


def test_without_an_impression_before_there_is_no_switch(
    finish: Callable[..., FinalAssessment], record: Record
) -> None:
    skip_first_read(submission_id=SUBMISSION, reader="dr a", record=record)
    assert not finish(Impression.MALIGNANT).is_switch


def test_saying_the_same_again_keeps_nothing_new(finish: Callable[..., FinalAssessment], record: Record) -> None:
    first = finish(Impression.UNSURE, Band.INDETERMINATE)
    assert finish(Impression.UNSURE, Band.INDETERMINATE) == first


def test_reads_go_with_the_case_and_a_decision_is_its_review(
    keep: Callable[..., FirstRead],
    finish: Callable[..., FinalAssessment],
    save: Callable[..., int],
    record: Record,
) -> None:
    keep(Impression.BENIGN)
    finish(Impression.MALIGNANT, Band.REFER)
    case, _ = load_case(case_id=save(submission_id=SUBMISSION), record=record)
    assert case.first_read is not None
    assert (case.first_read.impression, [final.is_switch for final in case.finals]) == ("benign", [True])
    assert [(review.assessment, review.reviewer) for review in case.reviews] == [(Band.REFER, "dr a")]
    finish(Impression.MALIGNANT, Band.INDETERMINATE)
    case, _ = load_case(case_id=case.case_id, record=record)
    assert [review.assessment for review in case.reviews] == [Band.INDETERMINATE, Band.REFER]
    [outcome] = load_reads(record=record)
    assert (outcome.first, outcome.final, outcome.is_malignant) == ("benign", "malignant", None)


def test_only_blind_reads_of_saved_cases_count(
    keep: Callable[..., FirstRead], save: Callable[..., int], record: Record
) -> None:
    keep(submission_id="never saved")
    skip_first_read(submission_id="skipped", reader="dr a", record=record)
    save(submission_id="skipped")
    save(submission_id="without any read")
    assert load_reads(record=record) == ()
