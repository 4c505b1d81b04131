"""Area, asymmetry, border and colours of an outlined lesion. Measures to be looked at; no diagnosis follows from them.

The four are those of the ABCD rule of dermoscopy (Stolz et al., Eur J Dermatol 1994; Nachbar et al., JAAD 1994), but
each is measured, not scored: no total is formed. Lengths have no unit where the picture shows no scale.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.domain import LesionMeasures
from core.gates.artefacts import SIDE_PX, Mask
from core.gates.outline import Outline, border_irregularity, cut_off_share

# The rule's six colours as RGB in [0, 1]. Source: Kasmi and Mokrani, IET Image Processing 2016.
_COLOURS: Final = {
    "white": (1.0, 1.0, 1.0),
    "red": (0.8, 0.2, 0.2),
    "light brown": (0.6, 0.4, 0.0),
    "dark brown": (0.2, 0.0, 0.0),
    "blue-grey": (0.2, 0.6, 0.6),
    "black": (0.0, 0.0, 0.0),
}
_MIN_COLOUR_SHARE: Final = 0.05  # of the lesion; a colour below it is a speck


@dataclass(frozen=True, slots=True)
class MeasuredChange:
    """From an earlier picture of a lesion to a later one: area as a ratio, colour as CIE76 distance in Lab."""

    area_ratio: float
    colour_distance: float


def measure_lesion(pixels: NDArray[np.uint8], outline: Outline) -> LesionMeasures | None:
    """The measures of RGB uint8 (H, W, 3) inside its outline; None where no lesion was found."""
    if outline.is_empty:
        return None
    small = cv2.resize(pixels, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    true_shape = _unsquash(outline.mask, pixels.shape[0] / pixels.shape[1])
    red, green, blue = small[outline.mask].mean(axis=0).tolist()
    return LesionMeasures(
        area_share=float(outline.mask.mean()),
        asymmetry=asymmetry(true_shape),
        border=border_irregularity(true_shape),
        colours=colours_of(small[outline.mask]),
        mean_rgb=(red, green, blue),
        cut_off_share=cut_off_share(outline.mask),
        is_sure=outline.is_sure,
        doubt=outline.doubt,
    )


def asymmetry(mask: Mask) -> float:
    """How far a shape is from its mirror images about its two main axes, mean of both, in [0, 1].

    Each is the area that the shape and its mirror image do not share, over twice the shape's area. Source: Stoecker et
    al., Comput Med Imaging Graph 1992, for the axes and the overlap.
    """
    upright = _align(mask)
    unshared = [float((upright ^ mirrored).mean()) for mirrored in (upright[::-1], upright[:, ::-1])]
    return min(1.0, sum(unshared) / 4 / max(float(upright.mean()), 1e-9))


def colours_of(rgb: NDArray[np.uint8]) -> tuple[str, ...]:
    """Which of the rule's six colours at least 5% of the pixels uint8 (n, 3) are nearest to, in CIE Lab."""
    lab = cv2.cvtColor(rgb[None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    references = cv2.cvtColor(np.array([list(_COLOURS.values())], dtype=np.float32), cv2.COLOR_RGB2LAB)[0]
    nearest = np.linalg.norm(lab[:, None] - references[None], axis=2).argmin(axis=1)
    shares = np.bincount(nearest, minlength=len(_COLOURS)) / max(len(rgb), 1)
    return tuple(name for name, share in zip(_COLOURS, shares, strict=True) if share >= _MIN_COLOUR_SHARE)


def measure_change(earlier: LesionMeasures, later: LesionMeasures, area_scale: float = 1.0) -> MeasuredChange | None:
    """What changed between two pictures of a lesion; None where either outline is unsure.

    Areas are shares of their pictures. `area_scale` is the later picture's area over the earlier one's where both are
    laid over each other; 1 holds only for pictures of the same magnification.
    """
    if not (earlier.is_sure and later.is_sure) or earlier.area_share <= 0:
        return None
    colours = np.array([[earlier.mean_rgb, later.mean_rgb]], dtype=np.float32) / 255
    first, second = cv2.cvtColor(colours, cv2.COLOR_RGB2LAB)[0]
    return MeasuredChange(area_scale * later.area_share / earlier.area_share, float(np.linalg.norm(second - first)))


def _unsquash(mask: Mask, height_to_width: float) -> Mask:
    """The mask in the picture's own proportions, its area about the same."""
    height = max(8, round(SIDE_PX * float(np.sqrt(height_to_width))))
    width = max(8, round(SIDE_PX / float(np.sqrt(height_to_width))))
    return np.asarray(cv2.resize(mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST).astype(bool))


def _align(mask: Mask) -> Mask:
    """The shape with its centre in the middle and its longest axis level, in a square that holds it at any angle."""
    rows, columns = np.nonzero(mask)
    centre = (float(columns.mean()), float(rows.mean()))
    points = np.stack([columns - centre[0], rows - centre[1]])
    _, vectors = np.linalg.eigh(np.cov(points) + 1e-9 * np.eye(2))
    angle = float(np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1])))
    side = 2 * int(np.ceil(np.linalg.norm(points, axis=0).max())) + 3
    turn = cv2.getRotationMatrix2D(centre, angle, 1.0)
    turn[:, 2] += (side - 1) / 2 - np.array(centre)
    turned = cv2.warpAffine(mask.astype(np.uint8) * 255, turn, (side, side), flags=cv2.INTER_LINEAR)
    return np.asarray(turned > 127)
