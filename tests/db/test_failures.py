import errno
import sqlite3

import pytest

from core.errors import StorageBroken, StorageBusy, StorageFailed, StorageFull, StorageReadOnly
from db.failures import file_errors_told, storage_failure


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, StorageFull),
        (errno.EDQUOT, StorageFull),
        (errno.EACCES, StorageReadOnly),
        (errno.EPERM, StorageReadOnly),
        (errno.EROFS, StorageReadOnly),
        (errno.EIO, StorageBroken),
    ],
)
def test_the_system_s_errors_are_told_to_the_clinician(number: int, kind: type[StorageFailed]) -> None:
    with pytest.raises(kind, match="Nothing was saved") as caught, file_errors_told():
        raise OSError(number, "as the system says it")
    assert isinstance(caught.value.__cause__, OSError)


def test_other_errors_of_the_system_pass_as_they_are() -> None:
    with pytest.raises(IsADirectoryError), file_errors_told():
        raise IsADirectoryError(errno.EISDIR, "a folder")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StorageBusy),
        (sqlite3.SQLITE_LOCKED, StorageBusy),
        (sqlite3.SQLITE_READONLY_DBMOVED, StorageReadOnly),
        (sqlite3.SQLITE_CANTOPEN_ISDIR, StorageReadOnly),
        (sqlite3.SQLITE_FULL, StorageFull),
        (sqlite3.SQLITE_IOERR_WRITE, StorageBroken),
    ],
)
def test_sqlite_s_extended_reasons_are_known_too(code: int, kind: type[StorageFailed]) -> None:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    assert type(storage_failure(error)) is kind


def test_what_is_no_matter_of_storage_is_left_alone() -> None:
    for error in (sqlite3.OperationalError("no such table"), sqlite3.IntegrityError("unique"), ValueError(), None):
        assert storage_failure(error) is None
