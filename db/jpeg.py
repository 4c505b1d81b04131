"""A JPEG without its metadata: nothing is decoded, and the scans stay byte for byte.

Segments as in ITU-T T.81, annex B: 0xFF, a code, and for most codes a length that counts its own two bytes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_APP0, _APP2, _APP14 = 0xE0, 0xE2, 0xEE
_DHT, _DAC = 0xC4, 0xCC
_STANDALONE = {0x01, *range(0xD0, 0xD9)}  # TEM, RST0-7, SOI: no length follows
# All that a decoder needs: SOF0-15 with DHT and DAC among them, SOS, DQT, DNL, DRI. Only these and two APPn are kept.
_NEEDED = {*range(0xC0, 0xC8), *range(0xC9, 0xD0), _SOS, 0xDB, 0xDC, 0xDD}
_FRAMES = {*range(0xC0, 0xD0)} - {_DHT, 0xC8, _DAC}
_ADOBE_BYTES = 12  # "Adobe", version, two flags, transform; a decoder reads no further
_COLOR_OF_ADOBE = 11  # where the transform stands: 0 is RGB or CMYK
_RGB_IDS = b"RGB"

_MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)
# Within a scan 0xFF00 is a stuffed 0xFF, 0xFFD0-D7 a restart, and a further 0xFF a fill byte.
_END_OF_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


class NotCleanable(ValueError):
    """The bytes are no JPEG whose segments can be cut out without changing its picture."""


@dataclass(frozen=True, slots=True)
class _Segment:
    code: int
    payload: bytes
    scan: bytes = b""

    @property
    def is_jfif(self) -> bool:
        """Whether it says YCbCr or grey, and the density."""
        return self.code == _APP0 and self.payload.startswith(b"JFIF\0")

    @property
    def is_adobe(self) -> bool:
        """Whether it says how the colours were transformed."""
        return self.code == _APP14 and self.payload.startswith(b"Adobe") and len(self.payload) >= _ADOBE_BYTES

    @property
    def is_icc(self) -> bool:
        """Whether it is a part of the colour profile."""
        return self.code == _APP2 and self.payload.startswith(b"ICC_PROFILE\0")

    def encoded(self) -> bytes:
        """The segment as it stands in a file, a scan with its data."""
        return bytes((0xFF, self.code)) + (len(self.payload) + 2).to_bytes(2, "big") + self.payload + self.scan


def is_jpeg(content: bytes) -> bool:
    """Whether the bytes start like a JPEG."""
    return content.startswith(b"\xff\xd8\xff")


def without_metadata(content: bytes) -> bytes:
    """The JPEG with only what its decoder needs, and the ICC profile: no EXIF, XMP, IPTC, comment, thumbnail or tail.

    Raises NotCleanable where that is not possible.
    """
    segments = list(_segments(content))
    if not any(segment.code == _SOS for segment in segments):
        raise NotCleanable("expected a JPEG with a scan, got none")
    _check_that_colours_stay(segments)
    kept = [_trimmed(segment) for segment in segments if _is_kept(segment)]
    return b"".join((b"\xff\xd8", *(segment.encoded() for segment in kept), b"\xff\xd9"))


def _segments(content: bytes) -> Iterator[_Segment]:
    position = 0
    while (found := _MARKER.search(content, position)) is not None:
        code, position = found[1][0], found.end()
        if code == _EOI:
            return
        if code in _STANDALONE:
            continue
        payload = _payload(content, position)
        position += 2 + len(payload)
        scan = _scan(content, position) if code == _SOS else b""
        position += len(scan)
        yield _Segment(code, payload, scan)


def _payload(content: bytes, position: int) -> bytes:
    length = int.from_bytes(content[position : position + 2], "big")
    end = position + length
    if length < 2 or end > len(content):
        raise NotCleanable(f"expected a segment of 2 to {len(content) - position} bytes, got {length}")
    return content[position + 2 : end]


def _scan(content: bytes, position: int) -> bytes:
    end = _END_OF_SCAN.search(content, position)
    return content[position : end.start() if end else len(content)]


def _is_kept(segment: _Segment) -> bool:
    return segment.code in _NEEDED or segment.is_icc or segment.is_adobe


def _trimmed(segment: _Segment) -> _Segment:
    return _Segment(segment.code, segment.payload[:_ADOBE_BYTES]) if segment.is_adobe else segment


def _check_that_colours_stay(segments: list[_Segment]) -> None:
    """A JFIF segment says YCbCr whatever else is said; without it Adobe's transform or the components' names decide."""
    ids = next((segment.payload[6::3] for segment in segments if segment.code in _FRAMES), b"")
    if len(ids) != 3 or not any(segment.is_jfif for segment in segments):
        return
    is_adobe_rgb = any(segment.is_adobe and segment.payload[_COLOR_OF_ADOBE] == 0 for segment in segments)
    if is_adobe_rgb or ids == _RGB_IDS:
        raise NotCleanable("expected one statement about the colours, got two that differ")
