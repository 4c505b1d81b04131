"""Picture files, named by the SHA-256 of their content."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from core.errors import RecordNotFound, StorageFailed
from db.failures import file_errors_told

_SHA256 = re.compile(r"[0-9a-f]{64}")


class BlobStore:
    """Files that are written once, whole or not at all; the same content is kept once."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, content: bytes) -> str:
        """Keep content and give its SHA-256; a file that is there is not written again.

        Raises StorageFull or StorageReadOnly.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        if not path.exists():
            with file_errors_told():
                _write_whole(path, content)
        return sha256

    def has(self, sha256: str) -> bool:
        """Whether the content is there; a look at its name only. Raises RecordNotFound for no SHA-256."""
        return self.path(sha256).exists()

    def open(self, sha256: str) -> bytes:
        """The content; raises RecordNotFound if there is none, StorageFailed if it is not what was put in."""
        path = self.path(sha256)
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise RecordNotFound("The picture's file is not in the data folder.") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StorageFailed(
                "The picture's file has changed on the disk since it was saved.",
                "Restore the data folder from a backup.",
            )
        return content

    def path(self, sha256: str) -> Path:
        """Where the content lies, or would lie. Raises RecordNotFound for anything but 64 hexadecimal digits."""
        if not _SHA256.fullmatch(sha256):
            raise RecordNotFound(f"A picture's name is expected to be a SHA-256, got {sha256!r}.")
        return self._root / sha256[:2] / sha256[2:]

    def remove(self, sha256: str) -> None:
        """Forget the content, if it is there; for staged uploads, which still carry their metadata."""
        with file_errors_told():
            self.path(sha256).unlink(missing_ok=True)


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".incoming-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # or a power cut could leave the row and lose its picture
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
