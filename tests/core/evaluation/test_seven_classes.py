"""A differential against the truth, and what each diagnosis looks like to the malignant probability."""

import numpy as np
import pytest
import sklearn.metrics as oracle
from numpy.typing import NDArray

from core.evaluation.seven_classes import measure_called, measure_classes

CLASSES = ("nevus", "melanoma", "dermatofibroma")


def make_differential(n: int = 240, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    truth = rng.choice(3, size=n, p=[0.7, 0.2, 0.1])
    scores = rng.random((n, 3)) + 0.4 * np.eye(3)[truth]
    return scores / scores.sum(axis=1, keepdims=True), truth


def test_figures_are_scikit_learns() -> None:
    differential, truth = make_differential()
    figures = measure_classes(differential, truth, CLASSES, np.arange(240), n_draws=50)
    called = differential.argmax(axis=1)
    assert figures.balanced_accuracy.value == pytest.approx(oracle.balanced_accuracy_score(truth, called))
    recalls = oracle.recall_score(truth, called, average=None)
    assert [figures.recall[name].value for name in CLASSES] == pytest.approx(recalls.tolist())
    assert np.array_equal(np.array(figures.confusion), oracle.confusion_matrix(truth, called))
    assert figures.n_by_class == {name: int((truth == i).sum()) for i, name in enumerate(CLASSES)}
    assert figures.n == 240
    assert figures.balanced_accuracy.low < figures.balanced_accuracy.value < figures.balanced_accuracy.high


def test_at_equal_shares_a_probability_is_divided_by_its_class_s_share() -> None:
    """Counted by hand: the nevus that is named first at 0.6 is a melanoma once 0.6/0.8 stands against 0.3/0.1."""
    differential = np.array([[0.6, 0.3, 0.1], [0.9, 0.05, 0.05], [0.2, 0.7, 0.1], [0.4, 0.1, 0.5]])
    truth = np.array([1, 0, 1, 2])
    found = measure_classes(differential, truth, CLASSES, np.arange(4), 50, shares=[0.8, 0.1, 0.1])
    assert found.balanced_accuracy.value == pytest.approx((1 + 0.5 + 1) / 3)
    assert found.balanced_accuracy_at_equal_shares is not None
    assert found.balanced_accuracy_at_equal_shares.value == 1
    assert found.confusion[1] == (1, 1, 0)  # the table is of the differential as shown
    equal = measure_classes(differential, truth, CLASSES, np.arange(4), 50, shares=[1 / 3] * 3)
    assert equal.balanced_accuracy_at_equal_shares == equal.balanced_accuracy


def test_without_shares_there_is_no_figure_at_equal_ones() -> None:
    found = measure_classes(np.eye(3), np.arange(3), CLASSES, np.arange(3), n_draws=10)
    assert found.balanced_accuracy_at_equal_shares is None


def test_every_draw_holds_every_class_and_its_size() -> None:
    """With two images of a class, a draw of all images would often miss it and leave its recall undefined."""
    truth = np.array([0] * 60 + [1] * 20 + [2] * 2)
    differential = np.eye(3)[np.where(np.arange(82) % 4 == 0, (truth + 1) % 3, truth)]
    figures = measure_classes(differential, truth, CLASSES, np.arange(82))
    assert figures.recall["dermatofibroma"].low == 0
    assert figures.recall["dermatofibroma"].high == 1
    assert np.isfinite(figures.balanced_accuracy.low)


def test_images_of_one_lesion_widen_the_interval() -> None:
    differential, truth = make_differential(60)
    repeated = (differential.repeat(5, axis=0), truth.repeat(5), CLASSES)
    alone = measure_classes(*repeated, np.arange(300)).balanced_accuracy
    grouped = measure_classes(*repeated, np.arange(60).repeat(5)).balanced_accuracy
    assert grouped.high - grouped.low > 1.8 * (alone.high - alone.low)


def test_a_recall_of_one_has_an_interval() -> None:
    figures = measure_classes(np.eye(3), np.arange(3), CLASSES, np.arange(3), n_draws=10)
    assert figures.balanced_accuracy.value == 1
    assert figures.recall["melanoma"].low < 0.3


def test_a_class_without_images_is_refused() -> None:
    with pytest.raises(ValueError, match="none of dermatofibroma"):
        measure_classes(np.eye(3)[:2], np.arange(2), CLASSES, np.arange(2))


def test_each_diagnosis_has_the_share_that_is_called_malignant() -> None:
    probability = np.array([0.2, 0.4, 0.6, 0.8, 0.9, 0.1])
    diagnoses = ["keratosis"] * 4 + ["melanoma", None]
    called = measure_called(probability, diagnoses, np.arange(6), threshold=0.3, n_draws=50)
    assert list(called) == ["keratosis", "melanoma"]
    keratosis = called["keratosis"]
    assert (keratosis.n, keratosis.at_half.value, keratosis.at_operating_point.value) == (4, 0.5, 0.75)
    assert called["melanoma"].at_half.low < 0.3  # one image says little


def test_a_probability_on_the_threshold_is_called() -> None:
    called = measure_called(np.array([0.5, 0.3]), ["a", "a"], np.arange(2), threshold=0.3, n_draws=5)["a"]
    assert (called.at_half.value, called.at_operating_point.value) == (0.5, 1.0)


def test_where_nothing_is_known_there_is_nothing_to_say() -> None:
    assert measure_called(np.array([0.5]), [None], np.arange(1), threshold=0.3) == {}
