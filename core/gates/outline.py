"""The lesion's outline, by its colour's distance from the skin around it; "unsure" rather than wrong.

Classical, at 224 x 224: hair is filled in (Lee et al., "DullRazor", Comput Biol Med 1997), every pixel gets its CIE Lab
distance from the skin at the edge of the field, and Otsu's threshold (IEEE Trans SMC 1979) cuts the distances in two.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.gates.artefacts import SIDE_PX, Mask, find_dark_corners

_MIN_AREA, _MAX_AREA = 0.01, 0.75  # shares of the picture: less is a dot or noise, more leaves no skin to compare with
_MIN_CONTRAST: Final = 1.6  # mean distance inside, in deviations of the skin's own
_MAX_CUT_OFF: Final = 0.35  # of the outline on the picture's edge
_MAX_BORDER: Final = 5.0  # P^2 / 4 pi A of an outline that frays
_MIN_MAIN_SHARE: Final = 0.6  # of all that differs from skin, the part that is outlined


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The lesion as bool (224, 224), and why it should not be relied on; `doubt` is "" where it may."""

    mask: Mask
    doubt: str

    @property
    def is_sure(self) -> bool:
        """Whether measures and shares may be taken from it."""
        return not self.doubt

    @property
    def is_empty(self) -> bool:
        """Whether no lesion was found at all."""
        return not self.mask.any()


def outline_lesion(pixels: NDArray[np.uint8]) -> Outline:
    """Outline the lesion of RGB uint8 (H, W, 3); dark corners are left out."""
    small = cv2.resize(pixels, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    field = _field(find_dark_corners(small))
    distance = _distance_from_skin(_fill_hair(small), field)
    threshold = _otsu(distance[field])
    parts = _clean((distance > threshold) & field)
    mask = _main_part(parts)
    return Outline(mask, _doubt(mask, parts, distance, field))


def contour_of(outline: Outline, size: tuple[int, int]) -> list[NDArray[np.int32]]:
    """The outline as closed lines of points (n, 2), x before y, on a picture of `size` (height, width)."""
    height, width = size
    large = cv2.resize(outline.mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    lines, _ = cv2.findContours(large, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return [np.asarray(line[:, 0], dtype=np.int32) for line in lines]


def draw_contour(pixels: NDArray[np.uint8], outline: Outline) -> NDArray[np.uint8]:
    """The outline over a picture: white with a black rim, so that it is seen on every colour."""
    drawn = np.ascontiguousarray(pixels).copy()
    thin = max(1, round(min(pixels.shape[:2]) / 300))
    lines = [line[:, None] for line in contour_of(outline, (pixels.shape[0], pixels.shape[1]))]
    for colour, thickness in (((0, 0, 0), 3 * thin), ((255, 255, 255), thin)):
        cv2.polylines(drawn, lines, isClosed=True, color=colour, thickness=thickness, lineType=cv2.LINE_AA)
    return drawn


def cut_off_share(mask: Mask) -> float:
    """The part of a mask's outline that lies on the picture's edge, in [0, 1]."""
    inside = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=0).astype(bool)
    rim = mask & ~inside
    edge = np.ones_like(mask)
    edge[1:-1, 1:-1] = False
    return float((rim & edge).sum() / max(int(rim.sum()), 1))


def _field(corners: Mask) -> Mask:
    """All but the dark corners and their rim."""
    return np.asarray(~cv2.dilate(corners.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool))


def _fill_hair(small: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Dark thin lines replaced by what lies beside them; then a median filter."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (11, 11))
    depth = cv2.morphologyEx(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), cv2.MORPH_BLACKHAT, kernel)
    closed = np.stack([cv2.morphologyEx(small[..., c], cv2.MORPH_CLOSE, kernel) for c in range(3)], axis=2)
    return np.asarray(cv2.medianBlur(np.where((depth > 18)[..., None], closed, small), 5))


def _distance_from_skin(small: NDArray[np.uint8], field: Mask) -> NDArray[np.float32]:
    """Lab distance of every pixel from the skin's colour at its place, where darker counts most; float32 (224, 224)."""
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lab = cv2.GaussianBlur(lab, (0, 0), 1.5)
    is_skin = _pale_half(lab, _ring(field))
    colour = np.abs(lab[..., 1:] - np.median(lab[is_skin][:, 1:], axis=0))
    darker = np.clip(_skin_lightness(lab[..., 0], is_skin) - lab[..., 0], 0, None)
    return np.asarray((darker + 0.5 * colour[..., 0] + 0.25 * colour[..., 1]) * _towards_middle(), dtype=np.float32)


def _skin_lightness(lightness: NDArray[np.float32], is_skin: Mask) -> NDArray[np.float32]:
    """The skin's lightness at every place: a quadratic surface through the pale pixels, as light falls off to the rim.

    Pixels far below the surface are left out and the rest fitted again, since a lesion may reach into the ring.
    """
    y, x = np.mgrid[-1 : 1 : SIDE_PX * 1j, -1 : 1 : SIDE_PX * 1j]
    terms = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=-1)  # (224, 224, 6)
    kept = is_skin.copy()
    for _ in range(3):
        factors, *_rest = np.linalg.lstsq(terms[kept], lightness[kept], rcond=None)
        apart = lightness - terms @ factors
        kept = is_skin & (apart > -1.5 * float(apart[kept].std()) - 0.5)
    return np.asarray(terms @ factors, dtype=np.float32)


def _ring(field: Mask) -> Mask:
    """The outer part of the field, where skin is to be expected."""
    inner = cv2.erode(field.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=22, borderValue=0).astype(bool)
    return np.asarray(field & ~inner)


def _pale_half(lab: NDArray[np.float32], ring: Mask) -> Mask:
    """The paler half of the ring in each of its quarters, since the lesion may reach into it."""
    half = SIDE_PX // 2
    is_pale = np.zeros_like(ring)
    for rows in (slice(0, half), slice(half, None)):
        for columns in (slice(0, half), slice(half, None)):
            lightness, own = lab[rows, columns, 0], ring[rows, columns]
            is_pale[rows, columns] = own & (lightness >= (np.median(lightness[own]) if own.any() else 0))
    return is_pale


def _towards_middle() -> NDArray[np.float32]:
    """1 in the middle, 0.75 at the corners: shade at the rim of the field is not lesion."""
    y, x = np.mgrid[-1 : 1 : SIDE_PX * 1j, -1 : 1 : SIDE_PX * 1j]
    return np.asarray((1 - 0.125 * (x**2 + y**2)).astype(np.float32))


def _otsu(values: NDArray[np.float32]) -> float:
    top = max(float(np.percentile(values, 99.5)), 1e-6)
    scaled = np.clip(values / top * 255, 0, 255).astype(np.uint8)
    threshold, _ = cv2.threshold(scaled.reshape(-1, 1), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return float(threshold) / 255 * top


def _clean(mask: Mask) -> Mask:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, disc)
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, disc)
    lines, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros_like(opened)
    cv2.drawContours(filled, lines, -1, 1, thickness=-1)
    return np.asarray(filled.astype(bool))


def _main_part(parts: Mask) -> Mask:
    """The part with most pixels, those near the middle counting more."""
    n, labels = cv2.connectedComponents(parts.astype(np.uint8))
    if n < 2:
        return np.zeros_like(parts)
    y, x = np.mgrid[-1 : 1 : SIDE_PX * 1j, -1 : 1 : SIDE_PX * 1j]
    weight = np.exp(-2 * (x**2 + y**2))
    sums = np.bincount(labels.ravel(), weights=weight.ravel(), minlength=n)
    return np.asarray(labels == int(sums[1:].argmax()) + 1)


def _doubt(mask: Mask, parts: Mask, distance: NDArray[np.float32], field: Mask) -> str:
    """Why the outline is not relied on; "" where nothing speaks against it."""
    area = float(mask.mean())
    if area < _MIN_AREA:
        return "nothing stands out from the skin"
    if area > _MAX_AREA * float(field.mean()):
        return "the lesion fills the picture, so that little skin is left to tell it from"
    if mask.sum() < _MIN_MAIN_SHARE * parts.sum():
        return "several parts stand out from the skin"
    skin = distance[field & ~cv2.dilate(parts.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)]
    if len(skin) < 100 or distance[mask].mean() - skin.mean() < _MIN_CONTRAST * max(float(skin.std()), 2.0):
        return "the lesion hardly differs from the skin"
    if cut_off_share(mask) > _MAX_CUT_OFF:
        return "the lesion is cut off by the edge of the picture"
    return "the border frays out" if border_irregularity(mask) > _MAX_BORDER else ""


def border_irregularity(mask: Mask) -> float:
    """Perimeter squared over 4 pi area: 1 for a circle, more for a notched or long one.

    Source: compactness as in Golston et al., Int J Dermatol 1992.
    """
    lines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    perimeter = sum(cv2.arcLength(line, True) for line in lines)
    return float(perimeter**2 / (4 * np.pi * max(int(mask.sum()), 1)))
