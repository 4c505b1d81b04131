"""The recall list: overdue first, done with a name, every step in the audit trail."""

from collections.abc import Callable
from datetime import date

import pytest

from core.errors import RecordNotFound
from dashboard.workflow.cases import load_case
from dashboard.workflow.recalls import finish_recall, list_recalls, recalls_of, set_recall
from dashboard.workflow.record import Record

TODAY = date(2026, 6, 10)


@pytest.fixture
def lesion_id(save: Callable[..., int], record: Record) -> int:
    found = load_case(case_id=save(pseudonym="P-1", lesion_label="L1"), record=record)[0].lesion_id
    assert found is not None
    return found


def put(lesion_id: int, day: int, record: Record) -> int:
    return set_recall(lesion_id=lesion_id, due_on=date(2026, 6, day), reason="growing", who="dr a", record=record)


def test_overdue_ones_come_first_and_are_counted(lesion_id: int, record: Record) -> None:
    for day in (20, 10, 9, 1):
        put(lesion_id, day, record)
    found = list_recalls(is_done=False, today=TODAY, record=record)
    assert [recall.due_on.day for recall in found.recalls] == [1, 9, 10, 20]
    assert (found.n_open, found.n_overdue) == (4, 2)  # what is due today is not overdue


def test_what_is_done_leaves_the_list_with_a_name(lesion_id: int, record: Record) -> None:
    recall_id = put(lesion_id, 1, record)
    assert finish_recall(recall_id=recall_id, who="dr b", record=record)
    assert not finish_recall(recall_id=recall_id, who="dr c", record=record)
    assert list_recalls(is_done=False, today=TODAY, record=record).recalls == ()
    (done,) = list_recalls(is_done=True, today=TODAY, record=record).recalls
    assert done.done_by == "dr b"
    assert recalls_of(lesion_id=lesion_id, record=record) == (done,)


def test_each_step_is_in_the_audit_trail_once(lesion_id: int, record: Record) -> None:
    recall_id = put(lesion_id, 1, record)
    for _ in range(2):
        finish_recall(recall_id=recall_id, who="dr b", record=record)
    with record.reading() as work:
        entries = work.audit.of("recall", recall_id)
    assert [(entry.who, entry.action) for entry in entries] == [("dr a", "set recall"), ("dr b", "finish recall")]
    assert "growing" not in str(entries[0].detail)


def test_a_lesion_or_recall_that_is_not_there_is_told(record: Record) -> None:
    with pytest.raises(RecordNotFound):
        put(7, 1, record)
    with pytest.raises(RecordNotFound):
        finish_recall(recall_id=7, who="", record=record)
