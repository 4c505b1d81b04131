"""The quality gate: is a picture good enough to be scored?

Everything is measured at 224 x 224, whatever the size of the file, in the ellipse that a dermatoscope's round field
leaves free. The limits were fixed by degrading good pictures in known ways: docs/decisions/0021-gates.md.
"""

from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.domain import LesionImage, QualityNote, QualityReport
from core.imaging.quality import MIN_SHARPNESS, sharpness

_SIDE_PX: Final = 224
_MIN_SIDE_PX: Final = 112  # half of what the network looks at: below it three of four pixels would be made up
_USUAL_SIDE_PX: Final = 224
_MIN_FINE_DETAIL: Final = 1.45  # grey levels; the least of 800 training pictures was 1.53, a blur of 2 px gives 0.8
_MIN_SMOOTHNESS: Final = 0.085  # enlarged blocks give 0.06; 0.3% of training pictures lie below
_MAX_CLIPPED: Final = 0.10  # 0.1% of training pictures lie above; 2.5 times the light gives 0.4 or more
_GREY_RANGE: Final = (55.0, 232.0)  # 0.3% of training pictures lie below, none above
_MAX_GLARE: Final = 0.03  # the most of 800 training pictures was 0.025
_RED_TO_GREEN: Final = (0.02, 1.05)  # natural logarithms of the median ratios; grey pictures have 0
_BLUE_TO_GREEN: Final = (-0.55, 0.32)
_WHITE, _NEARLY_CLIPPED = 250, 250
_GREY_WEIGHTS: Final = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601

_FOCUS = "Put the lens flat on the skin, focus on the lesion and hold still until the picture is taken."
_ORIGINAL = "Export the picture from the camera at its full size; do not enlarge a preview."
_LIGHT = "Take it again with the dermatoscope's own light and automatic exposure."
_GEL = "Use contact fluid or cross-polarised light, and press out the bubbles."
_COLOUR = "Take it again in colour, with automatic white balance and the dermatoscope's own light."


def measure_quality(image: LesionImage) -> QualityReport:
    """Resolution, sharpness, enlarged pixels, exposure, glare and colour cast of a picture."""
    small = _shrink(image.pixels)  # (224, 224, 3)
    grey = to_grey(small)  # (224, 224)
    field = small.reshape(-1, 3).T[:, _field_mask()]  # (3, n)
    return QualityReport(
        (
            _resolution(image),
            _sharpness(image.pixels, fine_detail(grey)),
            _own_pixels(smoothness(grey)),
            _exposure(grey.ravel()[_field_mask()]),
            _clipping(field),
            _glare(field),
            _colour_cast(field),
        )
    )


def to_grey(small: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Grey levels (224, 224), 0-255, of RGB (224, 224, 3)."""
    return small.astype(np.float32) @ _GREY_WEIGHTS


def fine_detail(grey: NDArray[np.float32]) -> float:
    """Median of the absolute 4-neighbour Laplacian of (224, 224) grey levels: the median, so that a few hairs or scale
    marks do not make a blurred picture sharp."""
    return float(np.median(np.abs(cv2.Laplacian(grey, cv2.CV_32F, ksize=1)[1:-1, 1:-1])))


def smoothness(grey: NDArray[np.float32]) -> float:
    """Median over 95th percentile of the gradient of (224, 224) grey levels: near 0 for pixels enlarged to blocks."""
    steps = np.hypot(np.diff(grey, axis=1)[:-1], np.diff(grey, axis=0)[:, :-1])
    middle, steep = (float(value) for value in np.percentile(steps, (50, 95)))
    return middle / max(steep, 1e-3)


def _resolution(image: LesionImage) -> QualityNote:
    side = min(image.width_px, image.height_px)
    is_usual, is_blocking = side >= _USUAL_SIDE_PX, side < _MIN_SIDE_PX
    size = f"{image.width_px} x {image.height_px} px"
    sentence = size if is_usual else f"{size}: small, the network looks at {_USUAL_SIDE_PX} px"
    return QualityNote("Resolution", float(side), "px", is_usual, sentence, "" if is_usual else _ORIGINAL, is_blocking)


def _sharpness(pixels: NDArray[np.uint8], detail: float) -> QualityNote:
    is_sharp, is_usual = detail >= _MIN_FINE_DETAIL, sharpness(pixels) >= MIN_SHARPNESS
    is_fine = is_sharp and is_usual
    said = ", in the usual range" if is_fine else ": softer than 99% of the training images"
    sentence = f"{detail:.1f}{said if is_sharp else ': blurred or enlarged, softer than any training image'}"
    return QualityNote("Sharpness", detail, "grey levels", is_fine, sentence, "" if is_fine else _FOCUS, not is_sharp)


def _own_pixels(value: float) -> QualityNote:
    is_fine = value >= _MIN_SMOOTHNESS
    sentence = f"{value:.2f}, in the usual range" if is_fine else f"{value:.2f}: pixels enlarged to blocks, or flat"
    return QualityNote("Own pixels", value, "ratio", is_fine, sentence, "" if is_fine else _ORIGINAL, True)


def _exposure(field: NDArray[np.float32]) -> QualityNote:
    value, (low, high) = float(np.median(field)), _GREY_RANGE
    is_fine = low <= value <= high
    said = "in the usual range" if is_fine else "too dark" if value < low else "too bright"
    return QualityNote(
        "Exposure", value, "grey level", is_fine, f"{value:.0f} of 255, {said}", _or_advice(is_fine), True
    )


def _clipping(field: NDArray[np.uint8]) -> QualityNote:
    red, green, blue = field >= _NEARLY_CLIPPED
    value = float(((red & green) | (red & blue) | (green & blue)).mean())
    is_fine = value <= _MAX_CLIPPED
    sentence = f"{value:.1%} of the picture is over-exposed"
    return QualityNote("Over-exposure", value, "share", is_fine, sentence, _or_advice(is_fine), True)


def _glare(field: NDArray[np.uint8]) -> QualityNote:
    value = float((field >= _WHITE).all(axis=0).mean())
    is_fine = value <= _MAX_GLARE
    sentence = f"{value:.1%} of the picture is white glare"
    return QualityNote("Glare", value, "share", is_fine, sentence, "" if is_fine else _GEL, True)


def _colour_cast(field: NDArray[np.uint8]) -> QualityNote:
    """How far the median colour lies outside the range of dermoscopy, in natural logarithms of its ratios."""
    red, green, blue = (float(np.log(_median(channel) + 1)) for channel in field)
    beyond = max(_beyond(red - green, _RED_TO_GREEN), _beyond(blue - green, _BLUE_TO_GREEN))
    is_fine = beyond == 0
    sentence = "none beyond the usual" if is_fine else f"{beyond:.2f} beyond what skin shows: wrong colours, or none"
    return QualityNote("Colour cast", beyond, "log ratio", is_fine, sentence, "" if is_fine else _COLOUR, True)


def _median(channel: NDArray[np.uint8]) -> float:
    """As `np.median`, from the counts of the 256 values."""
    up_to = np.cumsum(np.bincount(channel, minlength=256))
    n = len(channel)
    return float(np.searchsorted(up_to, (n - 1) // 2, "right") + np.searchsorted(up_to, n // 2, "right")) / 2


def _beyond(value: float, limits: tuple[float, float]) -> float:
    return float(max(limits[0] - value, value - limits[1], 0.0))


def _or_advice(is_fine: bool) -> str:
    return "" if is_fine else _LIGHT


def _shrink(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    small = Image.fromarray(pixels).resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BICUBIC)
    return np.asarray(small, dtype=np.uint8)


@cache
def _field_mask() -> NDArray[np.intp]:
    """Where a picture of 224 x 224 pixels, read row by row, shows the field of the dermatoscope."""
    y, x = np.mgrid[-1 : 1 : _SIDE_PX * 1j, -1 : 1 : _SIDE_PX * 1j]
    return np.flatnonzero(x**2 + y**2 < 0.9**2)  # 0.9: the rim of the field is dark in many pictures
