"""Files into a batch: loose ones or a ZIP; what cannot be taken in becomes a row with its reason."""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.domain import Upload
from core.errors import CorruptImage, ImageRejected, ImageTooLarge
from core.imaging.decode import MAX_BYTES

MAX_FILES = 2_000  # of one ZIP: a clinic's week; more is a mistake or an attack
MAX_UNPACKED_BYTES = 4 * 1024**3
_IS_ENCRYPTED = 0x1  # bit 0 of a member's general purpose flags; APPNOTE.TXT 4.4.4
# What the standard library raises on damaged archives; RuntimeError holds the NotImplementedError of unknown methods.
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A file for a batch, or the reason why it is none."""

    upload: Upload
    rejection: str = ""


def take_in(uploads: Iterable[Upload]) -> list[TakenIn]:
    """Unpack ZIPs among the uploads and pass every other file on as it is."""
    taken: list[TakenIn] = []
    for upload in uploads:
        taken += _unpack(upload) if is_zip(upload) else [TakenIn(upload)]
    return taken


def names_in(uploads: Iterable[Upload]) -> list[str]:
    """The files' names as `take_in` will give them, without unpacking anything."""
    return [name for upload in uploads for name in (_names(upload) if is_zip(upload) else [upload.filename])]


def is_zip(upload: Upload) -> bool:
    """Whether a file is to be unpacked: by its name or by its first bytes."""
    return upload.filename.lower().endswith(".zip") or upload.content.startswith(b"PK\x03\x04")


def _unpack(upload: Upload) -> list[TakenIn]:
    try:
        with zipfile.ZipFile(io.BytesIO(upload.content)) as archive:
            return list(_members(archive))
    except ImageRejected as error:
        return [TakenIn(Upload(upload.filename, b""), str(error))]
    except _ZIP_ERRORS:
        return [TakenIn(Upload(upload.filename, b""), "This ZIP file cannot be opened: it is damaged or incomplete.")]


def _names(upload: Upload) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(upload.content)) as archive:
            return [entry.filename for entry in archive.infolist() if _is_wanted(entry)]
    except _ZIP_ERRORS:
        return []


def _members(archive: zipfile.ZipFile) -> Iterator[TakenIn]:
    entries = [entry for entry in archive.infolist() if _is_wanted(entry)]
    if not entries:
        raise CorruptImage("This ZIP file holds no files.")
    if len(entries) > MAX_FILES:
        raise ImageTooLarge(f"This ZIP file holds {len(entries):,} files; the limit is {MAX_FILES:,}.")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise ImageTooLarge(f"This ZIP file unpacks to more than {MAX_UNPACKED_BYTES // 1024**3} GB.")
    for entry in entries:
        yield _read_member(archive, entry)


def _is_wanted(entry: zipfile.ZipInfo) -> bool:
    """Leave out folders and what macOS and Windows put beside pictures."""
    path = PurePosixPath(entry.filename)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not (entry.is_dir() or hidden or path.name.lower() == "thumbs.db")


def _read_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> TakenIn:
    if entry.file_size > MAX_BYTES:
        reason = f"This file has {entry.file_size / 2**20:.0f} MB; the limit is {MAX_BYTES // 2**20} MB."
        return TakenIn(Upload(entry.filename, b""), reason)
    if entry.flag_bits & _IS_ENCRYPTED:
        reason = "This file in the ZIP cannot be unpacked: it is encrypted. Unpack the ZIP and upload the pictures."
        return TakenIn(Upload(entry.filename, b""), reason)
    try:
        with archive.open(entry) as file:
            content = file.read(MAX_BYTES + 1)  # never more than announced, whatever the header says
    except _ZIP_ERRORS:
        return TakenIn(Upload(entry.filename, b""), "This file in the ZIP cannot be unpacked: it is damaged.")
    return TakenIn(Upload(entry.filename, content))
