"""Where files are kept by name: a folder of this machine, or any address that fsspec knows, such as s3://."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

from core.errors import StorageFailed, StorageUnreachable
from db.failures import file_errors_told, storage_failure, told

# What is put into these is there whole or not at all; elsewhere a file is written beside its place and then moved.
_WRITTEN_WHOLE: Final = {"s3", "gs", "gcs", "az", "abfs", "abfss"}
_INCOMING: Final = ".incoming-"


class Place(Protocol):
    """Files by name, which may hold slashes. Each method raises StorageFailed where the place itself fails."""

    def read(self, name: str) -> bytes:
        """A file's content. Raises FileNotFoundError."""

    def write(self, name: str, content: bytes) -> None:
        """Keep a file, whole or not at all, in place of one of that name."""

    def has(self, name: str) -> bool:
        """Whether there is such a file."""

    def remove(self, name: str) -> None:
        """Forget a file, if it is there."""

    def names(self, *, before: datetime | None = None) -> list[str]:
        """The files directly in this place, or those last written before a time."""


def open_place(address: str, name: str = "") -> Place:
    """A folder or an address with a scheme, or its part `name`. Raises StorageFailed for an unknown scheme."""
    scheme, _, rest = address.partition("://")
    if not rest:
        return Folder(Path(address).expanduser() / name)
    return Folder(Path(rest) / name) if scheme == "file" else Address(f"{address.rstrip('/')}/{name}")


class Folder:
    """A folder of this machine, made when it is first needed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, name: str) -> bytes:
        """A file's content. Raises FileNotFoundError."""
        return (self._root / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """Keep a file: it is on the disk when this returns."""
        with file_errors_told():
            _write_whole(self._root / name, content)

    def has(self, name: str) -> bool:
        """Whether there is such a file; a look at its name only."""
        return (self._root / name).exists()

    def remove(self, name: str) -> None:
        """Forget a file, if it is there."""
        with file_errors_told():
            (self._root / name).unlink(missing_ok=True)

    def names(self, *, before: datetime | None = None) -> list[str]:
        """The files directly in this folder, or those last written before a time."""
        if not self._root.is_dir():
            return []
        until = (before or datetime.max.replace(tzinfo=UTC)).timestamp()
        return [entry.name for entry in os.scandir(self._root) if _written_at(entry) < until]


class Address:
    """A place elsewhere, through fsspec; credentials are read from where its file system looks for them."""

    def __init__(self, address: str) -> None:
        self._files, root = _open(address)
        self._root = root.rstrip("/")
        self._is_whole = address.partition("://")[0] in _WRITTEN_WHOLE

    def read(self, name: str) -> bytes:
        """A file's content. Raises FileNotFoundError."""
        with _told():
            content: bytes = self._files.cat_file(self._path(name))
        return content

    def write(self, name: str, content: bytes) -> None:
        """Keep a file, whole or not at all."""
        path = self._path(name)
        with _told():
            if self._is_whole:
                self._files.pipe_file(path, content)
                return
            self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
            incoming = f"{path}{_INCOMING}{os.getpid()}"
            self._files.pipe_file(incoming, content)
            self._files.mv(incoming, path)

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        with suppress(FileNotFoundError), _told():
            self._files.info(self._path(name))
            return True
        return False

    def remove(self, name: str) -> None:
        """Forget a file, if it is there."""
        with suppress(FileNotFoundError), _told():
            self._files.rm_file(self._path(name))

    def names(self, *, before: datetime | None = None) -> list[str]:
        """The files directly at this address, or those last written before a time."""
        found: list[dict[str, Any]] = []
        with suppress(FileNotFoundError), _told():
            found = self._files.ls(self._root, detail=True)
        paths = [str(entry["name"]) for entry in found if entry["type"] == "file"]
        return [path.rpartition("/")[2] for path in paths if before is None or self._is_older(path, before)]

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _is_older(self, path: str, before: datetime) -> bool:
        with suppress(FileNotFoundError), _told():
            written: datetime = self._files.modified(path)
            return (written if written.tzinfo else written.replace(tzinfo=UTC)) < before
        return False  # it went a moment ago


def _open(address: str) -> tuple[Any, str]:
    scheme = address.partition("://")[0]
    try:
        from fsspec.core import url_to_fs

        if scheme == "s3":
            from obstore.fsspec import register  # an extra

            register("s3")
        options = {} if scheme == "s3" else {"use_listings_cache": False}
        files, root = url_to_fs(address, **options)
    except (ImportError, ValueError) as error:
        raise StorageFailed(
            f"Pictures cannot be kept under {scheme}://: {error}.",
            "For s3:// install requirements-s3.txt, for others what fsspec names; or set LESIONWISE_PICTURES anew.",
        ) from error
    return files, str(root)


@contextmanager
def _told() -> Iterator[None]:
    """Raises StorageFailed in place of a file system's error; lets FileNotFoundError pass."""
    try:
        yield
    except (FileNotFoundError, StorageFailed):
        raise
    except Exception as error:  # each of fsspec's file systems has errors of its own
        raise storage_failure(error) or told(StorageUnreachable) from error


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_INCOMING)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # or a power cut could leave the row and lose its picture
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _written_at(entry: os.DirEntry[str]) -> float:
    """When a file was last written, in seconds since 1970; never, for what is no file or went a moment ago."""
    try:
        return entry.stat().st_mtime if entry.is_file() else float("inf")
    except FileNotFoundError:
        return float("inf")
