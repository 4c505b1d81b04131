"""Lays a later picture of a lesion over an earlier one: SIFT points, matched and fitted by RANSAC (OpenCV)."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE_PX = 450  # the longer side at which points are sought: as good as 600 px on 60 pairs, and half the time
_N_POINTS = 1000
_CONTRAST = 0.01  # skin has little: OpenCV's default of 0.04 finds a handful of points on a pale nevus
_NEAREST_RATIO = 0.8  # Lowe, IJCV 2004: a match is kept if the second best is that much worse
_TOLERANCE_PX = 4.0  # at that side; RANSAC's limit for a point that fits
# What two pictures must have to count as aligned; see docs/decisions/0018-follow-up.md for how well it tells
# pictures of one lesion from pictures of two.
MIN_POINTS = 10
MIN_SCALE, MAX_SCALE = 0.25, 4.0
MIN_LIKENESS = 0.5
MIN_OVERLAP = 0.05
_BLUR_PX = 3.0  # likeness is of the lesion's shape and shades, not of hairs that have grown

_Grey = NDArray[np.uint8]
_Points = NDArray[np.float32]
_Scale = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """How the later picture lies on the earlier one.

    `matrix` float64 (2, 3) takes (x, y, 1) of a pixel of the later picture to its place in the earlier one; it turns,
    scales and moves, and does not bend. `misfit_px` is the median distance, in pixels of the earlier picture, between
    matched points once aligned. `likeness` is the correlation of the two, in [-1, 1], where they overlap, and `overlap`
    the share of the earlier picture that the later one covers.
    """

    matrix: NDArray[np.float64]
    n_points: int
    misfit_px: float
    likeness: float
    overlap: float

    @property
    def scale(self) -> float:
        """How much the later picture is enlarged."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix[:, :2]))))

    @property
    def turn_degrees(self) -> float:
        """By how much the later picture is turned, clockwise as seen, in (-180, 180]."""
        return float(np.degrees(np.arctan2(self.matrix[1, 0], self.matrix[0, 0])))


@dataclass(frozen=True, slots=True)
class NotAligned:
    """The two pictures could not be laid over each other; `reason` is a sentence for the clinician."""

    reason: str


def register(earlier: NDArray[np.uint8], later: NDArray[np.uint8]) -> Registration | NotAligned:
    """Align two pictures, uint8 (height, width, 3) RGB each; the same pixels give the same result."""
    first, first_scale = _prepare(earlier)
    second, second_scale = _prepare(later)
    matched = _match(first, second)
    if matched is None:
        return NotAligned("Too few points of the skin were found in both pictures.")
    at_first, at_second = matched
    cv2.setRNGSeed(0)  # RANSAC draws at random
    small, fits = cv2.estimateAffinePartial2D(
        at_second, at_first, method=cv2.RANSAC, ransacReprojThreshold=_TOLERANCE_PX, maxIters=5000, confidence=0.999
    )
    if small is None:
        return NotAligned("No way to lay one picture over the other was found.")
    is_fit = fits.ravel().astype(bool)
    reason = _why_not(small, at_second[is_fit])
    if reason:
        return NotAligned(reason)
    likeness, overlap = _compare(first, second, small)
    if overlap < MIN_OVERLAP or likeness < MIN_LIKENESS:
        return NotAligned("Where points of both pictures match, the pictures around them do not.")
    distances = np.linalg.norm(at_second[is_fit] @ small[:, :2].T + small[:, 2] - at_first[is_fit], axis=1)
    return Registration(
        matrix=_at_full_size(small, first_scale, second_scale),
        n_points=_n_distinct(at_second[is_fit]),
        misfit_px=float(np.median(distances)) / float(first_scale[0]),
        likeness=likeness,
        overlap=overlap,
    )


def _prepare(pixels: NDArray[np.uint8]) -> tuple[_Grey, _Scale]:
    """The grey picture at working size with its contrast evened out locally, and how much it was scaled in x and y:
    not quite the same, since its sides are whole pixels."""
    height, width = pixels.shape[:2]
    scale = _SIDE_PX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    evened = np.asarray(cv2.createCLAHE(2.0, (8, 8)).apply(small), dtype=np.uint8)
    return evened, np.array([size[0] / width, size[1] / height])


def _match(first: _Grey, second: _Grey) -> tuple[_Points, _Points] | None:
    """Points (N, 2) in x, y of both pictures that look alike; None where they are too few to fit anything to."""
    # Without precise upscaling all points lie half a pixel off to one side, which a turned picture shows twice.
    sift: Any = cv2.SIFT.create(_N_POINTS, contrastThreshold=_CONTRAST, enable_precise_upscale=True)
    points, looks = sift.detectAndCompute(first, None)
    other_points, other_looks = sift.detectAndCompute(second, None)
    if min(len(points), len(other_points)) < MIN_POINTS:
        return None
    pairs = cv2.BFMatcher().knnMatch(other_looks, looks, k=2)
    kept = [best for best, next_best in pairs if best.distance < _NEAREST_RATIO * next_best.distance]
    if len(kept) < MIN_POINTS:
        return None
    at_first = np.array([points[match.trainIdx].pt for match in kept], dtype=np.float32)
    return at_first, np.array([other_points[match.queryIdx].pt for match in kept], dtype=np.float32)


def _why_not(matrix: NDArray[np.float64], fitting: _Points) -> str:
    """Why these points are no alignment; "" where they may be one."""
    if _n_distinct(fitting) < MIN_POINTS:
        return f"Only {_n_distinct(fitting)} points of the two pictures fit together; {MIN_POINTS} are needed."
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if not MIN_SCALE <= scale <= MAX_SCALE:
        return f"The pictures would have to differ {max(scale, 1 / max(scale, 1e-3)):.1f}-fold in size."
    return ""


def _n_distinct(points: _Points) -> int:
    """How many different places the points are at, since SIFT gives one place several times."""
    return len(np.unique(np.rint(points), axis=0))


def _compare(first: _Grey, second: _Grey, matrix: NDArray[np.float64]) -> tuple[float, float]:
    """Correlation where the aligned pictures overlap, and the share of the first that is covered."""
    size = (first.shape[1], first.shape[0])
    is_covered = cv2.warpAffine(np.ones_like(second), matrix, size) > 0
    overlap = float(is_covered.mean())
    if overlap < MIN_OVERLAP:
        return 0.0, overlap
    one, two = (
        cv2.GaussianBlur(picture, (0, 0), _BLUR_PX)[is_covered] for picture in (first, _lay(second, matrix, size))
    )
    if one.std() < 1 or two.std() < 1:  # an even grey is like nothing
        return 0.0, overlap
    return float(np.corrcoef(one, two)[0, 1]), overlap


def _lay(picture: _Grey, matrix: NDArray[np.float64], size: tuple[int, int]) -> _Grey:
    return np.asarray(cv2.warpAffine(picture, matrix, size), dtype=np.uint8)


def _at_full_size(small: NDArray[np.float64], first_scale: _Scale, second_scale: _Scale) -> NDArray[np.float64]:
    """The matrix between the pictures as they are; OpenCV's resize keeps the corners of pixels, not their centres."""
    linear = small[:, :2] * second_scale / first_scale[:, None]
    shift = (small[:, :2] @ (0.5 * second_scale - 0.5) + small[:, 2] + 0.5) / first_scale - 0.5
    return np.column_stack([linear, shift])
