"""Embedded profiles: what is shown is what was seen, and what is sRGB already stays as it is to the bit."""

import io
import struct
import zlib
from itertools import product

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, draw_lesion

EXIF_ORIENTATION = 0x0112
# XYZ under D50 of each primary, one a column.
SRGB = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
DISPLAY_P3 = np.array([[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]])
ADOBE_RGB = np.array([[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]])
D50 = (0.9642, 1.0, 0.8249)
SRGB_GAMMA, GAMMA_22 = None, 2.2
WIDE = [pytest.param(DISPLAY_P3, SRGB_GAMMA, id="Display P3"), pytest.param(ADOBE_RGB, GAMMA_22, id="Adobe RGB")]
DRAWN = draw_lesion(DrawnLesion(width_px=120, height_px=90))


def to_linear(values: NDArray[np.float64], gamma: float | None) -> NDArray[np.float64]:
    if gamma:
        return values**gamma
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def from_linear(values: NDArray[np.float64], gamma: float | None) -> NDArray[np.float64]:
    if gamma:
        return values ** (1 / gamma)
    return np.where(values <= 0.0031308, values * 12.92, 1.055 * values ** (1 / 2.4) - 0.055)


def as_stored(seen: NDArray[np.uint8], primaries: NDArray[np.float64], gamma: float | None) -> NDArray[np.uint8]:
    """The values that a camera writes for colours seen, sRGB uint8 (H, W, 3), in a space of other primaries."""
    linear = to_linear(seen / 255, None) @ (np.linalg.inv(primaries) @ SRGB).T
    return np.rint(255 * from_linear(np.clip(linear, 0, 1), gamma)).astype(np.uint8)


def numbers(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def icc_profile(space: bytes, tags: dict[bytes, bytes], connection: bytes = b"XYZ ") -> bytes:
    """An ICC profile of version 2 with the least that it must have."""
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", 5) + b"test\0" + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": b"XYZ " + bytes(4) + numbers(*D50),
    } | tags
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    kind = b"prtr" if space == b"CMYK" else b"mntr"
    header = struct.pack(">I4xI", 128 + len(table) + len(body), 0x02100000) + kind + space + connection
    return (header + bytes(12) + b"acsp" + bytes(28) + numbers(*D50)).ljust(128, b"\0") + table + body


def tone_curve(gamma: float | None) -> bytes:
    levels = np.rint(65535 * to_linear(np.linspace(0, 1, 1024), gamma)).astype(">u2")
    return b"curv" + bytes(4) + struct.pack(">I", len(levels)) + levels.tobytes()


def rgb_profile(primaries: NDArray[np.float64], gamma: float | None) -> bytes:
    tags: dict[bytes, bytes] = {}
    for name, primary in zip((b"r", b"g", b"b"), primaries.T, strict=True):
        tags[name + b"XYZ"] = b"XYZ " + bytes(4) + numbers(*primary)
        tags[name + b"TRC"] = tone_curve(gamma)
    return icc_profile(b"RGB ", tags)


def grey_profile(gamma: float | None) -> bytes:
    return icc_profile(b"GRAY", {b"kTRC": tone_curve(gamma)})


def ink_profile() -> bytes:
    """CMYK with inks of the colours of an offset press, laid over one another in L*a*b*."""
    inks = np.array([(-45, -37, -50), (-52, 74, -3), (-11, -5, 93), (-100, 0, 0)])
    lab = np.array([(100, 0, 0) + np.array(amounts) @ inks for amounts in product((0, 1), repeat=4)])
    grid = np.clip(lab * (2.55, 1, 1) + (0, 128, 128), 0, 255).astype(np.uint8)
    even = np.arange(256, dtype=np.uint8).tobytes()
    matrix = numbers(1, 0, 0, 0, 1, 0, 0, 0, 1)
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + even * 4 + grid.tobytes() + even * 3
    return icc_profile(b"CMYK", {b"A2B0": table}, b"Lab ")


def encode(picture: Image.Image | NDArray[np.uint8], kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def with_profile(png: bytes, profile: bytes) -> bytes:
    """A PNG with a profile put behind its header, which is 33 bytes long."""
    data = b"test\0\0" + zlib.compress(profile)
    chunk = struct.pack(">I", len(data)) + b"iCCP" + data + struct.pack(">I", zlib.crc32(b"iCCP" + data))
    return png[:33] + chunk + png[33:]


def distance(pixels: NDArray[np.uint8], seen: NDArray[np.uint8]) -> float:
    return float(np.abs(pixels.astype(int) - seen).mean())


@pytest.mark.parametrize(("primaries", "gamma"), WIDE)
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG", "HEIF"])
def test_a_lesion_in_a_wide_space_is_shown_as_it_was_seen(
    kind: str, primaries: NDArray[np.float64], gamma: float | None
) -> None:
    options = {"lossless": True} if kind == "WEBP" else {"quality": 98}
    stored = as_stored(DRAWN, primaries, gamma)
    content = encode(stored, kind, icc_profile=rgb_profile(primaries, gamma), **options)
    assert distance(stored, DRAWN) > 3
    assert distance(decode(content).pixels, DRAWN) < (1.5 if kind in ("JPEG", "HEIF") else 0.7)


def test_a_turned_picture_keeps_its_profile() -> None:
    tags = Image.Exif()
    tags[EXIF_ORIENTATION] = 6
    stored = as_stored(np.ascontiguousarray(np.rot90(DRAWN)), DISPLAY_P3, SRGB_GAMMA)
    profile = rgb_profile(DISPLAY_P3, SRGB_GAMMA)
    image = decode(encode(stored, "PNG", icc_profile=profile, exif=tags.tobytes()))
    assert image.orientation == 6
    assert distance(image.pixels, DRAWN) < 0.7


@pytest.mark.parametrize(
    "profile",
    [
        pytest.param(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), id="of Little CMS"),
        pytest.param(rgb_profile(SRGB, SRGB_GAMMA), id="of version 2"),
        pytest.param(b"no profile", id="broken"),
        pytest.param(rgb_profile(DISPLAY_P3, SRGB_GAMMA)[:300], id="cut off"),
        pytest.param(ink_profile(), id="of other inks"),
        pytest.param(grey_profile(1.4), id="of grey"),
        pytest.param(b"", id="empty"),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_srgb_and_what_is_no_profile_for_it_leave_every_bit(kind: str, profile: bytes) -> None:
    plain = encode(DRAWN, kind)
    assert np.array_equal(
        decode(encode(DRAWN, kind, icc_profile=profile)).pixels,
        np.asarray(Image.open(io.BytesIO(plain)).convert("RGB")),
    )


def test_a_picture_without_profile_is_never_converted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageCms, "buildTransform", lambda *_: pytest.fail("converted"))
    assert np.array_equal(decode(encode(DRAWN, "PNG")).pixels, DRAWN)


@pytest.mark.parametrize("mode", ["RGBA", "P", "RGB with a transparent colour"])
def test_white_under_alpha_stays_white_and_the_rest_is_converted(mode: str) -> None:
    seen = np.array([[(215, 96, 74), (10, 20, 30)]], dtype=np.uint8).repeat(8, axis=0).repeat(4, axis=1)
    picture = Image.fromarray(as_stored(seen, DISPLAY_P3, SRGB_GAMMA))
    options: dict[str, object] = {}
    if mode == "RGBA":
        picture.putalpha(Image.fromarray(np.repeat([[255, 0]], 4, axis=1).repeat(8, axis=0).astype(np.uint8)))
    elif mode == "P":
        picture = picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=2)
        options = {"transparency": picture.getpixel((7, 0))}
    else:
        options = {"transparency": picture.getpixel((7, 0))}
    pixels = decode(encode(picture, "PNG", icc_profile=rgb_profile(DISPLAY_P3, SRGB_GAMMA), **options)).pixels
    assert pixels[0, 7].tolist() == [255, 255, 255]
    assert np.abs(pixels[0, 0] - seen[0, 0]).max() <= 2


@pytest.mark.parametrize("mode", ["L", "LA", "16 bit"])
def test_grey_is_converted_by_its_curve_and_stays_grey(mode: str) -> None:
    ramp = np.arange(256, dtype=np.uint8)[None].repeat(2, axis=0)
    if mode == "16 bit":
        content = with_profile(cv2.imencode(".png", ramp.astype(np.uint16) * 257)[1].tobytes(), grey_profile(1.4))
    else:
        content = encode(Image.fromarray(ramp).convert(mode), "PNG", icc_profile=grey_profile(1.4))
    pixels = decode(content).pixels
    expected = 255 * from_linear(to_linear(ramp / 255, 1.4), None)
    assert np.abs(pixels - expected[..., None]).max() <= 2
    assert not np.ptp(pixels, axis=2).any()


def test_grey_with_the_profile_of_a_colour_space_is_converted_by_it() -> None:
    ramp = np.arange(256, dtype=np.uint8)[None].repeat(2, axis=0)
    pixels = decode(encode(ramp, "PNG", icc_profile=rgb_profile(ADOBE_RGB, 1.4))).pixels
    assert np.abs(pixels - 255 * from_linear(to_linear(ramp / 255, 1.4), None)[..., None]).max() <= 2


def test_16_bit_colour_is_converted() -> None:
    stored = as_stored(DRAWN, DISPLAY_P3, SRGB_GAMMA)
    png = cv2.imencode(".png", stored[..., ::-1].astype(np.uint16) * 257)[1].tobytes()
    assert distance(decode(with_profile(png, rgb_profile(DISPLAY_P3, SRGB_GAMMA))).pixels, DRAWN) < 0.7


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_inks_are_those_of_the_profile(kind: str) -> None:
    inks = np.array([(0, 0, 0, 0), (0, 255, 0, 0), (0, 0, 0, 255)], dtype=np.uint8)[None]
    picture = Image.fromarray(inks.repeat(16, axis=0).repeat(16, axis=1), "CMYK")
    pixels = decode(encode(picture, kind, icc_profile=ink_profile())).pixels[8, 8::16]
    assert np.abs(pixels[[0, 2]] - np.array([(255, 255, 255), (0, 0, 0)])).max() <= 4
    assert np.abs(pixels[1] - np.array([213, 0, 121])).max() <= 12  # process magenta; without the profile (255, 0, 255)


@pytest.mark.parametrize("profile", [b"no profile", rgb_profile(DISPLAY_P3, SRGB_GAMMA)], ids=["broken", "of RGB"])
def test_inks_without_a_profile_of_theirs_are_read_as_before(profile: bytes) -> None:
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (16, 16, 4), dtype=np.uint8), "CMYK")
    assert np.array_equal(
        decode(encode(picture, "TIFF", icc_profile=profile)).pixels, decode(encode(picture, "TIFF")).pixels
    )
