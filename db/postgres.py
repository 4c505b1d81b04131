"""PostgreSQL with the same promise as SQLite: one writer at a time, over all servers of one database."""

from typing import Final

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext

from core.errors import StorageBusy, StorageFailed, StorageFull, StorageReadOnly, StorageUnreachable
from db.failures import told
from db.transactions import Begin, how_it_begins

# Any number does that no other program takes in this database; these are the letters "lesion" as bytes.
WRITE_LOCK: Final = int.from_bytes(b"lesion", "big")
_MIGRATION_WAIT: Final = "10min"  # for another server that brings a large record to the newest tables
# Of a row by its key, in sequential pages. The server's default, 4, is a turning disk's, and has it read all words for
# a search that 15,000 rows would answer; what is searched here lies in memory or on a disk without moving parts.
_ROW_COST: Final = 1.1

# PostgreSQL's documentation, appendix A: the first two characters are the class of an error.
_OF_STATE: Final[dict[str, type[StorageFailed]]] = {
    "55P03": StorageBusy,  # lock_not_available: lock_timeout has passed
    "40P01": StorageBusy,  # deadlock_detected
    "40001": StorageBusy,  # serialization_failure
    "53300": StorageBusy,  # too_many_connections
    "53100": StorageFull,  # disk_full
    "25006": StorageReadOnly,  # read_only_sql_transaction, such as on a standby
    "42501": StorageReadOnly,  # insufficient_privilege
}
_UNREACHABLE_CLASSES: Final = ("08", "57", "28", "3D")  # connection lost, server going down, unknown user or database


def make_postgres_engine(url: URL, busy_timeout_ms: int) -> Engine:
    """An engine whose connections wait for a lock no longer than told; none is made yet."""
    # Said although it is the usual default: in a stricter level the statement that waits for the lock would also fix
    # what the transaction sees, and that would be what was there before the other writer's commit.
    engine = create_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,  # a server that was restarted has closed the connections of the pool
        connect_args={
            "options": f"-c lock_timeout={busy_timeout_ms:d} -c timezone=UTC -c random_page_cost={_ROW_COST}"
        },
    )
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _raise_failure)
    return engine


def postgres_failure(error: BaseException | None) -> StorageFailed | None:
    """The clinician's form of an error of the driver; None where it is no matter of storage."""
    if not isinstance(error, psycopg.Error):
        return None
    state = error.sqlstate
    if state is None:  # the server said nothing: it was not reached, or went away
        return told(StorageUnreachable) if isinstance(error, psycopg.OperationalError) else None
    if state in _OF_STATE:
        return told(_OF_STATE[state])
    return told(StorageUnreachable) if state.startswith(_UNREACHABLE_CLASSES) else None


def _raise_failure(context: ExceptionContext) -> None:
    failure = postgres_failure(context.original_exception)
    if failure is not None and not context.is_pre_ping:  # the pool's own look: it makes another connection
        raise failure from context.original_exception


def _begin(connection: Connection) -> None:
    match how_it_begins(connection):
        case Begin.READING:  # a unit of work reads one state of the record, as with SQLite
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        case Begin.WRITING:
            _lock(connection)
        case Begin.MIGRATING:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_MIGRATION_WAIT}'")
            _lock(connection)


def _lock(connection: Connection) -> None:
    """Wait until no other transaction writes; the lock goes with the transaction, however that ends."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")
