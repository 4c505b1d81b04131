"""Of several lesions the one that differs is found; of two, or of equals, none is."""

import numpy as np
import pytest

from core.explanations.ugly_duckling import find_ugly_duckling


def lesions(n: int, odd: int | None) -> "np.ndarray[tuple[int, int], np.dtype[np.float16]]":
    """Embeddings that are alike but for small noise, one of them of another direction."""
    rng = np.random.default_rng(2)
    values = np.tile([1.0, 1.0, 0.0, 0.0], (n, 1)) + 0.01 * rng.random((n, 4))
    if odd is not None:
        values[odd] = [0.0, 1.0, 1.0, 0.2]
    return values.astype(np.float16)


@pytest.mark.parametrize("odd", [0, 2, 4])
def test_the_odd_one_is_found_with_its_distance(odd: int) -> None:
    found = find_ugly_duckling(lesions(5, odd))
    assert found is not None
    assert (found.place, found.n_lesions) == (odd, 5)
    assert found.distance == pytest.approx(1 - 1 / np.sqrt(2) / np.sqrt(2.04), abs=0.01)
    assert 0 <= found.next_distance < 0.2 < found.distance


def test_it_does_not_pull_the_mean_of_the_others_towards_itself() -> None:
    of_three, of_ten = find_ugly_duckling(lesions(3, 1)), find_ugly_duckling(lesions(10, 1))
    assert of_three is not None
    assert of_ten is not None
    assert of_three.distance == pytest.approx(of_ten.distance, abs=0.01)


def test_of_two_lesions_none_is_odd() -> None:
    assert find_ugly_duckling(lesions(2, 1)) is None


def test_of_equal_lesions_none_is_odd() -> None:
    assert find_ugly_duckling(np.ones((4, 8), np.float16)) is None
