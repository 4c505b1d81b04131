"""Two pictures of a lesion to compare: side by side with linked zoom, under a slider, or blinking."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.pictures import encode_picture

_PNG = b"\x89PNG"
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One of the two pictures, uint8 (height, width, 3) RGB, and what is written on it."""

    pixels: NDArray[np.uint8]
    label: str


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


_compare = st.components.v2.component(
    "lesionwise_compare", html=_read("compare.html"), css=_read("compare.css"), js=_read("compare.js")
)


def draw_comparison(earlier: Shown, later: Shown, matrix: NDArray[np.float64] | None, *, key: str) -> None:
    """Both pictures untouched; where `matrix` float64 (2, 3) takes the later one's pixels to the earlier one's places,
    the browser lays the one over the other."""
    data = {"earlier": _visit(earlier), "later": _visit(later), "matrix": None if matrix is None else to_css(matrix)}
    _compare(key=key, data=data)


def to_css(matrix: NDArray[np.float64]) -> list[float]:
    """The matrix as CSS has it, a b c d e f: column by column, and from the corner of a pixel instead of its centre."""
    linear, shift = matrix[:, :2], matrix[:, 2]
    moved = shift + 0.5 - linear @ np.full(2, 0.5)
    return [float(value) for value in (*linear[:, 0], *linear[:, 1], *moved)]


def _visit(shown: Shown) -> dict[str, Any]:
    content = encode_picture(shown.pixels)
    kind = "png" if content.startswith(_PNG) else "jpeg"
    source = f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
    height, width = shown.pixels.shape[:2]
    return {"source": source, "label": shown.label, "width": int(width), "height": int(height)}
