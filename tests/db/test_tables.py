import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session, sessionmaker

from core.taxonomy import AnatomSite, Band
from db.tables import UtcDateTime
from db.unit_of_work import UnitOfWork
from tests.db.conftest import Record

offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
far = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=offsets)


@given(far)
def test_a_time_comes_back_as_the_same_instant_in_utc(at: datetime) -> None:
    dialect = sqlite.dialect()
    back = UtcDateTime().process_result_value(UtcDateTime().process_bind_param(at, dialect), dialect)
    assert back == at
    assert back is not None
    assert back.tzinfo is UTC


def test_a_naive_time_is_refused(work: UnitOfWork) -> None:
    with pytest.raises(StatementError, match="naive 2026-03-02"):
        work.settings.set("a", "b", who="dr a", at=datetime(2026, 3, 2))


@pytest.mark.parametrize("age_years", [-1, 86])
def test_an_age_beyond_isics_bounds_is_refused(record: Record, age_years: int) -> None:
    with pytest.raises(IntegrityError, match="ck_cases_age_years"):
        record.save(age_years=age_years)


@pytest.mark.parametrize("probability", [-0.1, 1.5])
def test_a_probability_outside_0_to_1_is_refused(record: Record, probability: float) -> None:
    with pytest.raises(IntegrityError, match="probability"):
        record.save(probability)


def test_a_probability_that_is_no_number_is_refused(record: Record) -> None:
    with pytest.raises(IntegrityError, match=r"NOT NULL|probability"):
        record.save(math.nan)


def test_a_word_outside_the_vocabulary_is_refused(record: Record) -> None:
    with pytest.raises(StatementError, match="elbow"):
        record.save(anatom_site="elbow")


def test_words_are_stored_as_isic_writes_them(record: Record, reading: Callable[[], UnitOfWork]) -> None:
    record.save(0.9, anatom_site=AnatomSite.HEAD_NECK)
    found = (
        reading()
        .session.connection()
        .exec_driver_sql("SELECT c.anatom_site, p.band FROM cases c JOIN predictions p ON p.id = c.prediction_id")
    )
    assert found.all() == [(AnatomSite.HEAD_NECK.value, Band.REFER.value)]


def test_an_unknown_band_is_refused_by_the_database_itself(record: Record, sessions: sessionmaker[Session]) -> None:
    record.save(0.9)
    with UnitOfWork(sessions) as work, pytest.raises(IntegrityError, match="ck_predictions_band"):
        work.session.connection().exec_driver_sql("UPDATE predictions SET band = 'benign'")


def test_an_unknown_state_of_a_batch_is_refused_by_the_database_itself(work: UnitOfWork) -> None:
    statement = (
        "INSERT INTO batches (name, source, state, reader, created_at) VALUES ('', '', 'lost', '', '2026-01-05')"
    )
    with pytest.raises(IntegrityError, match="ck_batches_state"):
        work.session.connection().exec_driver_sql(statement)
