"""Recalls: in the order in which they are due, done once, and never lost with a corrected name."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from core.errors import RecordNotFound
from db.unit_of_work import UnitOfWork
from tests.db.conftest import Make, Record

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DUE = date(2026, 6, 1)


@pytest.fixture
def write(sessions: sessionmaker[Session]) -> Callable[[Callable[[UnitOfWork], Any]], Any]:
    """Does something in a unit of work of its own, and commits."""

    def do(what: Callable[[UnitOfWork], Any]) -> Any:  # noqa: ANN401
        with UnitOfWork(sessions) as work:
            given = what(work)
            work.commit()
        return given

    return do


Write = Callable[[Callable[[UnitOfWork], Any]], Any]


def lesion_of(write: Write, case_id: int) -> int:
    lesion_id: int = write(lambda work: work.cases.get(case_id).lesion_id)
    return lesion_id


def add(write: Write, lesion_id: int, due_on: date = DUE, reason: str = "growing") -> int:
    recall_id: int = write(
        lambda work: work.recalls.add(lesion_id, due_on=due_on, reason=reason, set_by="dr a", set_at=NOON)
    )
    return recall_id


def test_a_recall_is_found_with_patient_lesion_and_newest_case(write: Write, record: Record) -> None:
    record.save()
    newest = record.save()
    add(write, lesion_of(write, newest))
    (found,) = write(lambda work: work.recalls.open(limit=9))
    assert (found.pseudonym, found.lesion_label, found.newest_case_id) == ("P-001", "left shoulder", newest)
    assert (found.due_on, found.reason, found.set_by, found.set_at) == (DUE, "growing", "dr a", NOON)
    assert found.done_at is None


def test_an_older_picture_that_is_saved_later_is_not_the_newest_case(write: Write, record: Record) -> None:
    newest = record.save(visited_on=date(2026, 3, 1))
    record.save(visited_on=date(2020, 3, 1))
    add(write, lesion_of(write, newest))
    (found,) = write(lambda work: work.recalls.open(limit=9))
    assert found.newest_case_id == newest


def test_what_is_due_first_comes_first_and_no_more_than_asked(write: Write, record: Record) -> None:
    lesion_id = lesion_of(write, record.save())
    for day in (20, 3, 11):
        add(write, lesion_id, date(2026, 6, day))
    found = write(lambda work: work.recalls.open(limit=2))
    assert [recall.due_on.day for recall in found] == [3, 11]
    assert write(lambda work: work.recalls.count_open()) == 3
    assert write(lambda work: work.recalls.count_open(due_before=date(2026, 6, 11))) == 1


def test_a_recall_is_done_once(write: Write, record: Record) -> None:
    lesion_id = lesion_of(write, record.save())
    recall_id = add(write, lesion_id)
    assert write(lambda work: work.recalls.mark_done(recall_id, done_by="dr b", done_at=NOON)) is True
    assert write(lambda work: work.recalls.mark_done(recall_id, done_by="dr c", done_at=NOON)) is False
    assert write(lambda work: work.recalls.open(limit=9)) == ()
    (done,) = write(lambda work: work.recalls.done(limit=9))
    assert (done.done_by, done.done_at) == ("dr b", NOON)
    assert write(lambda work: work.recalls.of_lesion(lesion_id)) == (done,)


def test_what_is_not_there_is_told(write: Write) -> None:
    with pytest.raises(RecordNotFound, match="no lesion 5"):
        add(write, 5)
    with pytest.raises(RecordNotFound, match="no recall 5"):
        write(lambda work: work.recalls.mark_done(5, done_by="", done_at=NOON))


def test_a_recall_goes_with_a_case_whose_patient_was_mistyped(write: Write, record: Record, make: Make) -> None:
    case_id = record.save(pseudonym="P-0O1")
    add(write, lesion_of(write, case_id))
    write(lambda work: work.cases.update_words(case_id, make.draft(pseudonym="P-001")))
    (found,) = write(lambda work: work.recalls.open(limit=9))
    assert (found.pseudonym, found.newest_case_id) == ("P-001", case_id)


def test_a_recall_stays_with_a_lesion_that_other_cases_are_about(write: Write, record: Record, make: Make) -> None:
    stays, moves = record.save(), record.save()
    add(write, lesion_of(write, stays))
    write(lambda work: work.cases.update_words(moves, make.draft(lesion_label="right shoulder")))
    (found,) = write(lambda work: work.recalls.open(limit=9))
    assert (found.lesion_label, found.newest_case_id) == ("left shoulder", stays)


def test_a_recall_outlives_the_name_of_the_lesion(write: Write, record: Record, make: Make) -> None:
    case_id = record.save()
    add(write, lesion_of(write, case_id))
    write(lambda work: work.cases.update_words(case_id, make.draft(lesion_label="")))
    (found,) = write(lambda work: work.recalls.open(limit=9))
    assert (found.pseudonym, found.lesion_label, found.newest_case_id) == ("P-001", "left shoulder", None)
