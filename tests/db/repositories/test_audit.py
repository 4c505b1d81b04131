from db.repositories import AuditEntry
from db.unit_of_work import UnitOfWork
from tests.db.conftest import NOON


def test_the_story_of_a_record_comes_oldest_first(work: UnitOfWork) -> None:
    for action in ("saved", "opened", "exported"):
        work.audit.add(at=NOON, who="dr a", action=action, entity="case", entity_id=5)
    assert [entry.action for entry in work.audit.of("case", 5)] == ["saved", "opened", "exported"]


def test_a_line_comes_back_whole(work: UnitOfWork) -> None:
    detail = {"fields": ["notes"], "n": 2, "word": "Größe"}
    work.audit.add(at=NOON, who="dr a", action="changed", entity="case", entity_id="5", detail=detail)
    assert work.audit.of("case", 5) == (AuditEntry(NOON, "dr a", "changed", "case", "5", detail),)


def test_stories_of_other_records_are_left_out(work: UnitOfWork) -> None:
    work.audit.add(at=NOON, who="dr a", action="saved", entity="case", entity_id=5)
    assert work.audit.of("case", 6) == ()
    assert work.audit.of("batch", 5) == ()
