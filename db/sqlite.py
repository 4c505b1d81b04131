"""SQLite set up for several sessions at once: one writer at a time, who does not keep readers waiting."""

import time
from pathlib import Path
from sqlite3 import SQLITE_BUSY, OperationalError
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import URL, Connection, Engine, create_engine, event

from db.failures import file_errors_told, raise_storage_failure
from db.transactions import Begin, how_it_begins

_SqlValue = str | bytes | int | float | None

_PAUSE_S = 0.005


def make_sqlite_engine(url: URL, busy_timeout_ms: int) -> Engine:
    """An engine for a file, whose folder is made. Raises StorageFull or StorageReadOnly where it cannot be."""
    _make_folder(url)
    engine = create_engine(url)
    event.listen(engine, "connect", lambda connection, _: _set_up(connection, busy_timeout_ms))
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", raise_storage_failure)
    return engine


def enforce_foreign_keys(connection: Connection, *, is_on: bool) -> None:
    """Switch the enforcement; past SQLAlchemy, for inside a transaction the pragma does nothing."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys = {'ON' if is_on else 'OFF'}")
    cursor.close()


def empty_journal(engine: Engine) -> None:
    """Write the journal back and empty it; where a reader is in the way it happens with the next change."""
    connection = engine.raw_connection()  # past SQLAlchemy, which would begin a transaction first
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _make_folder(url: URL) -> None:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        return
    with file_errors_told():
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def _set_up(connection: SqliteConnection, busy_timeout_ms: int) -> None:
    connection.isolation_level = None  # or the driver would begin a transaction of its own choosing
    connection.execute(f"PRAGMA busy_timeout = {busy_timeout_ms:d}")
    _write_ahead(connection, busy_timeout_ms)
    # With NORMAL a power cut undoes commits whose staged files or pictures were removed already.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # an erased patient is not to be found in the file's free pages
    # SQLite's own lower() leaves Ä as it is, so that a search for "ärztin" would miss "Ärztin".
    connection.create_function("lower", 1, _lower, deterministic=True)


def _write_ahead(connection: SqliteConnection, busy_timeout_ms: int) -> None:
    """Switch the journal; where two open a new file at once SQLite itself does not wait for the other."""
    deadline = time.monotonic() + busy_timeout_ms / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except OperationalError as error:
            if error.sqlite_errorcode != SQLITE_BUSY or time.monotonic() >= deadline:
                raise
        time.sleep(_PAUSE_S)


def _lower(value: _SqlValue) -> _SqlValue:
    return value.lower() if isinstance(value, str) else value


def _begin(connection: Connection) -> None:
    is_writing = how_it_begins(connection) in (Begin.WRITING, Begin.MIGRATING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
