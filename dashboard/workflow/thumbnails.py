"""Small pictures for lists: made once per stored picture and kept, since decoding a phone's picture takes long."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dashboard.workflow.cases import read_stored
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
    content = make_thumbnail(read_stored(record, blob_sha256, orientation).pixels)
    with file_errors_told():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{id(content):x}.partial")  # two sessions may make the same one
        partial.write_bytes(content)
        partial.replace(path)
    return content
