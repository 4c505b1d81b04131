"""Curves against scikit-learn, counts and histograms, predictive values, lesions scored alike."""

import numpy as np
import pytest
import sklearn.metrics as oracle
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.evaluation.bootstrap import draw_weights
from core.evaluation.curves import confusion_at, precision_recall_curve, roc_curve, score_histogram
from core.evaluation.like_this import scored_like
from core.evaluation.metrics import threshold_metrics
from core.evaluation.predictive_values import from_sensitivity, predictive_values

N = 300


@pytest.fixture(scope="module")
def probability() -> NDArray[np.float64]:
    rng = np.random.default_rng(8)
    return np.clip(rng.normal(0.35 + 0.3 * (np.arange(N) < 140), 0.18), 0, 1)


@pytest.fixture(scope="module")
def is_malignant() -> NDArray[np.bool_]:
    return np.arange(N) < 140


@pytest.fixture(scope="module")
def weights(is_malignant: NDArray[np.bool_]) -> NDArray[np.float32]:
    return draw_weights(is_malignant, np.arange(N), n_draws=300)


def test_roc_curve_passes_through_scikit_learns_points(
    probability: NDArray[np.float64], is_malignant: NDArray[np.bool_], weights: NDArray[np.float32]
) -> None:
    curve = roc_curve(probability, is_malignant, weights)
    fpr, tpr, _ = oracle.roc_curve(is_malignant, probability, drop_intermediate=False)
    expected = [tpr[fpr <= x + 1e-12].max() for x in curve.x]
    assert curve.value == pytest.approx(expected)
    assert (np.diff(curve.value) >= 0).all()
    assert ((curve.low <= curve.value) & (curve.value <= curve.high)).all()
    assert (curve.high - curve.low).max() > 0.05


def test_precision_recall_curve_is_scikit_learns(
    probability: NDArray[np.float64], is_malignant: NDArray[np.bool_], weights: NDArray[np.float32]
) -> None:
    curve = precision_recall_curve(probability, is_malignant, weights)
    precision, recall, _ = oracle.precision_recall_curve(is_malignant, probability)
    for x, value in list(zip(curve.x, curve.value, strict=True))[1:]:
        reaching = recall >= x - 1e-12
        smallest = recall[reaching].min()
        assert value == pytest.approx(precision[np.flatnonzero(recall == smallest)].max())
    assert ((curve.low <= curve.value) & (curve.value <= curve.high)).all()


def test_curves_of_perfect_scores_hug_the_corner() -> None:
    is_malignant = np.arange(20) < 10
    weights = draw_weights(is_malignant, np.arange(20), n_draws=20)
    assert (roc_curve(is_malignant.astype(float), is_malignant, weights).value == 1).all()
    assert (precision_recall_curve(is_malignant.astype(float), is_malignant, weights).value == 1).all()


def test_confusion_counts(probability: NDArray[np.float64], is_malignant: NDArray[np.bool_]) -> None:
    counts = confusion_at(probability, is_malignant, 0.5)
    tn, fp, fn, tp = oracle.confusion_matrix(is_malignant, probability >= 0.5).ravel().tolist()
    assert (counts.true_negative, counts.false_positive, counts.false_negative, counts.true_positive) == (
        tn,
        fp,
        fn,
        tp,
    )
    assert counts.n == N


def test_histogram_holds_every_image_in_its_class(
    probability: NDArray[np.float64], is_malignant: NDArray[np.bool_]
) -> None:
    histogram = score_histogram(probability, is_malignant)
    assert histogram.malignant.sum() == 140
    assert histogram.benign.sum() == 160
    assert histogram.malignant[-1] == ((probability >= 0.95) & is_malignant).sum()


@pytest.mark.parametrize(("prevalence", "expected"), [(0.4545, 0.91), (0.066, 0.47), (0.0176, 0.18)])
def test_positive_predictive_value_at_published_prevalences(prevalence: float, expected: float) -> None:
    positive, _ = from_sensitivity(np.array(0.94), np.array(0.925), prevalence)
    assert float(positive) == pytest.approx(expected, abs=0.005)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0.01, 0.5))
def test_a_rarer_disease_lowers_the_positive_and_raises_the_negative_value(
    sensitivity: float, specificity: float, prevalence: float
) -> None:
    rare, common = (from_sensitivity(np.array(sensitivity), np.array(specificity), p) for p in (prevalence, 0.6))
    assert rare[0] < common[0]
    assert rare[1] > common[1]


def test_at_the_sets_own_prevalence_the_positive_value_is_precision(
    probability: NDArray[np.float64], is_malignant: NDArray[np.bool_], weights: NDArray[np.float32]
) -> None:
    found = predictive_values(probability, is_malignant, np.arange(N), 0.5, 140 / N, weights)
    precision = threshold_metrics(probability, is_malignant, 0.5)["precision"][0]
    assert found.positive.value == pytest.approx(precision)
    assert found.positive.low < precision < found.positive.high


def test_a_perfect_predictive_value_still_has_an_interval() -> None:
    is_malignant = np.arange(30) < 10
    weights = draw_weights(is_malignant, np.arange(30), n_draws=50)
    found = predictive_values(is_malignant.astype(float), is_malignant, np.arange(30), 0.5, 0.066, weights)
    assert found.positive.value == 1.0
    assert found.positive.low < 0.5
    assert 0.9 < found.negative.low < 1.0


def test_an_impossible_prevalence_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[0, 1\], got 6.6"):
        from_sensitivity(np.array(0.9), np.array(0.9), 6.6)


def test_scored_like_counts_the_nearest() -> None:
    test_probability = np.linspace(0, 1, 1001)
    found = scored_like(0.3, test_probability, test_probability > 0.3, k=100)
    assert 100 <= found.n <= 101
    assert found.share.value == pytest.approx(0.5, abs=0.02)
    assert (found.lowest, found.highest) == pytest.approx((0.25, 0.35), abs=0.002)
    assert found.share.low < found.share.value < found.share.high


def test_scored_like_does_not_depend_on_order_and_takes_ties() -> None:
    test_probability, labels = np.array([1.0, 1.0, 1.0, 0.0]), np.array([True, False, True, False])
    found = scored_like(0.99, test_probability, labels, k=2)
    turned = scored_like(0.99, test_probability[::-1], labels[::-1], k=2)
    assert found == turned
    assert (found.n, found.n_malignant) == (3, 2)


def test_scored_like_takes_what_a_small_set_has() -> None:
    assert scored_like(0.5, np.array([0.1, 0.9]), np.array([False, True])).n == 2
    with pytest.raises(ValueError, match="got none"):
        scored_like(0.5, np.zeros(0), np.zeros(0, dtype=np.bool_))
