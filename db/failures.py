"""What SQLite and the file system say when they cannot write, in sentences for the clinician."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import ExceptionContext

from core.errors import StorageBroken, StorageBusy, StorageFailed, StorageFull, StorageReadOnly, StorageUnreachable

_PRIMARY_CODE = 0xFF  # SQLite keeps the extended reason in the higher bytes

_OF_SQLITE: dict[int, type[StorageFailed]] = {
    sqlite3.SQLITE_BUSY: StorageBusy,
    sqlite3.SQLITE_LOCKED: StorageBusy,
    sqlite3.SQLITE_FULL: StorageFull,
    sqlite3.SQLITE_READONLY: StorageReadOnly,
    sqlite3.SQLITE_PERM: StorageReadOnly,
    sqlite3.SQLITE_CANTOPEN: StorageReadOnly,
    sqlite3.SQLITE_IOERR: StorageBroken,
}
_OF_SYSTEM: dict[int, type[StorageFailed]] = {
    errno.ENOSPC: StorageFull,
    errno.EDQUOT: StorageFull,
    errno.EACCES: StorageReadOnly,
    errno.EPERM: StorageReadOnly,
    errno.EROFS: StorageReadOnly,
    errno.EIO: StorageBroken,
}
_SENTENCES: dict[type[StorageFailed], str] = {
    StorageBusy: "Nothing was saved: another program is using the database.",
    StorageFull: "Nothing was saved: the disk is full.",
    StorageReadOnly: "Nothing was saved: the data folder may not be written.",
    StorageBroken: "Nothing was saved: the disk that keeps the record does not take it.",
    StorageUnreachable: "Nothing was saved: the server that keeps the record, or its pictures, does not answer.",
}


def told(kind: type[StorageFailed]) -> StorageFailed:
    """An error of this kind with its sentence for the clinician."""
    return kind(_SENTENCES[kind])


def storage_failure(error: BaseException | None) -> StorageFailed | None:
    """The clinician's form of a database or file error; None where it is no matter of storage."""
    kind: type[StorageFailed] | None = None
    if isinstance(error, sqlite3.OperationalError):
        kind = _OF_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE)
    elif isinstance(error, OSError):
        kind = _OF_SYSTEM.get(error.errno or 0)
    return told(kind) if kind else None


def raise_storage_failure(context: ExceptionContext) -> None:
    """Listen to an engine's `handle_error`: raises the StorageFailed that it is, lets the rest pass."""
    failure = storage_failure(context.original_exception)
    if failure is not None:
        raise failure from context.original_exception


@contextmanager
def file_errors_told() -> Iterator[None]:
    """Work on files; raises a StorageFailed in place of the system's error, lets the rest pass."""
    try:
        yield
    except OSError as error:
        failure = storage_failure(error)
        if failure is None:
            raise
        raise failure from error
