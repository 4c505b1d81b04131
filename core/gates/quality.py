"""The quality gate: is a picture good enough to be scored?

Everything is measured at 224 x 224, whatever the size of the file, in the ellipse that a dermatoscope's round field
leaves free. The limits were fixed by degrading good pictures in known ways: docs/decisions/0021-gates.md. Medians are
read from counts of values, since a batch pays for every sort.
"""

from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.domain import LesionImage, QualityNote, QualityReport
from core.imaging.quality import MIN_SHARPNESS

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
_CLIPPED: Final = 250  # of 255: what a JPEG leaves of full white
_GREY_WEIGHTS: Final = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601
_REDUCING_GAP: Final = 1.0  # a picture of 600 x 450 px takes half the time, and is as sharp to 2% (decision 21)
_STEPS_PER_LEVEL: Final = 16  # a median is known to a sixteenth of a grey level, and interpolated within it

_FOCUS = "Put the lens flat on the skin, focus on the lesion and hold still until the picture is taken."
_ORIGINAL = "Export the picture from the camera at its full size; do not enlarge a preview."
_LIGHT = "Take it again with the dermatoscope's own light and automatic exposure."
_GEL = "Use contact fluid or cross-polarised light, and press out the bubbles."
_COLOUR = "Take it again in colour, with automatic white balance and the dermatoscope's own light."


def measure_quality(image: LesionImage) -> QualityReport:
    """Resolution, sharpness, enlarged pixels, exposure, glare and colour cast of a picture."""
    small = _shrink(image.pixels)  # (224, 224, 3)
    grey = to_grey(small)  # (224, 224)
    bright = _count_bright(small)
    return QualityReport(
        (
            _resolution(image),
            _sharpness(cv2.Laplacian(grey, cv2.CV_32F, ksize=1)[1:-1, 1:-1]),
            _own_pixels(smoothness(grey)),
            _exposure(quantile(grey, 0.5, 256, _field_mask())),
            _clipping(float(bright[2:].sum())),
            _glare(float(bright[3])),
            _colour_cast(small),
        )
    )


def to_grey(small: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Grey levels (224, 224), 0-255, of RGB (224, 224, 3)."""
    return small.astype(np.float32) @ _GREY_WEIGHTS


def quantile(values: NDArray[np.float32], share: float, top: int, mask: NDArray[np.uint8] | None = None) -> float:
    """The value in [0, top) below which `share` of the values (H, W) lie, where `mask` is not 0."""
    counts = cv2.calcHist([values], [0], mask, [top * _STEPS_PER_LEVEL], [0, top]).ravel()
    up_to = np.cumsum(counts, dtype=np.float64)
    wanted = share * float(up_to[-1])
    step = int(np.searchsorted(up_to, wanted))
    before = float(up_to[step - 1]) if step else 0.0
    within = (wanted - before) / max(float(counts[step]), 1.0)
    return float(step + within) / _STEPS_PER_LEVEL


def smoothness(grey: NDArray[np.float32]) -> float:
    """Median over 95th percentile of the gradient of (224, 224) grey levels: near 0 for pixels enlarged to blocks."""
    right, down = grey[:-1, 1:] - grey[:-1, :-1], grey[1:, :-1] - grey[:-1, :-1]
    steps = cv2.magnitude(right, down)
    return quantile(steps, 0.5, 512) / max(quantile(steps, 0.95, 512), 1e-3)


def _resolution(image: LesionImage) -> QualityNote:
    side = min(image.width_px, image.height_px)
    is_usual, is_blocking = side >= _USUAL_SIDE_PX, side < _MIN_SIDE_PX
    size = f"{image.width_px} x {image.height_px} px"
    sentence = size if is_usual else f"{size}: small, the network looks at {_USUAL_SIDE_PX} px"
    return QualityNote("Resolution", float(side), "px", is_usual, sentence, "" if is_usual else _ORIGINAL, is_blocking)


def _sharpness(laplacian: NDArray[np.float32]) -> QualityNote:
    """Median of the absolute 4-neighbour Laplacian: the median, so that a few hairs or scale marks do not make a
    blurred picture sharp. Its deviation says whether the picture is as sharp as most."""
    detail = quantile(np.abs(laplacian), 0.5, 1024)
    is_sharp, is_usual = detail >= _MIN_FINE_DETAIL, float(laplacian.std()) >= MIN_SHARPNESS
    is_fine = is_sharp and is_usual
    said = ", in the usual range" if is_fine else ": softer than 99% of the training images"
    sentence = f"{detail:.1f}{said if is_sharp else ': blurred or enlarged, softer than any training image'}"
    return QualityNote("Sharpness", detail, "grey levels", is_fine, sentence, "" if is_fine else _FOCUS, not is_sharp)


def _own_pixels(value: float) -> QualityNote:
    is_fine = value >= _MIN_SMOOTHNESS
    sentence = f"{value:.2f}, in the usual range" if is_fine else f"{value:.2f}: pixels enlarged to blocks, or flat"
    return QualityNote("Own pixels", value, "ratio", is_fine, sentence, "" if is_fine else _ORIGINAL, True)


def _exposure(value: float) -> QualityNote:
    low, high = _GREY_RANGE
    is_fine = low <= value <= high
    said = "in the usual range" if is_fine else "too dark" if value < low else "too bright"
    return QualityNote(
        "Exposure", value, "grey level", is_fine, f"{value:.0f} of 255, {said}", _or_advice(is_fine), True
    )


def _count_bright(small: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Shares of the field (4,) in which none, one, two and all of the three channels are as bright as they get."""
    _, bright = cv2.threshold(small, _CLIPPED - 1, 1, cv2.THRESH_BINARY)
    n_bright = cv2.transform(bright, np.ones((1, 3), dtype=np.float32))  # (224, 224)
    counts = cv2.calcHist([n_bright], [0], _field_mask(), [4], [0, 4]).ravel()
    return np.asarray(counts / counts.sum(), dtype=np.float32)


def _clipping(value: float) -> QualityNote:
    is_fine = value <= _MAX_CLIPPED
    sentence = f"{value:.1%} of the picture is over-exposed"
    return QualityNote("Over-exposure", value, "share", is_fine, sentence, _or_advice(is_fine), True)


def _glare(value: float) -> QualityNote:
    is_fine = value <= _MAX_GLARE
    sentence = f"{value:.1%} of the picture is white glare"
    return QualityNote("Glare", value, "share", is_fine, sentence, "" if is_fine else _GEL, True)


def _colour_cast(small: NDArray[np.uint8]) -> QualityNote:
    """How far the median colour lies outside the range of dermoscopy, in natural logarithms of its ratios."""
    red, green, blue = (float(np.log(_median(small, channel) + 1)) for channel in range(3))
    beyond = max(_beyond(red - green, _RED_TO_GREEN), _beyond(blue - green, _BLUE_TO_GREEN))
    is_fine = beyond == 0
    sentence = "none beyond the usual" if is_fine else f"{beyond:.2f} beyond what skin shows: wrong colours, or none"
    return QualityNote("Colour cast", beyond, "log ratio", is_fine, sentence, "" if is_fine else _COLOUR, True)


def _median(small: NDArray[np.uint8], channel: int) -> float:
    """As `np.median` of one channel in the field, from the counts of the 256 values."""
    up_to = np.cumsum(cv2.calcHist([small], [channel], _field_mask(), [256], [0, 256]).ravel())
    n = int(up_to[-1])
    return float(np.searchsorted(up_to, (n - 1) // 2, "right") + np.searchsorted(up_to, n // 2, "right")) / 2


def _beyond(value: float, limits: tuple[float, float]) -> float:
    return float(max(limits[0] - value, value - limits[1], 0.0))


def _or_advice(is_fine: bool) -> str:
    return "" if is_fine else _LIGHT


def _shrink(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """RGB (H, W, 3) at 224 x 224, bicubic; whole pixels are averaged first where a side shrinks to a half or less."""
    if pixels.shape[:2] == (_SIDE_PX, _SIDE_PX):
        return pixels
    size = (_SIDE_PX, _SIDE_PX)
    small = Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC, reducing_gap=_REDUCING_GAP)
    return np.asarray(small, dtype=np.uint8)


@cache
def _field_mask() -> NDArray[np.uint8]:
    """1 where a picture of 224 x 224 pixels shows the field of the dermatoscope, else 0."""
    y, x = np.mgrid[-1 : 1 : _SIDE_PX * 1j, -1 : 1 : _SIDE_PX * 1j]
    return np.asarray(x**2 + y**2 < 0.9**2, dtype=np.uint8)  # 0.9: the rim of the field is dark in many pictures
