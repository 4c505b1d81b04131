"""A signed report of a batch's case stays current until the case changes, whatever words it is printed in."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.domain import Review, SignedReport, Upload
from core.errors import CaseSignedOff
from core.exports.case_report import CaseReport, hash_content
from core.exports.words_hash import hashes_of_words
from core.taxonomy import Band, BatchMode, Impression
from dashboard.workflow import report_parts, reports
from dashboard.workflow.batch_review import decide_item, load_items, save_items, sign_items
from dashboard.workflow.batches import create_batch, run_batch
from dashboard.workflow.cases import load_case, load_picture, review_case
from dashboard.workflow.first_read import item_submission, keep_first_read, note_reveal
from dashboard.workflow.intake import TakenIn
from dashboard.workflow.record import Record
from tests.dashboard.conftest import DarknessClassifier, draw

FACTS = reports.ModelFacts(("Not validated for nails.",), "")


@pytest.fixture
def case_id(record: Record, classifier: DarknessClassifier) -> int:
    """The case of a batch's file that was read blind, decided on and signed off in the batch."""
    taken = [TakenIn(Upload("P-1_L1.jpg", draw(seed=1)))]
    batch_id = create_batch(name="morning", taken=taken, reader="dr a", record=record, mode=BatchMode.BLIND)
    run_batch(batch_id=batch_id, classifier=classifier, record=record)
    [item] = load_items(batch_id=batch_id, record=record)[1]
    submission = item_submission(item.item_id)
    keep_first_read(
        submission_id=submission,
        impression=Impression.BENIGN,
        confidence=None,
        diagnosis=None,
        reader="dr a",
        record=record,
    )
    note_reveal(submission_id=submission, record=record)
    decide_item(item=item, assessment=Band.REFER, note="a shadow", reader="dr a", record=record)
    save_items(batch_id=batch_id, item_ids=None, reader="dr a", record=record)
    assert sign_items(batch_id=batch_id, item_ids=[item.item_id], reader="dr a", record=record) == 1
    [item] = load_items(batch_id=batch_id, record=record)[1]
    with pytest.raises(CaseSignedOff):
        decide_item(item=item, assessment=Band.NO_CONCERN, note="", reader="dr b", record=record)
    return item.case_id or 0


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Sets the machine's clock to another time zone."""

    def move() -> None:
        monkeypatch.setenv("TZ", "NZST-13")
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


def build(case_id: int, record: Record) -> CaseReport:
    case, _ = load_case(case_id=case_id, record=record)
    return reports.build_report(case=case, image=load_picture(case=case, record=record), checks=None, facts=FACTS)


def sign(case_id: int, record: Record) -> SignedReport:
    return reports.sign_report(report=build(case_id, record), method=None, who="dr a", record=record)


def test_nothing_changed_and_the_bytes_are_the_same(case_id: int, record: Record) -> None:
    signed = sign(case_id, record)
    assert reports.is_current(report=build(case_id, record), signed=signed)
    first, second = (reports.preliminary_pdf(report=build(case_id, record)) for _ in range(2))
    assert first == second


def test_other_words_and_another_time_zone_change_nothing(
    case_id: int, record: Record, monkeypatch: pytest.MonkeyPatch, elsewhere: Callable[[], None]
) -> None:
    signed, before = sign(case_id, record), build(case_id, record)
    monkeypatch.setattr(report_parts, "is_from_batch", lambda _: False)
    elsewhere()
    now = build(case_id, record)
    assert (now.final_assessment, now.about) != (before.final_assessment, before.about)
    assert reports.is_current(report=now, signed=signed)


def test_a_report_that_was_signed_by_its_words_is_current(case_id: int, record: Record) -> None:
    """As before a batch's impression said its source, and the facts were hashed."""
    signed, report = sign(case_id, record), build(case_id, record)
    assert ", read from the decision" in dict(report.final_assessment)["Impression"]
    for words in hashes_of_words(report):
        assert words != hash_content(report)
        assert reports.is_current(report=report, signed=replace(signed, content_sha256=words))


def test_a_change_is_noticed(case_id: int, record: Record) -> None:
    signed = sign(case_id, record)
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    review_case(case_id=case_id, review=Review(Band.NO_CONCERN, "", "dr b", noon), record=record)
    assert not reports.is_current(report=build(case_id, record), signed=signed)
