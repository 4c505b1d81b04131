"""Every format and colour mode against known pixels; whatever is wrong with a file is told in a sentence."""

import hashlib
import io
import struct
import tracemalloc
import zlib

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFile

from core.errors import CorruptImage, ImageTooLarge, SeveralFrames, UnsupportedFormat
from core.imaging import decode as decode_module
from core.imaging.decode import MAX_PIXELS, decode
from core.imaging.drawn import DrawnLesion, draw_jpeg, draw_lesion

EXIF_ORIENTATION = 0x0112
RED, GREEN, BLUE, GREY = (255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128)


def quarters(side_px: int = 32) -> NDArray[np.uint8]:
    """Red and green above blue and grey: tells every turn and every swap of channels."""
    two_by_two = np.array([[RED, GREEN], [BLUE, GREY]], dtype=np.uint8)
    return two_by_two.repeat(side_px, axis=0).repeat(side_px, axis=1)


def encode(picture: Image.Image | NDArray[np.uint8], kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[EXIF_ORIENTATION] = orientation
    return tags.tobytes()


def centres(pixels: NDArray[np.uint8]) -> list[tuple[int, ...]]:
    """The colours in the middle of the four quarters, row by row."""
    height, width = pixels.shape[:2]
    return [tuple(pixels[y, x].tolist()) for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)]


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width_px: int, height_px: int) -> bytes:
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_lossless_formats_give_the_very_pixels(kind: str) -> None:
    drawn = draw_lesion(DrawnLesion(width_px=60, height_px=45))
    content = encode(drawn, kind)
    image = decode(content)
    assert np.array_equal(image.pixels, drawn)
    assert (image.width_px, image.height_px, image.format, image.orientation) == (60, 45, kind, 1)
    assert image.sha256 == hashlib.sha256(content).hexdigest()


def test_lossless_webp_gives_the_very_pixels() -> None:
    drawn = draw_lesion(DrawnLesion(width_px=60, height_px=45))
    assert np.array_equal(decode(encode(drawn, "WEBP", lossless=True)).pixels, drawn)


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_compressed_tiff_gives_the_very_pixels(compression: str) -> None:
    drawn = draw_lesion(DrawnLesion(width_px=60, height_px=45))
    assert np.array_equal(decode(encode(drawn, "TIFF", compression=compression)).pixels, drawn)


@pytest.mark.parametrize(("kind", "named"), [("JPEG", "JPEG"), ("WEBP", "WEBP"), ("HEIF", "HEIF")])
def test_lossy_formats_give_the_colours_in_rgb_order(kind: str, named: str) -> None:
    image = decode(encode(quarters(), kind, quality=95))
    assert np.abs(np.subtract(centres(image.pixels), (RED, GREEN, BLUE, GREY))).max() <= 6
    assert image.format == named


def test_progressive_jpeg_is_read_like_a_plain_one() -> None:
    drawn = draw_lesion(DrawnLesion(width_px=60, height_px=45))
    plain, progressive = (decode(encode(drawn, "JPEG", progressive=value)).pixels for value in (False, True))
    assert np.array_equal(plain, progressive)


def test_pixels_cannot_be_written_to() -> None:
    pixels = decode(draw_jpeg(DrawnLesion(width_px=60, height_px=45))).pixels
    with pytest.raises(ValueError, match="read-only"):
        pixels[0, 0] = 0
    assert pixels.dtype == np.uint8


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP", "WEBP"])
def test_greyscale_becomes_three_equal_channels(kind: str) -> None:
    ramp = np.repeat(np.arange(0, 256, 8, dtype=np.uint8)[None], 32, axis=0)
    pixels = decode(encode(ramp, kind, lossless=True)).pixels
    assert pixels.shape == (32, 32, 3)
    assert np.abs(pixels.astype(int) - ramp[..., None]).max() <= (3 if kind == "JPEG" else 0)


def test_one_bit_picture_is_black_and_white() -> None:
    bits = np.eye(16, dtype=np.bool_)
    assert np.array_equal(decode(encode(Image.fromarray(bits), "PNG")).pixels[..., 0], bits * np.uint8(255))


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_is_neither_inverted_nor_swapped(kind: str) -> None:
    inks = np.array([[(0, 255, 255, 0), (255, 0, 255, 0)], [(255, 255, 0, 0), (0, 0, 0, 127)]], dtype=np.uint8)
    picture = Image.fromarray(np.kron(inks, np.ones((32, 32, 1), dtype=np.uint8)), "CMYK")
    pixels = decode(encode(picture, kind)).pixels
    assert np.abs(np.subtract(centres(pixels), (RED, GREEN, BLUE, GREY))).max() <= 4


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_palette_is_looked_up(kind: str) -> None:
    palette = Image.fromarray(quarters()).convert("P", palette=Image.Palette.ADAPTIVE, colors=4)
    assert centres(decode(encode(palette, kind)).pixels) == [RED, GREEN, BLUE, GREY]


def test_transparent_palette_entry_is_white() -> None:
    palette = Image.fromarray(quarters()).convert("P", palette=Image.Palette.ADAPTIVE, colors=4)
    index = palette.getpixel((48, 16))  # of the green quarter
    assert centres(decode(encode(palette, "PNG", transparency=index)).pixels) == [RED, (255, 255, 255), BLUE, GREY]


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_alpha_is_laid_over_white(kind: str) -> None:
    alpha = np.kron(np.array([[255, 0], [128, 255]], dtype=np.uint8), np.ones((32, 32), dtype=np.uint8))
    rgba = np.dstack([quarters(), alpha])
    options = {"lossless": True} if kind == "WEBP" else {}
    assert centres(decode(encode(rgba, kind, **options)).pixels) == [RED, (255, 255, 255), (127, 127, 255), GREY]


def test_grey_with_alpha_is_laid_over_white() -> None:
    picture = Image.merge("LA", (Image.new("L", (8, 8), 100), Image.new("L", (8, 8), 0)))
    assert decode(encode(picture, "PNG")).pixels[0, 0].tolist() == [255, 255, 255]


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_transparent_colour_is_white(mode: str) -> None:
    content = encode(Image.new(mode, (8, 8)), "PNG", transparency=(0, 0, 0) if mode == "RGB" else 0)
    assert decode(content).pixels[0, 0].tolist() == [255, 255, 255]


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_16_bit_grey_is_scaled_not_clipped(suffix: str) -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint16)[None] * 257, 4, axis=0)
    pixels = decode(cv2.imencode(suffix, ramp)[1].tobytes()).pixels
    assert np.array_equal(pixels, np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 4, axis=0).repeat(3, axis=2))


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_16_bit_rgb_keeps_the_high_byte(suffix: str) -> None:
    bgr = quarters()[..., ::-1].astype(np.uint16) * 257
    assert np.array_equal(decode(cv2.imencode(suffix, bgr)[1].tobytes()).pixels, quarters())


def test_float_grey_between_0_and_1_is_scaled() -> None:
    ramp = np.linspace(0, 1, 256, dtype=np.float32)[None].repeat(2, axis=0)
    assert np.array_equal(decode(encode(Image.fromarray(ramp), "TIFF")).pixels[0, :, 0], np.arange(256))


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
@pytest.mark.parametrize("step", [1, 257])
def test_32_bit_grey_is_of_8_or_16_bit_levels(dtype: type[np.generic], step: int) -> None:
    ramp = (np.arange(256) * step).astype(dtype)[None].repeat(2, axis=0)
    assert np.array_equal(decode(encode(Image.fromarray(ramp), "TIFF")).pixels[0, :, 0], np.arange(256))


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_a_dark_16_bit_picture_stays_dark(suffix: str) -> None:
    ramp = np.arange(256, dtype=np.uint16)[None].repeat(2, axis=0)
    assert decode(cv2.imencode(suffix, ramp)[1].tobytes()).pixels.max() <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_every_exif_orientation_is_turned_upright(kind: str, orientation: int) -> None:
    upright = quarters()[:, :48]  # higher than wide, so that a lost turn shows in the shape as well
    lying = {  # what a camera stores so that the tag makes it upright (EXIF 2.3, tag 0x0112)
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]
    image = decode(encode(np.ascontiguousarray(lying), kind, exif=exif(orientation)))
    assert image.pixels.shape == (64, 48, 3)
    assert np.abs(image.pixels.astype(int) - upright)[4::8, 4::8].max() <= (10 if kind in ("JPEG", "WEBP") else 0)
    assert image.orientation == (1 if kind == "TIFF" else orientation)  # Pillow turns a TIFF itself


def test_heic_is_turned_by_its_own_box_and_only_once() -> None:
    wide = np.ascontiguousarray(quarters()[:48])
    content = encode(wide, "HEIF", exif=exif(6), quality=95)
    image = decode(content)
    assert b"irot" in content
    assert image.pixels.shape == (64, 48, 3)
    assert np.abs(image.pixels.astype(int) - np.rot90(wide, -1))[4::8, 4::8].max() <= 8


def test_damaged_exif_does_not_cost_the_picture() -> None:
    tags = Image.Exif()
    tags[EXIF_ORIENTATION] = 6
    tags[0x011A] = 72.0  # resolution, a rational
    content = encode(np.ascontiguousarray(quarters()[:48]), "JPEG", exif=tags.tobytes())
    for kind in range(14):  # give the resolution every type that there is, most of them wrong
        at = content.index(b"\x01\x1a\x00\x05")
        damaged = content[: at + 2] + struct.pack(">H", kind) + content[at + 4 :]
        assert decode(damaged).pixels.shape == (64, 48, 3)


def test_phone_jpeg_with_a_gain_map_behind_it_is_its_first_picture() -> None:
    first, second = Image.fromarray(quarters()), Image.new("L", (16, 16))
    image = decode(encode(first, "MPO", save_all=True, append_images=[second], quality=95))
    assert image.format == "JPEG"
    assert np.abs(np.subtract(centres(image.pixels), (RED, GREEN, BLUE, GREY))).max() <= 6


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"This is a letter, saved as lesion.jpg.\n" * 40, id="text"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n" * 20, id="PDF"),
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', id="SVG"),
        pytest.param(encode(quarters(), "GIF"), id="GIF"),
        pytest.param(encode(quarters(), "ICO"), id="ICO"),
        pytest.param(encode(quarters(), "PPM"), id="PPM"),
        pytest.param(np.random.default_rng(0).bytes(4096), id="random bytes"),
        pytest.param(b"\x00", id="one byte"),
    ],
)
def test_what_is_no_picture_is_named_so(content: bytes) -> None:
    with pytest.raises(UnsupportedFormat, match="none of JPEG, PNG, WEBP, TIFF, BMP or HEIC"):
        decode(content)


def test_empty_file_is_named_so() -> None:
    with pytest.raises(CorruptImage, match="empty"):
        decode(b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "HEIF"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_file_that_breaks_off_is_refused(kind: str, share: float) -> None:
    content = encode(draw_lesion(DrawnLesion(width_px=120, height_px=90)), kind)
    with pytest.raises(CorruptImage):
        decode(content[: int(len(content) * share)])


def test_half_a_jpeg_is_named_incomplete() -> None:
    content = draw_jpeg(DrawnLesion())
    with pytest.raises(CorruptImage, match="breaks off"):
        decode(content[: len(content) // 2])


def bmp_header(width_px: int, height_px: int) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width_px, height_px, 1, 24, 0, 0, 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(info), 0, 0, 54) + info


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(png_header(20_000, 20_000) + png_chunk(b"IDAT", b""), id="PNG"),
        pytest.param(png_header(8_000, 5_001) + png_chunk(b"IDAT", b""), id="PNG just over"),
        pytest.param(bmp_header(20_000, 20_000), id="BMP"),
    ],
)
def test_a_header_of_too_many_pixels_is_refused_before_any_is_decoded(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("decoded"))
    with pytest.raises(ImageTooLarge, match="40 megapixels"):
        decode(content)


def test_a_small_file_that_unpacks_to_more_is_refused_without_the_memory_for_it() -> None:
    row = b"\x00" + bytes(3 * 8_000)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(6_000)) + packer.flush()
    content = png_header(8_000, 6_000) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")
    assert len(content) < 500_000  # 144 MB once unpacked
    tracemalloc.start()
    with pytest.raises(ImageTooLarge, match=r"8000 x 6000 pixels \(48 megapixels\)") as refused:
        decode(content)
    assert "smaller" in refused.value.next_step
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10e6


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "TIFF", "HEIF"])
def test_the_limit_holds_for_every_format(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = encode(quarters(), kind)
    monkeypatch.setattr(decode_module, "MAX_PIXELS", 64 * 64 - 1)
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("decoded"))
    with pytest.raises(ImageTooLarge, match="64 x 64"):
        decode(content)


def test_exactly_the_limit_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode_module, "MAX_PIXELS", 64 * 64)
    assert decode(encode(quarters(), "PNG")).pixels.shape == (64, 64, 3)
    assert MAX_PIXELS == 40_000_000


def test_a_file_of_too_many_bytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode_module, "MAX_BYTES", 2**20)
    with pytest.raises(ImageTooLarge, match="has 2 MB; the limit is 1 MB"):
        decode(bytes(2 * 2**20))


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "TIFF", "HEIF"])
def test_several_pictures_in_one_file_are_refused_with_their_number(kind: str) -> None:
    pages = [Image.fromarray(np.roll(quarters(), 16 * n, axis=1)) for n in range(3)]
    with pytest.raises(SeveralFrames, match="holds 3 pictures"):
        decode(encode(pages[0], kind, save_all=True, append_images=pages[1:]))
