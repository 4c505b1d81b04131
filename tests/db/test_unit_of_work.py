import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, Thread

import psycopg
import pytest
from sqlalchemy import Engine, RootTransaction
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from core.domain import CaseFilter
from core.errors import StorageBusy, StorageFull, StorageReadOnly
from db.engine import make_engine, make_session_factory
from db.queries import count_cases
from db.transactions import BEGIN_WRITING
from db.unit_of_work import UnitOfWork
from tests.db.conftest import Make, Record, on_sqlite


@pytest.fixture
def path(engine: Engine) -> Path:
    return Path(engine.url.database or "")


@pytest.fixture
def holder(url: str) -> Iterator[RootTransaction]:
    """Another program that is writing."""
    other = make_engine(url)
    with other.connect().execution_options(**BEGIN_WRITING) as connection, connection.begin() as transaction:
        yield transaction
    other.dispose()


def set_one(sessions: sessionmaker[Session], make: Make, value: str = "x") -> None:
    with UnitOfWork(sessions) as work:
        work.settings.set("key", value, who="dr a", at=make.noon)
        work.commit()


def test_leaving_without_commit_undoes(sessions: sessionmaker[Session], make: Make) -> None:
    with UnitOfWork(sessions) as work:
        work.settings.set("key", "x", who="dr a", at=make.noon)
        assert work.settings.current() == {"key": "x"}
    with UnitOfWork(sessions) as work:
        assert work.settings.current() == {}


def test_an_error_undoes_and_passes_as_it_is(sessions: sessionmaker[Session], make: Make) -> None:
    with pytest.raises(ZeroDivisionError), UnitOfWork(sessions) as work:
        work.settings.set("key", "x", who="dr a", at=make.noon)
        raise ZeroDivisionError
    with UnitOfWork(sessions) as work:
        assert work.settings.current() == {}


def test_what_follows_a_commit_is_undone_alone(sessions: sessionmaker[Session], make: Make) -> None:
    with UnitOfWork(sessions) as work:
        work.settings.set("key", "first", who="dr a", at=make.noon)
        work.commit()
        work.settings.set("key", "second", who="dr a", at=make.noon)
    with UnitOfWork(sessions) as work:
        assert work.settings.current() == {"key": "first"}


def test_a_locked_database_is_told_as_busy(
    sessions: sessionmaker[Session], make: Make, holder: RootTransaction
) -> None:
    with pytest.raises(StorageBusy, match="another program") as caught:
        set_one(sessions, make)
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError | psycopg.errors.LockNotAvailable)
    holder.rollback()
    set_one(sessions, make)


def test_a_locked_database_can_still_be_read(reading: Callable[[], UnitOfWork], holder: RootTransaction) -> None:
    assert count_cases(reading().session, CaseFilter()) == 0


def test_a_read_only_unit_of_work_cannot_commit(reading: Callable[[], UnitOfWork]) -> None:
    with pytest.raises(RuntimeError, match="read-only"):
        reading().commit()


@on_sqlite
def test_a_database_that_may_not_be_written_is_told(engine: Engine, path: Path, make: Make) -> None:
    read_only = make_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    with pytest.raises(StorageReadOnly, match="may not be written"):
        set_one(make_session_factory(read_only), make)
    read_only.dispose()


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path, make: Make) -> None:
    (tmp_path / "record.db").mkdir()
    engine = make_engine(f"sqlite:///{tmp_path / 'record.db'}")
    with pytest.raises(StorageReadOnly):
        set_one(make_session_factory(engine), make)


@on_sqlite
def test_a_full_disk_is_told_and_leaves_nothing(engine: Engine, sessions: sessionmaker[Session], make: Make) -> None:
    """`max_page_count` makes SQLite report exactly what a full disk makes it report."""
    with engine.connect() as connection:
        n_pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {n_pages}")
    with pytest.raises(StorageFull, match="disk is full"):
        set_one(sessions, make, "x" * 1_000_000)
    with UnitOfWork(sessions) as work:
        assert work.settings.current() == {}


def test_other_errors_of_the_database_pass_as_they_are(work: UnitOfWork) -> None:
    with pytest.raises(IntegrityError), work.session.begin_nested():
        work.session.connection().exec_driver_sql("INSERT INTO lesions (patient_id, label) VALUES (5, 'x')")
    with pytest.raises((OperationalError, ProgrammingError), match="lost"):
        work.session.connection().exec_driver_sql("SELECT * FROM lost")


def test_two_threads_that_read_and_then_write_lose_nothing(engine: Engine, make: Make, url: str) -> None:
    waiting = make_engine(url, busy_timeout_ms=20_000)
    sessions = make_session_factory(waiting)
    start = Barrier(2)

    def count_up() -> None:
        start.wait()
        for _ in range(25):
            with UnitOfWork(sessions) as work:
                value = int(work.settings.current().get("count", "0"))
                work.settings.set("count", str(value + 1), who="dr a", at=make.noon)
                work.commit()

    threads = [Thread(target=count_up) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with UnitOfWork(sessions, read_only=True) as work:
        assert work.settings.current() == {"count": "50"}
    waiting.dispose()


def test_rows_are_there_for_another_engine_after_commit(record: Record, url: str) -> None:
    case_id = record.save()
    other = make_engine(url)
    with UnitOfWork(make_session_factory(other), read_only=True) as work:
        assert work.cases.get(case_id).pseudonym == "P-001"
    other.dispose()
