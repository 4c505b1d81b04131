"""Pictures, named by the SHA-256 of their content."""

import hashlib
import re

from core.errors import RecordNotFound, StorageFailed
from db.places import Place

_SHA256 = re.compile(r"[0-9a-f]{64}")


class BlobStore:
    """Files that are written once, whole or not at all; the same content is kept once."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def put(self, content: bytes) -> str:
        """Keep content and give its SHA-256; a file that is there is not written again. Raises StorageFailed."""
        sha256 = hashlib.sha256(content).hexdigest()
        name = _name(sha256)
        if not self._place.has(name):
            self._place.write(name, content)
        return sha256

    def has(self, sha256: str) -> bool:
        """Whether the content is there; a look at its name only. Raises RecordNotFound for no SHA-256."""
        return self._place.has(_name(sha256))

    def open(self, sha256: str) -> bytes:
        """The content; raises RecordNotFound if there is none, StorageFailed if it is not what was put in."""
        try:
            content = self._place.read(_name(sha256))
        except FileNotFoundError as error:
            raise RecordNotFound("The picture's file is not in the data folder.") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StorageFailed(
                "The picture's file has changed on the disk since it was saved.",
                "Restore the data folder from a backup.",
            )
        return content

    def remove(self, sha256: str) -> None:
        """Forget the content, if it is there. Raises StorageFailed."""
        self._place.remove(_name(sha256))


def _name(sha256: str) -> str:
    """Where the content lies, or would lie. Raises RecordNotFound for anything but 64 hexadecimal digits."""
    if not _SHA256.fullmatch(sha256):
        raise RecordNotFound(f"A picture's name is expected to be a SHA-256, got {sha256!r}.")
    return f"{sha256[:2]}/{sha256[2:]}"
