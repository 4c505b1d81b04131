"""Every metric against scikit-learn, also with weights."""

import numpy as np
import pytest
import sklearn.metrics as oracle
from numpy.typing import NDArray

from core.evaluation.calibration import expected_calibration_error
from core.evaluation.metrics import ranking_metrics, ratio, threshold_metrics, weighted_counts

THRESHOLD_ORACLES = {
    "accuracy": lambda y, called, w: oracle.accuracy_score(y, called, sample_weight=w),
    "sensitivity": lambda y, called, w: oracle.recall_score(y, called, sample_weight=w),
    "specificity": lambda y, called, w: oracle.recall_score(y, called, sample_weight=w, pos_label=False),
    "precision": lambda y, called, w: oracle.precision_score(y, called, sample_weight=w),
    "recall": lambda y, called, w: oracle.recall_score(y, called, sample_weight=w),
    "f1": lambda y, called, w: oracle.f1_score(y, called, sample_weight=w),
}
RANKING_ORACLES = {
    "roc_auc": oracle.roc_auc_score,
    "average_precision": oracle.average_precision_score,
    "brier": oracle.brier_score_loss,
}


@pytest.fixture(params=[False, True], ids=["distinct", "tied"])
def scores(request: pytest.FixtureRequest) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    rng = np.random.default_rng(3)
    is_malignant = rng.random(240) < 0.4
    probability = np.clip(rng.normal(0.35 + 0.3 * is_malignant, 0.2), 0, 1)
    return (probability.round(1) if request.param else probability), is_malignant


@pytest.fixture
def weights() -> NDArray[np.float64]:
    return np.random.default_rng(4).integers(0, 4, size=(5, 240)).astype(np.float64)


@pytest.mark.parametrize("name", THRESHOLD_ORACLES)
@pytest.mark.parametrize("threshold", [0.2, 0.5])
def test_threshold_metric_is_scikit_learns(
    scores: tuple[NDArray[np.float64], NDArray[np.bool_]], weights: NDArray[np.float64], name: str, threshold: float
) -> None:
    probability, is_malignant = scores
    called = probability >= threshold
    alone = threshold_metrics(probability, is_malignant, threshold)[name]
    weighted = threshold_metrics(probability, is_malignant, threshold, weights)[name]
    assert alone == pytest.approx([THRESHOLD_ORACLES[name](is_malignant, called, None)], abs=1e-12)
    assert weighted == pytest.approx([THRESHOLD_ORACLES[name](is_malignant, called, w) for w in weights], abs=1e-12)


@pytest.mark.parametrize("name", RANKING_ORACLES)
def test_ranking_metric_is_scikit_learns(
    scores: tuple[NDArray[np.float64], NDArray[np.bool_]], weights: NDArray[np.float64], name: str
) -> None:
    probability, is_malignant = scores
    alone = ranking_metrics(probability, is_malignant)[name]
    weighted = ranking_metrics(probability, is_malignant, weights)[name]
    assert alone == pytest.approx([RANKING_ORACLES[name](is_malignant, probability)], abs=1e-12)
    expected = [RANKING_ORACLES[name](is_malignant, probability, sample_weight=w) for w in weights]
    assert weighted == pytest.approx(expected, abs=1e-12)


def test_ece_with_weights_is_that_of_repeated_images(
    scores: tuple[NDArray[np.float64], NDArray[np.bool_]], weights: NDArray[np.float64]
) -> None:
    probability, is_malignant = scores
    repeats = weights[0].astype(int)
    expected = expected_calibration_error(probability.repeat(repeats), is_malignant.repeat(repeats))
    assert ranking_metrics(probability, is_malignant, weights)["ece"][0] == pytest.approx(expected, abs=1e-12)


def test_what_is_not_defined_is_nan_and_not_0() -> None:
    probability, is_malignant = np.array([0.1, 0.2]), np.array([False, False])
    at = threshold_metrics(probability, is_malignant, 0.5)
    ranked = ranking_metrics(probability, is_malignant)
    assert np.isnan([at["sensitivity"][0], at["precision"][0], at["f1"][0]]).all()
    assert np.isnan([ranked["roc_auc"][0], ranked["average_precision"][0]]).all()
    assert at["specificity"][0] == at["accuracy"][0] == 1.0


def test_a_probability_on_the_threshold_is_called() -> None:
    tp, fp, tn, fn = weighted_counts(np.array([0.5, 0.5, 0.4, 0.4]), np.array([True, False, False, True]), 0.5)
    assert (tp[0], fp[0], tn[0], fn[0]) == (1, 1, 1, 1)


def test_ratio_broadcasts() -> None:
    shares = ratio(np.array([[1.0, 2.0], [1.0, 0.0]]), np.array([[2.0], [0.0]]))
    assert shares[0].tolist() == [0.5, 1.0]
    assert np.isnan(shares[1]).all()
