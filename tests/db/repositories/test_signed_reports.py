"""Signed reports: kept byte for byte, newest first, never twice as the same revision."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from core.errors import RecordNotFound
from core.taxonomy import HeatmapMethod
from db.unit_of_work import UnitOfWork
from tests.db.conftest import Record

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def sign(
    sessions: sessionmaker[Session], case_id: int, content: bytes = b"%PDF", revision: int = 1, who: str = "dr a"
) -> int:
    with UnitOfWork(sessions) as work:
        report_id = work.signed_reports.add(
            case_id,
            content,
            revision=revision,
            content_sha256="c" * 64,
            heatmap_method=HeatmapMethod.GRAD_CAM,
            signed_by=who,
            signed_at=NOON,
        )
        work.commit()
    return report_id


def test_what_was_signed_comes_back(sessions: sessionmaker[Session], record: Record) -> None:
    case_id = record.save()
    report_id = sign(sessions, case_id, b"%PDF \x00\xff")
    with UnitOfWork(sessions, read_only=True) as work:
        (found,) = work.signed_reports.of_case(case_id)
        assert work.signed_reports.content(report_id) == b"%PDF \x00\xff"
    assert (found.report_id, found.case_id, found.revision) == (report_id, case_id, 1)
    assert (found.signed_by, found.signed_at, found.content_sha256) == ("dr a", NOON, "c" * 64)
    assert found.heatmap_method is HeatmapMethod.GRAD_CAM


def test_the_newest_revision_comes_first(sessions: sessionmaker[Session], record: Record) -> None:
    case_id = record.save()
    for revision in (1, 2):
        sign(sessions, case_id, revision=revision)
    with UnitOfWork(sessions, read_only=True) as work:
        assert [found.revision for found in work.signed_reports.of_case(case_id)] == [2, 1]
        assert work.signed_reports.of_case(99) == ()


@pytest.mark.parametrize("again", [{"revision": 1}, {"revision": 2, "who": ""}])
def test_no_revision_twice_and_none_without_a_name(
    sessions: sessionmaker[Session], record: Record, again: dict[str, object]
) -> None:
    case_id = record.save()
    sign(sessions, case_id)
    with pytest.raises(IntegrityError):
        sign(sessions, case_id, **again)  # type: ignore[arg-type]


def test_what_is_not_there_is_told(sessions: sessionmaker[Session]) -> None:
    with pytest.raises(RecordNotFound, match="no case 5"):
        sign(sessions, 5)
    with UnitOfWork(sessions, read_only=True) as work, pytest.raises(RecordNotFound, match="no signed report 5"):
        work.signed_reports.content(5)
