"""Damaged bytes either decode or are rejected with a sentence; nothing else ever comes out of `decode`."""

import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from core.errors import ImageRejected
from core.imaging.decode import MAX_PIXELS, decode
from core.imaging.drawn import DrawnLesion, draw_lesion

Change = tuple[str, float, bytes]
changes = st.lists(
    st.tuples(
        st.sampled_from(["overwrite", "overwrite", "insert", "delete", "cut"]),
        st.floats(0, 1, exclude_max=True),
        st.binary(min_size=1, max_size=6) | st.sampled_from([b"\x00", b"\xff", b"\xff\xff\xff\xff", b"\x7f\xff"]),
    ),
    min_size=1,
    max_size=6,
)


def _encode(kind: str, mode: str = "RGB", **options: object) -> bytes:
    tags = Image.Exif()
    tags[0x0112], tags[0x010E], tags[0x011A] = 6, "a note", 72.0
    buffer = io.BytesIO()
    picture = Image.fromarray(draw_lesion(DrawnLesion(width_px=24, height_px=18))).convert(mode)
    picture.save(buffer, kind, **({} if kind == "BMP" else {"exif": tags.tobytes()}), **options)
    return buffer.getvalue()


FILES = {
    "JPEG": _encode("JPEG"),
    "JPEG of CMYK": _encode("JPEG", "CMYK"),
    "PNG": _encode("PNG"),
    "PNG of a palette": _encode("PNG", "P"),
    "PNG with alpha": _encode("PNG", "RGBA"),
    "TIFF": _encode("TIFF"),
    "TIFF, LZW": _encode("TIFF", compression="tiff_lzw"),
    "HEIF": _encode("HEIF"),
    "WEBP": _encode("WEBP"),
    "BMP": _encode("BMP"),
}


def damage(content: bytes, done: list[Change]) -> bytes:
    """Overwrite, insert, delete or cut at a share of the length; squared, so that headers get their part."""
    for kind, share, new in done:
        at = int(share * share * len(content))
        if kind == "cut":
            content = content[:at]
        else:
            end = {"overwrite": at + len(new), "insert": at, "delete": at + len(new)}[kind]
            content = content[:at] + (b"" if kind == "delete" else new) + content[end:]
    return content


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(done=changes)
def test_damaged_files_decode_or_are_rejected(name: str, done: list[Change]) -> None:
    try:
        image = decode(damage(FILES[name], done))
    except ImageRejected as error:
        assert str(error).endswith(".")
        assert error.next_step
    else:
        assert image.pixels.dtype == np.uint8
        assert image.pixels.ndim == 3
        assert image.pixels.shape[2] == 3
        assert 0 < image.width_px * image.height_px <= MAX_PIXELS


@settings(max_examples=200, deadline=None, derandomize=True)
@given(head=st.sampled_from([content[:n] for content in FILES.values() for n in (4, 12, 40)]), tail=st.binary())
def test_random_bytes_behind_a_true_beginning_are_rejected_or_decode(head: bytes, tail: bytes) -> None:
    try:
        assert decode(head + tail).pixels.size
    except ImageRejected as error:
        assert str(error).endswith(".")
