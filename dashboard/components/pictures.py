"""Pictures for the browser."""

import hashlib
import io
from pathlib import Path
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from dashboard import session

_LOSSLESS_PIXELS = 4_000_000  # above it a PNG takes more than a second to make, so a JPEG of quality 95 is shown
_HEIGHT_PX = 500
_MAX_KEPT = 4  # encoded pictures, some MB each
_PNG = b"\x89PNG"
WIDEST_PX = 850

_arrive = st.components.v2.component("lesionwise_arrive", js=Path(__file__).with_name("arrive.js").read_text("utf-8"))


def see_pictures_arrive() -> None:
    """Draw nothing, and have the browser ask again for a picture of the page that did not come."""
    _arrive(key="see-pictures-arrive")


def encode_picture(pixels: NDArray[np.uint8]) -> bytes:
    """The picture at its full resolution: PNG, pixel for pixel, up to 4 megapixels, above that a JPEG."""
    buffer = io.BytesIO()
    picture = Image.fromarray(pixels)
    if pixels.shape[0] * pixels.shape[1] <= _LOSSLESS_PIXELS:
        picture.save(buffer, "PNG", compress_level=1)
    else:
        picture.save(buffer, "JPEG", quality=95, subsampling=0)
    return buffer.getvalue()


PLAIN = "The lesion, as it was photographed"  # what a screen reader says
WITH_MAP = "The lesion with the heat map over it"


def shown_width(pixels: NDArray[np.uint8], widest_px: int = WIDEST_PX) -> int:
    """Width in px at which the picture is 500 px high, or the widest that fits."""
    height, width = pixels.shape[:2]
    return min(widest_px, round(_HEIGHT_PX * int(width) / int(height)))


def show_picture(pixels: NDArray[np.uint8], widest_px: int = WIDEST_PX, *, alt: str = PLAIN) -> None:
    """The picture at the size of the viewer, `alt` in words; its corner button opens it in full resolution."""
    digest = hashlib.sha256(pixels.tobytes()).hexdigest()  # a twentieth of the time that encoding takes
    content = session.once("picture", (digest, str(pixels.shape)), lambda: encode_picture(pixels), at_most=_MAX_KEPT)
    width_px = shown_width(pixels, widest_px)
    kind: Literal["PNG", "JPEG"] = "PNG" if content.startswith(_PNG) else "JPEG"
    with st.container(width=width_px):  # a width given to st.image alone would scale the file itself down to it
        st.image(content, width=max(width_px, int(pixels.shape[1])), output_format=kind, alt=alt)
