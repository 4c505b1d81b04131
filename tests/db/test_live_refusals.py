"""Pictures that got no score at first: each once, whatever becomes of it, and none of a patient's words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from core.taxonomy import Gate
from db.live_months import LiveFilter
from db.live_refusals import refusals_by_month
from db.repositories.batch_rows import BatchFile, GatedFile, ScoredFile
from db.repositories.refusals import Refusal, add_refusal
from db.tables import RefusalRow
from db.unit_of_work import UnitOfWork
from tests.db.conftest import NOON, Make, Record
from tests.db.repositories.test_checks import CHECKS

ALL = LiveFilter()
PASSED = replace(CHECKS, override_reason="")


@pytest.fixture
def refuse(sessions: sessionmaker[Session]) -> Callable[..., None]:
    def add(upload: str, at: datetime = NOON) -> None:
        with UnitOfWork(sessions) as work:
            refusal = Refusal(at, "net", "1.0", "ab" * 32, Gate.QUALITY, "Glare: 4.0% is white glare.", "dr a")
            add_refusal(work.session, refusal, upload)
            work.commit()

    return add


@pytest.fixture
def count(reading: Callable[[], UnitOfWork]) -> Callable[..., list[tuple[int, ...]]]:
    """Month, pictures looked at, held back."""

    def rows(wanted: LiveFilter = ALL) -> list[tuple[int, ...]]:
        found = refusals_by_month(reading().session, wanted)
        return list(found[["month", "looked_at", "held_back"]].itertuples(index=False, name=None))

    return rows


Refuse = Callable[..., None]
Count = Callable[..., list[tuple[int, ...]]]


def test_one_picture_counts_once_a_day_and_again_the_next(refuse: Refuse, count: Count) -> None:
    for hours in (0, 1, 11):
        refuse("one", NOON + timedelta(hours=hours))
    refuse("two")
    assert count() == [(3, 2, 2)]
    refuse("one", NOON + timedelta(hours=12))
    assert count() == [(3, 3, 3)]


def test_what_tells_pictures_apart_is_forgotten_with_the_day(refuse: Refuse, sessions: sessionmaker[Session]) -> None:
    refuse("one")
    refuse("two", NOON + timedelta(days=1))
    with UnitOfWork(sessions, read_only=True) as work:
        marks = work.session.scalars(select(RefusalRow.day_mark).order_by(RefusalRow.refused_at)).all()
    assert marks[0] is None
    assert marks[1] not in (None, "two")


def test_erasing_a_patient_leaves_the_count_and_nothing_that_tells_a_picture(
    refuse: Refuse, count: Count, record: Record, sessions: sessionmaker[Session]
) -> None:
    record.save(pseudonym="P-9")
    refuse("one")
    with UnitOfWork(sessions) as work:
        work.erasure.erase("P-9", work.erasure.belongings("P-9"))
        assert work.session.scalars(select(RefusalRow.day_mark)).all() == [None]
        work.commit()
    assert count() == [(3, 1, 1)]


def test_saved_pictures_that_passed_count_from_the_first_refusal_on_and_overridden_ones_not_again(
    refuse: Refuse, count: Count, record: Record, sessions: sessionmaker[Session]
) -> None:
    cases = [record.save() for _ in range(4)]  # an hour apart, the first at noon
    with UnitOfWork(sessions) as work:
        work.checks.add_many({cases[0]: PASSED, cases[1]: PASSED, cases[2]: CHECKS})  # the last was not checked
        work.commit()
    assert count() == []
    refuse("one", NOON + timedelta(minutes=30))
    assert count() == [(3, 2, 1)]


def test_batch_files_count_once_also_where_they_were_scored_for_a_reason_and_saved(
    count: Count, refuse: Refuse, record: Record, sessions: sessionmaker[Session], make: Make
) -> None:
    with UnitOfWork(sessions) as work:
        files = [BatchFile(f"{i}.jpg") for i in range(5)]
        batch_id = work.batches.create(name="", source="upload", reader="", created_at=NOON, files=files)
        gated, saved, broken, _, _ = work.batches.waiting(batch_id)
        held = [GatedFile(each.item_id, make.image(), "Glare.") for each in (gated, saved)]
        work.batches.record_gated_many(held, stored_at=NOON)
        work.batches.record_rejected(broken.item_id, "This file is empty.")
        scored = ScoredFile(saved.item_id, held[1].image, make.prediction(), CHECKS)
        assert work.batches.record_override(scored, reason="because", predicted_at=NOON, app_version="1")
        work.commit()
    case_id = record.save()
    with UnitOfWork(sessions) as work:
        work.batches.mark_saved(saved.item_id, case_id)
        work.checks.add(case_id, PASSED)
        work.commit()
    refuse("one", NOON - timedelta(hours=1))
    assert count() == [(3, 4, 4)]


def test_months_and_periods_are_told_apart(refuse: Refuse, count: Count) -> None:
    for days in (0, 40):
        refuse("one", NOON + timedelta(days=days))
    assert count() == [(3, 1, 1), (4, 1, 1)]
    assert count(LiveFilter("another network", created_from=NOON + timedelta(days=1))) == [(4, 1, 1)]


def test_a_gate_that_nobody_knows_is_refused(work: UnitOfWork) -> None:
    statement = (
        "INSERT INTO refusals (refused_at, model_name, model_version, weights_sha256, gate, reason, reader)"
        " VALUES ('2026-01-05', '', '', '', 'door', '', '')"
    )
    with pytest.raises(IntegrityError, match="ck_refusals_gate"):
        work.session.execute(text(statement))
