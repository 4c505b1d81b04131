"""Bytes to a `LesionImage`: upright, sRGB, free of metadata, or a sentence that says why not."""

import hashlib
import io
import struct
import warnings

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from core.domain import LesionImage
from core.errors import CorruptImage, ImageTooLarge, SeveralFrames, UnsupportedFormat
from core.imaging.colours import to_srgb

pillow_heif.register_heif_opener(thumbnails=False)

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "HEIF")
EXTENSIONS = ("jpg", "jpeg", "png", "webp", "tif", "tiff", "bmp", "heic", "heif")
MAX_PIXELS = 40_000_000  # the largest sensor of a dermatoscope camera or phone in use, with room
MAX_BYTES = 64 * 1024 * 1024  # a 40-megapixel PNG of skin; the uploader's limit is the same
_EXIF_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow and libheif were seen to raise on damaged bytes, and their kin.
_READ_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    EOFError,
    struct.error,
    MemoryError,
    RuntimeError,
    ArithmeticError,
    AssertionError,
    AttributeError,
)


def decode(content: bytes) -> LesionImage:
    """Decode one uploaded file.

    Raises UnsupportedFormat, CorruptImage, ImageTooLarge or SeveralFrames; sizes are judged from the header, before
    any pixel is decoded.
    """
    if not content:
        raise CorruptImage("This file is empty.")
    if len(content) > MAX_BYTES:
        raise ImageTooLarge(f"This file has {len(content) / 2**20:.0f} MB; the limit is {MAX_BYTES // 2**20} MB.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of odd metadata, which is not kept, and of sizes checked here
        image = _open(content)
        _check_size(image)
        _check_frames(image)
        _load(image)
        _check_size(image)  # libheif takes the size of the stream where the header says another
        orientation = _orientation(image)
        pixels = _convert(image, orientation)
    pixels.setflags(write=False)
    kind = "JPEG" if image.format == "MPO" else image.format or ""
    return LesionImage(pixels=pixels, sha256=hashlib.sha256(content).hexdigest(), format=kind, orientation=orientation)


def _open(content: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise ImageTooLarge(
            f"This picture has more than the {MAX_PIXELS // 10**6} megapixels that are read."
        ) from error
    except UnidentifiedImageError as error:
        raise UnsupportedFormat(
            "This file is not a picture that can be read here: it is none of JPEG, PNG, WEBP, TIFF, BMP or HEIC."
        ) from error
    except _READ_ERRORS as error:
        raise CorruptImage("This file starts like a picture, but its header is damaged.") from error


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ImageTooLarge(
            f"This picture has {width} x {height} pixels ({width * height / 1e6:.0f} megapixels); "
            f"the limit is {MAX_PIXELS // 10**6} megapixels."
        )
    if min(width, height) < 1:
        raise CorruptImage("This picture has no pixels.")


def _check_frames(image: Image.Image) -> None:
    if image.format == "MPO":  # a phone's JPEG with its gain map or preview behind it: the first is the picture
        return
    try:
        frames = int(getattr(image, "n_frames", 1))
    except _READ_ERRORS as error:
        raise CorruptImage("This file starts like a picture, but its list of pages is damaged.") from error
    if frames > 1:
        raise SeveralFrames(f"This file holds {frames} pictures (animated or several pages); one is needed.")


def _load(image: Image.Image) -> None:
    try:
        image.load()
    except Image.DecompressionBombError as error:
        raise ImageTooLarge(f"This picture unpacks to more than {MAX_PIXELS // 10**6} megapixels.") from error
    except _READ_ERRORS as error:
        raise CorruptImage("This picture is incomplete or damaged: it breaks off before its last line.") from error


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(_EXIF_ORIENTATION, 1)
    except _READ_ERRORS:  # damaged metadata of a picture that itself is whole: shown as it lies
        return 1
    return int(value) if value in range(1, 9) else 1


def _convert(image: Image.Image, orientation: int) -> NDArray[np.uint8]:
    """Upright RGB pixels. Not ImageOps.exif_transpose: it writes the metadata anew and fails where that is damaged."""
    try:
        return _to_rgb(image.transpose(_TURNS[orientation]) if orientation in _TURNS else image)
    except _READ_ERRORS as error:
        raise CorruptImage("This picture has colours that cannot be read here.") from error


def _to_rgb(image: Image.Image) -> NDArray[np.uint8]:
    """Any mode to uint8 (height, width, 3) sRGB; alpha is laid over white, 16-bit grey is scaled, not clipped.

    White is white in every profile, so it may be laid under what has alpha first. Without a profile, values are sRGB.
    """
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I") or image.mode == "F":
        image = _scale_deep_grey(image)
    plain = "L" if image.mode in ("1", "L", "LA") else "CMYK" if image.mode == "CMYK" else "RGB"
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    if profile:
        image = to_srgb(image if image.mode == plain else image.convert(plain), profile)
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"), dtype=np.uint8)


def _scale_deep_grey(image: Image.Image) -> Image.Image:
    """Grey of more than 8 bits to 8: the full 16-bit range maps onto 0-255, so nothing saturates.

    32-bit numbers have no range of their own: floats up to 1 are shares, and what ends at 255 has 8-bit levels, since
    no picture of 16-bit levels lies in the lowest 0.4% of them.
    """
    values = np.asarray(image, dtype=np.float64)
    highest = values.max(initial=0.0)
    if image.mode == "F" and highest <= 1.0:
        values = values * 65535
    elif image.mode in ("F", "I") and highest <= 255:
        values = values * 257
    return Image.fromarray(np.clip(np.rint(values / 257), 0, 255).astype(np.uint8))
