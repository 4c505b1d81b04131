"""Calibration error over equal-mass bins, against its plain definition and against known answers."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evaluation.equal_mass import equal_mass_bins, equal_mass_error, ideal_error


def make_scores(n: int = 601, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    rng = np.random.default_rng(seed)
    probability = rng.beta(0.5, 0.8, n)
    return probability, rng.random(n) < probability


def slow_error(probability: NDArray[np.float64], is_malignant: NDArray[np.bool_], n_bins: int) -> float:
    order = np.argsort(probability)
    bounds = [-(-k * len(order) // n_bins) for k in range(n_bins + 1)]
    bins = [order[a:b] for a, b in pairwise(bounds)]
    return float(sum(len(b) / len(order) * abs(is_malignant[b].mean() - probability[b].mean()) for b in bins))


@pytest.mark.parametrize("n_bins", [1, 10, 15])
def test_the_error_is_the_plain_definition(n_bins: int) -> None:
    probability, is_malignant = make_scores()
    expected = slow_error(probability, is_malignant, n_bins)
    assert equal_mass_error(probability, is_malignant, n_bins=n_bins) == pytest.approx([expected])


def test_bins_differ_by_at_most_one_image() -> None:
    counts = np.bincount(equal_mass_bins(make_scores()[0]))
    assert len(counts) == 15
    assert counts.max() - counts.min() <= 1


def test_equal_scores_share_a_bin_so_that_the_order_of_the_files_does_not_count() -> None:
    probability = np.repeat([0.1, 0.5, 0.9], 40)
    assert len(set(equal_mass_bins(probability).tolist())) == 3
    is_malignant = np.tile([True, False], 60)
    assert equal_mass_error(probability, is_malignant) == pytest.approx([0.8 / 3])
    assert equal_mass_error(probability, np.sort(is_malignant.reshape(3, 40)).ravel()) == pytest.approx([0.8 / 3])


def test_a_weight_of_two_is_the_image_twice() -> None:
    probability, is_malignant = make_scores(90)
    twice = equal_mass_error(probability, is_malignant, np.full((1, 90), 2.0))
    assert twice == pytest.approx(equal_mass_error(probability, is_malignant))
    weights = np.random.default_rng(1).integers(0, 3, size=(4, 90)).astype(np.float64)
    bins = equal_mass_bins(probability)
    expected = []
    for row in weights.astype(int):
        often, label = np.repeat(probability, row), np.repeat(is_malignant, row)
        of_bin = np.repeat(bins, row)
        gaps = [abs((label - often)[of_bin == b].sum()) for b in range(15)]
        expected.append(sum(gaps) / len(often))
    assert equal_mass_error(probability, is_malignant, weights) == pytest.approx(expected)


def test_scores_that_are_all_too_high_are_off_by_that_much() -> None:
    probability = np.linspace(0.6, 0.8, 300)
    assert equal_mass_error(probability, np.zeros(300, dtype=bool)) == pytest.approx([0.7])


def test_a_calibrated_networks_error_lies_in_the_ideal_interval_and_an_overconfident_ones_above() -> None:
    probability, _ = make_scores(1500)
    ideal = ideal_error(probability)

    def error_of_draw(seed: int) -> float:
        labels = np.random.default_rng(seed).random(1500) < probability
        return float(equal_mass_error(probability, labels)[0])

    inside = [ideal.low <= error_of_draw(seed) <= ideal.high for seed in range(200)]
    assert 0.90 <= np.mean(inside) <= 0.99
    halfway = np.random.default_rng(3).random(1500) < 0.5 + (probability - 0.5) / 2
    assert equal_mass_error(probability, halfway)[0] > ideal.high


def test_the_ideal_error_shrinks_with_the_set_and_is_repeatable() -> None:
    small, large = ideal_error(make_scores(200)[0]), ideal_error(make_scores(3200)[0])
    assert small.value == pytest.approx(4 * large.value, rel=0.2)
    assert small.low < small.value < small.high
    assert ideal_error(make_scores(200)[0]) == small


def test_certain_and_right_scores_have_no_error() -> None:
    probability = np.array([0.0] * 20 + [1.0] * 20)
    assert equal_mass_error(probability, probability == 1) == pytest.approx([0])
    assert ideal_error(probability).high == 0
