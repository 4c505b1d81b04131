"""What is PostgreSQL's own: its lock, what a reader sees, its errors in the clinician's words."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from core.domain import CaseFilter
from core.errors import StorageBusy, StorageFailed, StorageFull, StorageReadOnly, StorageUnreachable
from db.engine import make_engine, make_session_factory, upgrade_to_head
from db.postgres import postgres_failure
from db.queries import count_cases
from db.transactions import BEGIN_WRITING
from db.unit_of_work import UnitOfWork
from tests.db.conftest import Make, Record, on_postgres
from tests.postgres_server import PostgresServer

PATIENCE_S = 60.0


def n_waiting(engine: Engine) -> int:
    """How many wait for the lock of those who write."""
    statement = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with engine.connect() as connection:
        return int(connection.execute(text(statement)).scalar_one())


@contextmanager
def closing_engine(url: str) -> Iterator[Engine]:
    """An engine that lets go of its connections at the end of a block."""
    engine = make_engine(url)
    yield engine
    engine.dispose()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_of_two_that_start_on_an_empty_database_one_migrates_and_the_other_waits(empty_postgres_url: str) -> None:
    engines = [make_engine(empty_postgres_url, busy_timeout_ms=50) for _ in range(3)]
    done: list[Engine] = []

    def start(engine: Engine) -> None:
        upgrade_to_head(engine)
        done.append(engine)

    threads = [Thread(target=start, args=(engine,)) for engine in engines[:2]]
    with engines[2].connect().execution_options(**BEGIN_WRITING) as writer, writer.begin():
        for thread in threads:
            thread.start()
        wait_until(lambda: n_waiting(engines[2]) == 2)  # both have seen a database without tables
    for thread in threads:
        thread.join(PATIENCE_S)
    assert done[0] is not done[1]
    with UnitOfWork(make_session_factory(engines[2]), read_only=True) as work:
        assert count_cases(work.session, CaseFilter()) == 0
    for engine in engines:
        engine.dispose()


@on_postgres
def test_a_reader_sees_one_state_and_changes_nothing(record: Record, reading: Callable[[], UnitOfWork]) -> None:
    record.save()
    session = reading().session
    assert count_cases(session, CaseFilter()) == 1
    record.save()
    assert count_cases(session, CaseFilter()) == 1
    with pytest.raises(StorageReadOnly):
        session.execute(text("DELETE FROM cases"))


@on_postgres
def test_a_writer_sees_what_was_committed_while_it_waited_whatever_the_server_s_default(
    engine: Engine, url: str, make: Make
) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(
            f"ALTER DATABASE {engine.url.database} SET default_transaction_isolation = 'serializable'"
        )
    with closing_engine(url) as first, closing_engine(url) as second:
        with UnitOfWork(make_session_factory(first)) as work:
            thread = Thread(target=_count_up, args=(make_session_factory(second), make))
            thread.start()
            wait_until(lambda: n_waiting(first) == 1)
            work.settings.set("count", "1", who="dr a", at=make.noon)
            work.commit()
        thread.join(PATIENCE_S)
        with UnitOfWork(make_session_factory(first), read_only=True) as work:
            assert work.settings.current() == {"count": "2"}


def _count_up(sessions: sessionmaker[Session], make: Make) -> None:
    with UnitOfWork(sessions) as work:
        value = int(work.settings.current().get("count", "0"))
        work.settings.set("count", str(value + 1), who="dr b", at=make.noon)
        work.commit()


@on_postgres
def test_a_connection_that_the_server_closed_is_made_anew(
    engine: Engine, url: str, sessions: sessionmaker[Session], make: Make
) -> None:
    _count_up(sessions, make)
    with closing_engine(url) as other, other.connect() as connection:
        closed = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
        connection.execute(text(closed + "datname = current_database()"))
    _count_up(sessions, make)
    with UnitOfWork(sessions, read_only=True) as work:
        assert work.settings.current() == {"count": "2"}


def test_a_server_that_is_not_there_is_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    with (
        closing_engine(f"postgresql+psycopg://dr:secret@/record?host={tmp_path_factory.mktemp('none')}") as engine,
        pytest.raises(StorageUnreachable, match="does not answer") as caught,
    ):
        upgrade_to_head(engine)
    assert "secret" not in str(caught.value)


def test_a_database_that_is_not_there_is_told(postgres: PostgresServer) -> None:
    with closing_engine(postgres.url("nowhere")) as engine, pytest.raises(StorageUnreachable):
        upgrade_to_head(engine)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (psycopg.errors.LockNotAvailable, StorageBusy),
        (psycopg.errors.DeadlockDetected, StorageBusy),
        (psycopg.errors.TooManyConnections, StorageBusy),
        (psycopg.errors.DiskFull, StorageFull),
        (psycopg.errors.InsufficientPrivilege, StorageReadOnly),
        (psycopg.errors.AdminShutdown, StorageUnreachable),
        (psycopg.errors.InvalidPassword, StorageUnreachable),
        (psycopg.OperationalError, StorageUnreachable),
    ],
)
def test_its_errors_are_told_to_the_clinician(error: type[psycopg.Error], kind: type[StorageFailed]) -> None:
    assert type(postgres_failure(error("as the server says it"))) is kind


@pytest.mark.parametrize("error", [psycopg.errors.UndefinedTable(), psycopg.errors.UniqueViolation(), ValueError()])
def test_what_is_no_matter_of_storage_is_left_alone(error: Exception) -> None:
    assert postgres_failure(error) is None
