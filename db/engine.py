"""The engine for SQLite or PostgreSQL, and the database brought to the newest tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.orm import Session, sessionmaker

from core.errors import StorageFailed
from db.sqlite import empty_journal, enforce_foreign_keys, make_sqlite_engine
from db.transactions import BEGIN_MIGRATING

_MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def make_engine(url: str, *, busy_timeout_ms: int = 5000) -> Engine:
    """An engine whose storage errors are the clinician's; makes the folder of a SQLite file.

    Raises StorageFull or StorageReadOnly where that folder cannot be made, and StorageFailed for other databases.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return make_sqlite_engine(parsed, busy_timeout_ms)
    if parsed.drivername != "postgresql+psycopg":
        raise StorageFailed(
            f"DATABASE_URL names a database of the kind {parsed.drivername}, which is not known here.",
            "Set DATABASE_URL to sqlite:///... or postgresql+psycopg://... and start the program again.",
        )
    from db.postgres import make_postgres_engine  # loads the driver, which SQLite does not need

    return make_postgres_engine(parsed, busy_timeout_ms)


def make_session_factory(engine: Engine) -> sessionmaker[Session]:
    """What a unit of work makes its one short session with."""
    return sessionmaker(engine, expire_on_commit=False)


def upgrade_to_head(engine: Engine) -> None:
    """Bring the database to the newest tables, all or nothing; a look at one row when it is there already.

    Of several servers that start at once, one does it and the others wait for it. Raises StorageFailed if the database
    comes from a newer version or a foreign key would be left dangling.
    """
    script = ScriptDirectory(str(_MIGRATIONS))
    if _is_at_head(engine, script):
        return
    with (
        engine.connect().execution_options(**BEGIN_MIGRATING) as connection,
        _foreign_keys_off(connection),
        connection.begin(),
    ):
        _upgrade(connection)


def forget_deleted(engine: Engine) -> None:
    """Have SQLite empty its journal, which still holds what was just deleted; PostgreSQL's VACUUM does that for it."""
    if engine.dialect.name == "sqlite":
        empty_journal(engine)


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


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """On, rebuilding a table of SQLite deletes or blocks the rows that point to it; PostgreSQL rebuilds none."""
    if connection.dialect.name != "sqlite":
        yield
        return
    enforce_foreign_keys(connection, is_on=False)
    try:
        yield
    finally:
        enforce_foreign_keys(connection, is_on=True)


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
