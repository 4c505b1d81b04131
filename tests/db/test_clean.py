from io import BytesIO

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from db.clean import strip_metadata

NAME = "Erika Mustermann"


@pytest.fixture
def pixels() -> NDArray[np.uint8]:
    return np.random.default_rng(7).integers(0, 256, (40, 64, 3), np.uint8)


def exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = NAME  # ImageDescription
    exif[0x0112] = 6  # Orientation
    return exif


def encode(pixels: NDArray[np.uint8], name: str) -> bytes:
    """The picture with the name in whatever the format has for it."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Patient", NAME)
    text.add_itxt("Comment", NAME)
    options: dict[str, dict[str, object]] = {
        "PNG": {"pnginfo": text, "exif": exif()},
        "WEBP": {"exif": exif(), "lossless": True},
        "TIFF": {"exif": exif()},
        "GIF": {"comment": NAME.encode()},
        "JPEG": {"exif": exif(), "comment": NAME.encode()},
    }
    file = BytesIO()
    Image.fromarray(pixels).save(file, name, **options[name])
    return file.getvalue()


@pytest.mark.parametrize("name", ["PNG", "WEBP", "TIFF", "GIF"])
def test_other_formats_become_a_png_of_the_upright_pixels(pixels: NDArray[np.uint8], name: str) -> None:
    original = encode(pixels, name)
    assert NAME.encode() in original
    clean = strip_metadata(original, pixels, 6)
    assert NAME.encode() not in clean.content
    assert (clean.format, clean.orientation) == ("PNG", 1)
    with Image.open(BytesIO(clean.content), formats=["PNG"]) as image:
        assert np.array_equal(np.asarray(image), pixels)
        assert dict(image.info) == {}


def test_heic_becomes_a_png_too(pixels: NDArray[np.uint8]) -> None:
    file = BytesIO()
    heif = pillow_heif.from_pillow(Image.fromarray(pixels))
    heif.save(file, exif=exif().tobytes())
    assert NAME.encode() in file.getvalue()
    clean = strip_metadata(file.getvalue(), pixels, 1)
    assert clean.format == "PNG"
    assert NAME.encode() not in clean.content


def test_a_png_holds_nothing_but_pixels(pixels: NDArray[np.uint8]) -> None:
    content = strip_metadata(encode(pixels, "PNG"), pixels, 1).content
    kinds, position = [], 8
    while position < len(content):
        kinds.append(content[position + 4 : position + 8])
        position += 12 + int.from_bytes(content[position : position + 4], "big")
    assert set(kinds) == {b"IHDR", b"IDAT", b"IEND"}


def test_a_jpeg_is_not_encoded_again_and_its_orientation_is_kept_apart(pixels: NDArray[np.uint8]) -> None:
    original = encode(pixels, "JPEG")
    clean = strip_metadata(original, pixels, 6)
    assert NAME.encode() not in clean.content
    assert (clean.format, clean.orientation) == ("JPEG", 6)
    assert clean.content.endswith(original[original.index(b"\xff\xda") :])
    with Image.open(BytesIO(original)) as before, Image.open(BytesIO(clean.content)) as after:
        assert np.array_equal(np.asarray(before), np.asarray(after))
        assert after.getexif().get(0x0112) is None


def test_a_jpeg_that_cannot_be_cut_becomes_a_png(pixels: NDArray[np.uint8]) -> None:
    clean = strip_metadata(b"\xff\xd8\xff\xe1\xff\xff" + NAME.encode(), pixels, 6)
    assert (clean.format, clean.orientation) == ("PNG", 1)
    with Image.open(BytesIO(clean.content)) as image:
        assert np.array_equal(np.asarray(image), pixels)
