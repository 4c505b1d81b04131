"""Small pictures for lists: made once per stored picture and kept, since decoding a phone's picture takes long."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.domain import LesionImage
from core.errors import CorruptImage
from dashboard.workflow.cases import turn_upright
from dashboard.workflow.record import Record
from db.failures import file_errors_told

SIDE_PX = 180


def make_thumbnail(pixels: NDArray[np.uint8], side_px: int = SIDE_PX) -> bytes:
    """A JPEG of uint8 (height, width, 3) RGB whose longer side is `side_px`."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((side_px, side_px))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def load_thumbnail(*, blob_sha256: str, orientation: int, record: Record) -> bytes:
    """The thumbnail of a stored picture. Raises RecordNotFound, ImageRejected or StorageFailed."""
    path = record.thumbnails / f"{blob_sha256}-{orientation}.jpg"
    if path.is_file():
        return path.read_bytes()
    content = make_thumbnail(_read_small(record, blob_sha256, orientation))
    with file_errors_told():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{id(content):x}.partial")  # two sessions may make the same one
        partial.write_bytes(content)
        partial.replace(path)
    return content


def _read_small(record: Record, blob_sha256: str, orientation: int) -> NDArray[np.uint8]:
    """A stored picture, upright; a JPEG is decoded at an eighth to a half of its size, which takes a tenth of the time.

    The store has checked that the file is the one that was put in, so that it need not be decoded whole to trust it.
    """
    try:
        with Image.open(io.BytesIO(record.blobs.open(blob_sha256)), formats=["JPEG", "PNG"]) as picture:
            picture.draft("RGB", (2 * SIDE_PX, 2 * SIDE_PX))
            small = LesionImage(np.asarray(picture.convert("RGB")), blob_sha256, picture.format or "")
    except OSError as error:
        raise CorruptImage("The stored picture cannot be read.") from error
    return turn_upright(small, orientation).pixels
