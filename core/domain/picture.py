"""A file as it came in, the picture in it, and the picture as the record keeps it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in: its name as shown, and its bytes."""

    filename: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class LesionImage:
    """A decoded picture, upright and free of metadata.

    `pixels` is uint8 (height, width, 3) in RGB order, read-only. `sha256` is of the bytes as uploaded; `orientation`
    is the EXIF orientation (1-8) that was applied to make it upright.
    """

    pixels: NDArray[np.uint8]
    sha256: str
    format: str
    orientation: int = 1

    @property
    def width_px(self) -> int:
        """Width of the upright picture."""
        return int(self.pixels.shape[1])

    @property
    def height_px(self) -> int:
        """Height of the upright picture."""
        return int(self.pixels.shape[0])


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A picture in the record: `blob_sha256` names its file, `upload_sha256` is of the bytes as uploaded."""

    upload_sha256: str
    blob_sha256: str
    format: str
    orientation: int
    width_px: int
    height_px: int
