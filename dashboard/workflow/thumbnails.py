"""Small pictures for lists: made once per stored picture and kept, since decoding a phone's picture takes long."""

import io
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.domain import LesionImage
from core.errors import CorruptImage
from core.imaging.colours import to_srgb
from dashboard.workflow.cases import turn_upright
from dashboard.workflow.record import Record

SIDE_PX = 180
_ORIENTATIONS = range(1, 9)  # of EXIF


def make_thumbnail(pixels: NDArray[np.uint8], side_px: int = SIDE_PX) -> bytes:
    """A JPEG of uint8 (height, width, 3) RGB whose longer side is `side_px`."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((side_px, side_px))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def load_thumbnail(*, blob_sha256: str, orientation: int, record: Record) -> bytes:
    """The thumbnail of a stored picture. Raises RecordNotFound, ImageRejected or StorageFailed."""
    name = _name(blob_sha256, orientation)
    with suppress(FileNotFoundError):
        return record.thumbnails.read(name)
    content = make_thumbnail(_read_small(record, blob_sha256, orientation))
    record.thumbnails.write(name, content)
    return content


def forget_thumbnails(*, blob_sha256: str, record: Record) -> None:
    """Remove what was made of a stored picture. Raises StorageFailed."""
    for orientation in _ORIENTATIONS:
        record.thumbnails.remove(_name(blob_sha256, orientation))


def _name(blob_sha256: str, orientation: int) -> str:
    return f"{blob_sha256}-{orientation}.jpg"


def _read_small(record: Record, blob_sha256: str, orientation: int) -> NDArray[np.uint8]:
    """A stored picture, upright; a JPEG is decoded at an eighth to a half of its size, which takes a tenth of the time.

    The store has checked that the file is the one that was put in, so that it need not be decoded whole to trust it.
    """
    try:
        with Image.open(io.BytesIO(record.blobs.open(blob_sha256)), formats=["JPEG", "PNG"]) as picture:
            picture.draft("RGB", (2 * SIDE_PX, 2 * SIDE_PX))
            profile = picture.info.get("icc_profile")
            shown = to_srgb(picture, profile) if profile else picture
            small = LesionImage(np.asarray(shown.convert("RGB")), blob_sha256, picture.format or "")
    except OSError as error:
        raise CorruptImage("The stored picture cannot be read.") from error
    return turn_upright(small, orientation).pixels
