"""DeLong's and McNemar's tests against their slow definitions and against simulation."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom, norm
from sklearn.metrics import roc_auc_score

from core.evaluation.paired_tests import delong_test, mcnemar_test

Pair = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]


def make_pair(seed: int = 0, n: int = 80, gap: float = 0.5) -> Pair:
    """Two noisy scores of the same images, and their labels; the first is better by `gap`."""
    rng = np.random.default_rng(seed)
    is_malignant = rng.random(n) < 0.4
    shared = rng.normal(size=n)
    first = (1 + gap) * is_malignant + shared + 0.5 * rng.normal(size=n)
    second = 1.0 * is_malignant + shared + 0.5 * rng.normal(size=n)
    return first, second, is_malignant


def slow_delong(
    first: NDArray[np.float64], second: NDArray[np.float64], is_malignant: NDArray[np.bool_]
) -> tuple[float, float]:
    """Difference and its standard error by DeLong's structural components, pair by pair."""

    def kernel(scores: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = scores[is_malignant][:, None], scores[~is_malignant][None, :]
        return np.asarray((x > y) + 0.5 * (x == y), dtype=np.float64)

    kernels = [kernel(first), kernel(second)]
    v10, v01 = (np.stack([k.mean(axis=axis) for k in kernels]) for axis in (1, 0))
    s = np.cov(v10) / v10.shape[1] + np.cov(v01) / v01.shape[1]
    contrast = np.array([1, -1])
    return float(kernels[0].mean() - kernels[1].mean()), float(np.sqrt(contrast @ s @ contrast))


@pytest.mark.parametrize("decimals", [8, 0], ids=["distinct", "tied"])
def test_delong_is_the_slow_definition(decimals: int) -> None:
    first, second, is_malignant = make_pair()
    first, second = first.round(decimals), second.round(decimals)
    test = delong_test(first, second, is_malignant)
    difference, error = slow_delong(first, second, is_malignant)
    assert (test.difference, test.standard_error) == pytest.approx((difference, error))
    assert test.p == pytest.approx(2 * norm.sf(abs(difference / error)))
    assert test.first == pytest.approx(roc_auc_score(is_malignant, first))
    assert test.second == pytest.approx(roc_auc_score(is_malignant, second))


def test_delong_rejects_at_its_level_where_both_are_equally_good() -> None:
    rejected = [delong_test(*make_pair(seed, n=120, gap=0.0)).p < 0.05 for seed in range(600)]
    assert 0.03 < np.mean(rejected) < 0.08


def test_delong_turned_round_has_the_same_p() -> None:
    first, second, is_malignant = make_pair(gap=1.5)
    there, back = delong_test(first, second, is_malignant), delong_test(second, first, is_malignant)
    assert (there.difference, there.p) == pytest.approx((-back.difference, back.p))
    assert there.p < 0.01


def test_a_network_does_not_differ_from_itself() -> None:
    first, _, is_malignant = make_pair()
    test = delong_test(first, first, is_malignant)
    assert (test.difference, test.p) == (0, 1)


def test_perfect_against_reversed_is_certain() -> None:
    is_malignant = np.arange(10) < 5
    test = delong_test(is_malignant.astype(float), -is_malignant.astype(float), is_malignant)
    assert (test.difference, test.standard_error, test.p) == (1, 0, 0)


def test_one_image_of_a_class_is_too_few() -> None:
    with pytest.raises(ValueError, match="got 1 malignant and 4 benign"):
        delong_test(np.arange(5.0), np.arange(5.0), np.arange(5) == 0)


@pytest.mark.parametrize(("n_first", "n_second"), [(1, 9), (7, 3), (40, 60), (5, 5)])
def test_mcnemar_is_the_exact_binomial(n_first: int, n_second: int) -> None:
    first = np.array([True] * n_first + [False] * n_second + [True] * 30 + [False] * 6)
    second = np.array([False] * n_first + [True] * n_second + [True] * 30 + [False] * 6)
    test = mcnemar_test(first, second)
    assert (test.n_only_first, test.n_only_second) == (n_first, n_second)
    tail = binom.cdf(min(n_first, n_second), n_first + n_second, 0.5)
    assert test.p == pytest.approx(min(1.0, 2 * tail))


def test_networks_that_err_alike_do_not_differ() -> None:
    right = np.array([True, False, True])
    assert mcnemar_test(right, right).p == 1.0
