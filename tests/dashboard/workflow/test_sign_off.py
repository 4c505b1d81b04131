"""A case that is signed off is locked; reopening it needs a reason, which stays."""

from collections.abc import Callable

import pytest

from core.domain import CaseDraft, Review
from core.errors import CaseSignedOff, RecordNotFound
from core.taxonomy import Band
from dashboard.workflow.cases import load_case, review_case, update_case
from dashboard.workflow.record import Record, utc_now
from dashboard.workflow.sign_off import load_sign_off, reopen_case


def change(case_id: int, record: Record) -> None:
    update_case(case_id=case_id, draft=CaseDraft("s", "a.jpg", notes="changed"), who="dr b", record=record)


@pytest.fixture
def signed_id(save: Callable[..., int], record: Record) -> int:
    case_id = save(notes="itches")
    with record.writing() as work:
        work.sign_offs.add(case_id, signed_by="dr a", signed_at=utc_now())
    return case_id


def test_what_is_signed_off_is_not_changed(signed_id: int, record: Record) -> None:
    with pytest.raises(CaseSignedOff, match="signed off by dr a"):
        change(signed_id, record)
    assert load_case(case_id=signed_id, record=record)[0].notes == "itches"


def test_a_review_is_added_and_changes_nothing_that_was_signed(signed_id: int, record: Record) -> None:
    review_case(case_id=signed_id, review=Review(Band.REFER, "", "dr b", utc_now()), record=record)
    assert load_case(case_id=signed_id, record=record)[0].notes == "itches"


def test_a_reopened_case_is_changed_and_the_trail_says_who_had_signed_and_why(signed_id: int, record: Record) -> None:
    assert reopen_case(case_id=signed_id, reason=" wrong side ", who="dr b", record=record)
    assert load_sign_off(case_id=signed_id, record=record) is None
    change(signed_id, record)
    assert load_case(case_id=signed_id, record=record)[0].notes == "changed"
    with record.reading() as work:
        [line] = [line for line in work.audit.of("case", signed_id) if line.action == "reopen"]
    assert (line.who, line.detail["reason"], line.detail["signed_by"]) == ("dr b", "wrong side", "dr a")
    assert not reopen_case(case_id=signed_id, reason="once more", who="dr b", record=record)


@pytest.mark.parametrize(("reason", "who"), [("", "dr b"), ("  ", "dr b"), ("wrong side", "")])
def test_it_takes_a_name_and_a_reason(reason: str, who: str, signed_id: int, record: Record) -> None:
    with pytest.raises(ValueError, match="expected who reopens the case and why"):
        reopen_case(case_id=signed_id, reason=reason, who=who, record=record)
    assert load_sign_off(case_id=signed_id, record=record) is not None


def test_an_unknown_case_is_still_told(record: Record) -> None:
    with pytest.raises(RecordNotFound):
        change(99, record)
