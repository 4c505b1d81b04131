"""Pictures of drawn lesions that were turned, scaled and moved by known amounts, and pictures that do not fit."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from core.imaging.drawn import DrawnLesion, draw_lesion
from core.imaging.registration import NotAligned, Registration, register

WIDTH, HEIGHT = 600, 450
LESION = draw_lesion(DrawnLesion(width_px=WIDTH, height_px=HEIGHT, seed=5))
OTHER = draw_lesion(DrawnLesion(width_px=WIDTH, height_px=HEIGHT, seed=6))
WORST_ERROR_PX = 0.5  # of the alignment, anywhere in the picture that both show


def moved(turn_degrees: float, scale: float, shift_px: tuple[float, float]) -> NDArray[np.float64]:
    """Where the earlier picture's pixels lie in the later one, (2, 3), about the picture's centre."""
    matrix = cv2.getRotationMatrix2D(((WIDTH - 1) / 2, (HEIGHT - 1) / 2), -turn_degrees, scale)
    return np.asarray(matrix + np.array([[0, 0, shift_px[0]], [0, 0, shift_px[1]]]), dtype=np.float64)


def photograph(
    pixels: NDArray[np.uint8], matrix: NDArray[np.float64], *, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> NDArray[np.uint8]:
    """The picture as another visit's camera would take it: moved, a little darker, with noise of its own."""
    laid = cv2.warpAffine(pixels, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    noise = np.random.default_rng(1).normal(0, 2, laid.shape)
    return np.asarray(np.clip(laid * 0.92 + 5 + noise, 0, 255), dtype=np.uint8)


def errors_px(found: Registration, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far off each point of a grid over the lesion is, there and back."""
    x, y = np.meshgrid(np.linspace(150, 450, 7), np.linspace(100, 350, 7))
    points = np.column_stack([x.ravel(), y.ravel()])
    there = points @ matrix[:, :2].T + matrix[:, 2]
    back = there @ found.matrix[:, :2].T + found.matrix[:, 2]
    return np.asarray(np.linalg.norm(back - points, axis=1))


def align(earlier: NDArray[np.uint8], later: NDArray[np.uint8]) -> Registration:
    found = register(earlier, later)
    assert isinstance(found, Registration), found
    return found


@pytest.mark.parametrize(
    ("turn_degrees", "scale", "shift_px"),
    [
        (0.0, 1.0, (0.0, 0.0)),
        (0.0, 1.0, (37.0, -22.0)),
        (12.0, 1.0, (0.0, 0.0)),
        (-90.0, 1.0, (0.0, 0.0)),
        (170.0, 1.0, (8.0, 5.0)),
        (0.0, 1.5, (0.0, 0.0)),
        (0.0, 0.6, (0.0, 0.0)),
        (-25.0, 1.25, (14.0, 31.0)),
    ],
)
def test_what_was_moved_by_a_known_amount_is_found_to_half_a_pixel(
    turn_degrees: float, scale: float, shift_px: tuple[float, float]
) -> None:
    matrix = moved(turn_degrees, scale, shift_px)
    found = align(LESION, photograph(LESION, matrix))
    assert errors_px(found, matrix).max() < WORST_ERROR_PX
    assert found.scale == pytest.approx(1 / scale, rel=0.003)
    assert found.turn_degrees == pytest.approx(-turn_degrees, abs=0.2)


def test_the_misfit_is_said_in_pixels_of_the_earlier_picture() -> None:
    matrix = moved(12.0, 1.1, (10.0, 4.0))
    found = align(LESION, photograph(LESION, matrix))
    assert 0 <= found.misfit_px < 1
    assert found.n_points > 50
    assert found.likeness > 0.9
    large = cv2.resize(LESION, (WIDTH * 3, HEIGHT * 3), interpolation=cv2.INTER_CUBIC)
    assert align(large, photograph(LESION, matrix)).misfit_px == pytest.approx(3 * found.misfit_px, rel=0.5)


def test_skin_that_was_pulled_out_of_shape_has_a_larger_misfit() -> None:
    """A turn, scale and shift cannot undo a bend; what remains is what the misfit says."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    bent = cv2.remap(
        LESION, x + 6 * np.sin(y / 60, dtype=np.float32), y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    straight = align(LESION, photograph(LESION, moved(0, 1, (0, 0)))).misfit_px
    assert align(LESION, np.asarray(bent, dtype=np.uint8)).misfit_px > 3 * straight + 0.5


def test_pictures_of_different_sizes_are_aligned() -> None:
    later = cv2.resize(LESION, (1500, 1125), interpolation=cv2.INTER_CUBIC)
    half = 0.5 * 2.5 - 0.5
    matrix = np.array([[2.5, 0, half], [0, 2.5, half]])
    assert errors_px(align(LESION, np.asarray(later, dtype=np.uint8)), matrix).max() < WORST_ERROR_PX


def test_a_lesion_that_grew_is_aligned_by_the_skin_around_it() -> None:
    grown = draw_lesion(DrawnLesion(width_px=WIDTH, height_px=HEIGHT, seed=5, radius=0.25))
    matrix = moved(8.0, 1.0, (12.0, -6.0))
    assert errors_px(align(LESION, photograph(grown, matrix)), matrix).max() < 2


@pytest.mark.parametrize(
    "later",
    [
        OTHER,
        np.full((HEIGHT, WIDTH, 3), 180, dtype=np.uint8),
        np.full((1, 1, 3), 180, dtype=np.uint8),
        np.random.default_rng(2).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8),
        LESION[:, ::-1],  # a mirrored picture is of no skin that there is
    ],
    ids=["another lesion", "an even grey", "one pixel", "noise", "mirrored"],
)
def test_what_does_not_fit_is_told_and_not_aligned(later: NDArray[np.uint8]) -> None:
    found = register(LESION, np.ascontiguousarray(later))
    assert isinstance(found, NotAligned)
    assert found.reason.endswith(".")


def test_the_same_pictures_give_the_same_alignment() -> None:
    later = photograph(LESION, moved(20.0, 0.9, (5.0, 5.0)))
    assert np.array_equal(align(LESION, later).matrix, align(LESION, later).matrix)
