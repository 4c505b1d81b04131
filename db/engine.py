"""The engine: SQLite set up for several sessions at once, and the database brought to the newest tables."""

from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

from core.errors import StorageFailed
from db.failures import file_errors_told, raise_storage_failure

# A unit of work that writes takes the lock at its start: with a deferred BEGIN two of them that read before they write
# lose one another's changes.
SQLITE_BEGIN: Final = "sqlite_begin"
BEGIN_WRITING: Final = {SQLITE_BEGIN: "BEGIN IMMEDIATE"}
BEGIN_READING: Final = {SQLITE_BEGIN: "BEGIN"}

_SqlValue = str | bytes | int | float | None

_MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def make_engine(url: str, *, busy_timeout_ms: int = 5000) -> Engine:
    """An engine whose storage errors are the clinician's; makes the folder of a SQLite file.

    Raises StorageFull or StorageReadOnly where that folder cannot be made.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed)
    _make_folder(parsed)
    engine = create_engine(parsed)
    event.listen(engine, "connect", lambda connection, _: _set_up(connection, busy_timeout_ms))
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", raise_storage_failure)
    return engine


def make_session_factory(engine: Engine) -> sessionmaker[Session]:
    """What a unit of work makes its one short session with."""
    return sessionmaker(engine, expire_on_commit=False)


def upgrade_to_head(engine: Engine) -> None:
    """Bring the database to the newest tables, all or nothing; a look at one row when it is there already.

    Raises StorageFailed if the database comes from a newer version or a foreign key would be left dangling.
    """
    script = ScriptDirectory(str(_MIGRATIONS))
    if _is_at_head(engine, script):
        return
    with engine.connect().execution_options(**BEGIN_WRITING) as connection:
        # Rebuilding a table with foreign keys on deletes or blocks the rows that point to it.
        _enforce_foreign_keys(connection, is_on=False)
        try:
            with connection.begin():
                _upgrade(connection)
        finally:
            _enforce_foreign_keys(connection, is_on=True)


def forget_deleted(engine: Engine) -> None:
    """Have SQLite write its journal back and empty it, which still holds what was just deleted.

    Where a reader is in the way it happens with the next change; with PostgreSQL it is its VACUUM's work.
    """
    if engine.dialect.name != "sqlite":
        return
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
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # an erased patient is not to be found in the file's free pages
    # SQLite's own lower() leaves Ä as it is, so that a search for "ärztin" would miss "Ärztin".
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(value: _SqlValue) -> _SqlValue:
    return value.lower() if isinstance(value, str) else value


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql(options.get(SQLITE_BEGIN, BEGIN_READING[SQLITE_BEGIN]))


def _is_at_head(engine: Engine, script: ScriptDirectory) -> bool:
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise StorageFailed(
            f"The database was written by a newer version of Lesionwise (its revision is {current}).",
            "Start the newer version, or restore the backup that was made before it.",
        )
    return current == script.get_current_head()


def _enforce_foreign_keys(connection: Connection, *, is_on: bool) -> None:
    if connection.dialect.name == "sqlite":  # past SQLAlchemy: inside a transaction the pragma does nothing
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if is_on else 'OFF'}")
        cursor.close()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.dialect.name != "sqlite":
        return
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if dangling:
        tables = sorted({str(row[0]) for row in dangling})
        raise StorageFailed(f"The database was not changed: {len(dangling)} rows of {tables} would point to nothing.")
