"""Pictures with a patient's name in every corner, and what is left of it."""

import re
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

from db.jpeg import NotCleanable, is_jpeg, without_metadata

NAME = b"Erika Mustermann"
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
EOI = b"\xff\xd9"


def picture(mode: str = "RGB", seed: int = 0) -> Image.Image:
    channels = len(Image.new(mode, (1, 1)).getbands())
    noise = np.random.default_rng(seed).integers(0, 256, (9, 12, channels), np.uint8)
    return Image.frombytes(mode, (96, 72), noise.repeat(8, 0).repeat(8, 1).tobytes())


def encode(image: Image.Image, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", **options)
    return file.getvalue()


def segment(code: int, payload: bytes) -> bytes:
    return bytes((0xFF, code)) + (len(payload) + 2).to_bytes(2, "big") + payload


def decoded(content: bytes) -> NDArray[np.uint8]:
    with Image.open(BytesIO(content), formats=["JPEG"]) as image:
        return np.asarray(image)


def scans(content: bytes) -> list[bytes]:
    """The entropy-coded data after each start of scan; found here by another way than in the code under test."""
    return re.findall(rb"\xff\xda..(?:.)(.*?)(?=\xff[\xc4\xd9\xda\xdd])", content, re.DOTALL)


def codes(content: bytes) -> list[int]:
    """The codes of all segments of a JPEG that has no more than one scan."""

    def walk() -> Iterator[int]:
        position = 2
        while content[position : position + 2] != b"\xff\xda":
            yield content[position + 1]
            position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")

    return list(walk())


def planted(clean: bytes) -> bytes:
    """The same picture with the name in EXIF (and its thumbnail), XMP, IPTC, a comment, unknown segments and a tail."""
    thumbnail = encode(picture().resize((16, 16)), comment=NAME)
    after_start = b"".join(
        (
            segment(0xE1, b"Exif\0\0" + NAME + thumbnail),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + NAME),
            segment(0xED, b"Photoshop 3.0\0" + NAME),
            segment(0xE2, b"MPF\0" + NAME),
            segment(0xE5, NAME),
            segment(0xF0, NAME),
            segment(0xFE, NAME),
        )
    )
    return clean[:2] + after_start + clean[2:] + NAME + thumbnail


MODES = pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
KINDS = pytest.mark.parametrize(
    "options",
    [{}, {"progressive": True}, {"restart_marker_blocks": 1}, {"progressive": True, "restart_marker_rows": 1}],
    ids=["baseline", "progressive", "restarts", "progressive with restarts"],
)


@MODES
@KINDS
def test_the_name_is_gone_and_the_picture_is_the_same(mode: str, options: dict[str, object]) -> None:
    original = encode(picture(mode), **options)
    cleaned = without_metadata(planted(original))
    assert NAME in planted(original)
    assert NAME not in cleaned
    assert np.array_equal(decoded(cleaned), decoded(original))
    assert scans(cleaned) == scans(original) != []


@MODES
@KINDS
def test_cleaning_twice_changes_nothing_more(mode: str, options: dict[str, object]) -> None:
    cleaned = without_metadata(encode(picture(mode), **options))
    assert without_metadata(planted(cleaned)) == cleaned


def test_pillow_s_own_metadata_is_gone() -> None:
    exif = Image.Exif()
    exif[0x010E] = NAME.decode()
    original = encode(picture(), exif=exif, comment=NAME, dpi=(72, 72), xmp=b"<x>" + NAME + b"</x>")
    assert original.count(NAME) == 3
    cleaned = without_metadata(original)
    assert NAME not in cleaned
    with Image.open(BytesIO(cleaned)) as image:
        assert set(image.info) == set()


def test_only_what_the_decoder_needs_is_left() -> None:
    cleaned = without_metadata(planted(encode(picture(), icc_profile=ICC)))
    assert set(codes(cleaned)) == {0xDB, 0xC0, 0xC4, 0xE2}
    assert cleaned.endswith(EOI)


def test_the_colour_profile_stays() -> None:
    cleaned = without_metadata(planted(encode(picture(), icc_profile=ICC)))
    with Image.open(BytesIO(cleaned)) as image:
        assert image.info["icc_profile"] == ICC


def test_rgb_without_a_colour_transform_stays_rgb() -> None:
    original = encode(picture(), keep_rgb=True, subsampling=0)
    assert b"Adobe" in original
    cleaned = without_metadata(planted(original))
    assert np.array_equal(decoded(cleaned), decoded(original))


def test_text_behind_adobe_s_segment_is_cut() -> None:
    original = encode(picture("CMYK"))
    start = original.index(b"\xff\xee")
    long = original[:start] + segment(0xEE, original[start + 4 : start + 16] + NAME) + original[start + 16 :]
    cleaned = without_metadata(long)
    assert NAME not in cleaned
    assert np.array_equal(decoded(cleaned), decoded(original))


def test_a_picture_with_two_statements_about_its_colours_is_not_cut() -> None:
    """JFIF says YCbCr and outranks Adobe's RGB: without it, the colours would change."""
    original = encode(picture())
    position = 2 + 2 + int.from_bytes(original[4:6], "big")
    torn = original[:position] + segment(0xEE, b"Adobe\0\x64\0\0\0\0\0") + original[position:]
    with pytest.raises(NotCleanable, match="colours"):
        without_metadata(torn)


def test_components_named_rgb_under_jfif_are_not_cut() -> None:
    original = bytearray(encode(picture()))
    frame = original.index(b"\xff\xc0") + 10
    scan = original.index(b"\xff\xda") + 5
    for number, name in enumerate(b"RGB"):
        original[frame + 3 * number] = name
        original[scan + 2 * number] = name
    decoded(bytes(original))
    with pytest.raises(NotCleanable, match="colours"):
        without_metadata(bytes(original))


def test_fill_bytes_between_segments_do_no_harm() -> None:
    original = encode(picture())
    position = 2 + 2 + int.from_bytes(original[4:6], "big")
    filled = original[:position] + b"\xff\xff\xff" + original[position:-2] + b"\xff\xff" + EOI + NAME
    cleaned = without_metadata(filled)
    assert NAME not in cleaned
    assert np.array_equal(decoded(cleaned), decoded(original))


def test_text_between_segments_is_cut() -> None:
    original = encode(picture())
    position = 2 + 2 + int.from_bytes(original[4:6], "big")
    cleaned = without_metadata(original[:position] + NAME + original[position:])
    assert cleaned == without_metadata(original)


def test_a_missing_end_marker_is_put_in() -> None:
    original = encode(picture())
    assert without_metadata(original[:-2]) == without_metadata(original)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8\xff", b"\xff\xd8" + EOI, b"\xff\xd8\xff\xe1\xff\xff1", b"\xff\xd8\xff\xe1\0\1"]
)
def test_what_is_no_jpeg_is_told(content: bytes) -> None:
    with pytest.raises(NotCleanable):
        without_metadata(content)


def test_a_jpeg_is_known_by_its_first_bytes() -> None:
    assert is_jpeg(encode(picture()))
    assert not is_jpeg(b"\x89PNG\r\n\x1a\n")


@settings(max_examples=40, deadline=None)
@given(
    payloads=st.lists(st.tuples(st.integers(0xE0, 0xEF), st.binary(max_size=60)), max_size=4),
    tail=st.binary(max_size=60),
    seed=st.integers(0, 50),
    is_progressive=st.booleans(),
)
def test_whatever_is_planted_the_result_is_the_same(
    payloads: list[tuple[int, bytes]], tail: bytes, seed: int, is_progressive: bool
) -> None:
    original = encode(picture(seed=seed), progressive=is_progressive)
    added = b"".join(segment(code, b"x" + payload) for code, payload in payloads)
    assert without_metadata(original[:2] + added + original[2:] + tail) == without_metadata(original)


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 2000), value=st.integers(0, 255))
def test_a_damaged_jpeg_is_cleaned_or_refused_and_nothing_else(place: int, value: int) -> None:
    content = bytearray(planted(encode(picture())))
    content[place % len(content)] = value
    try:
        cleaned = without_metadata(bytes(content))
    except NotCleanable:
        return
    assert cleaned.startswith(b"\xff\xd8")
    assert cleaned.endswith(EOI)
