"""Whether a network knows the source of a picture, on embeddings made to know it or not."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evaluation.source import measure_source, probe_source, sensitivity_gap

N = 160
IS_HAM = np.arange(N) % 2 == 0
ALONE = np.arange(N)


def embed(gap: float, *, seed: int = 0, n_dimensions: int = 300) -> NDArray[np.float32]:
    """Noise, of which the first five dimensions are shifted by `gap` for HAM10000 images."""
    values = np.random.default_rng(seed).normal(size=(N, n_dimensions))
    values[:, :5] += gap * IS_HAM[:, None]
    return values.astype(np.float32)


def test_a_probe_finds_a_source_that_is_there_and_none_that_is_not() -> None:
    there, absent = probe_source(embed(3.0), IS_HAM, ALONE), probe_source(embed(0.0), IS_HAM, ALONE)
    assert there is not None and absent is not None
    assert there.value > 0.95
    assert there.low > 0.9
    assert absent.low < 0.5 < absent.high


def test_the_scale_of_a_dimension_does_not_matter() -> None:
    scaled = embed(1.0) * np.geomspace(0.01, 100, 300).astype(np.float32)
    plain, stretched = probe_source(embed(1.0), IS_HAM, ALONE), probe_source(scaled, IS_HAM, ALONE)
    assert plain is not None and stretched is not None
    assert stretched.value == pytest.approx(plain.value, abs=0.01)


def test_images_of_one_lesion_are_never_on_both_sides_of_the_probe() -> None:
    """Noise repeated in four images a lesion is learnt by heart unless lesions are kept together."""
    groups = np.arange(N) // 4 * 2 + ~IS_HAM
    noise = np.random.default_rng(1).normal(size=(N // 2, 300))[groups].astype(np.float32)
    honest, leaking = probe_source(noise, IS_HAM, groups), probe_source(noise, IS_HAM, ALONE)
    assert honest is not None and leaking is not None
    assert honest.low < 0.5 < honest.high
    assert leaking.value > 0.75


def test_too_few_lesions_give_no_probe() -> None:
    groups = np.where(IS_HAM, 1000 + np.arange(N) % 8 // 2, ALONE)
    assert probe_source(embed(1.0), IS_HAM, groups) is None


def test_the_gap_in_sensitivity_is_ham_minus_other_with_its_interval() -> None:
    is_called = np.where(IS_HAM, np.arange(N) % 10 < 6, np.arange(N) % 10 < 9)
    gap = sensitivity_gap(is_called, IS_HAM, ALONE)
    assert (gap["ham"].value, gap["other"].value) == pytest.approx((0.6, 0.8))
    assert gap["difference"].value == pytest.approx(-0.2)
    error = np.sqrt(0.6 * 0.4 / 80 + 0.8 * 0.2 / 80)
    assert gap["difference"].low == pytest.approx(-0.2 - 1.96 * error, abs=0.02)
    assert gap["difference"].high == pytest.approx(-0.2 + 1.96 * error, abs=0.02)


def test_a_source_of_which_all_are_called_is_not_claimed_to_be_certain() -> None:
    gap = sensitivity_gap(np.ones(N, np.bool_), IS_HAM, ALONE)
    assert (gap["ham"].value, gap["ham"].high) == (1.0, 1.0)
    assert gap["ham"].low == pytest.approx(0.954, abs=0.001)  # Wilson's, of 80


def test_all_figures_come_together_and_without_embeddings_there_is_no_probe() -> None:
    probability = np.where(IS_HAM, 0.4, 0.8)
    figures = measure_source(
        probability=probability, is_ham=IS_HAM, groups=ALONE, threshold=0.5, embeddings=None, n_draws=20
    )
    assert (figures.n_ham, figures.n_other) == (80, 80)
    assert (figures.sensitivity_ham.value, figures.sensitivity_other.value) == (0, 1)
    assert figures.difference.value == -1
    assert figures.probe_roc_auc is None
    at_threshold = measure_source(
        probability=probability, is_ham=IS_HAM, groups=ALONE, threshold=0.4, embeddings=embed(3.0), n_draws=20
    )
    assert at_threshold.difference.value == 0
    assert at_threshold.probe_roc_auc is not None
