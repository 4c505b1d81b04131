"""Any threshold of a set of scored images, from draws that are made once."""

import numpy as np
import pytest

from core.evaluation.exploration import (
    Exploration,
    explore_at,
    of_thousand,
    prepare_exploration,
    slider_position,
    snap_threshold,
)
from core.evaluation.measure_set import measure_set
from core.evaluation.predictions import Predictions, ScoredImage

N_DRAWS = 60


def scored(n: int = 40, seed: int = 0) -> Predictions:
    rng = np.random.default_rng(seed)
    labels = [i % 4 == 0 for i in range(n)]
    scores = np.clip(rng.normal([0.7 if label else 0.3 for label in labels], 0.2), 0, 1)
    return Predictions(tuple(ScoredImage(f"{i}.jpg", labels[i], float(scores[i]), 0.0) for i in range(n)))


@pytest.fixture
def images() -> Exploration:
    return prepare_exploration(scored(), N_DRAWS)


def test_the_same_figures_as_an_evaluation_at_that_threshold(images: Exploration) -> None:
    measured = measure_set(scored(), 0.5, N_DRAWS)
    assert explore_at(images, 0.5, 0.066).figures == measured.at_operating_point
    assert images.ranking == measured.ranking


def test_counts_and_figures_agree(images: Exploration) -> None:
    explored = explore_at(images, 0.4, 0.066)
    assert explored.counts.n == 40
    found, missed = explored.counts.true_positive, explored.counts.false_negative
    assert explored.figures.figures["sensitivity"].value == pytest.approx(found / (found + missed))


def test_the_sets_own_positive_predictive_value_is_its_precision(images: Exploration) -> None:
    explored = explore_at(images, 0.5, 0.066)
    assert images.prevalence == explored.own.prevalence == 0.25
    assert explored.own.positive.value == pytest.approx(explored.figures.figures["precision"].value)


def test_where_the_disease_is_rarer_a_call_means_less(images: Exploration) -> None:
    explored = explore_at(images, 0.5, 0.01)
    assert explored.practice.prevalence == 0.01
    assert explored.practice.positive.value < explored.own.positive.value
    assert explored.practice.negative.value > explored.own.negative.value


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_the_ends_of_the_slider_are_measured_too(images: Exploration, threshold: float) -> None:
    explored = explore_at(images, threshold, 0.066)
    sensitivity = explored.figures.figures["sensitivity"]
    assert 0 <= sensitivity.low <= sensitivity.value <= sensitivity.high <= 1


def test_a_thousand_lesions_in_whole_lesions() -> None:
    lesions = of_thousand(sensitivity=0.94, specificity=0.8, prevalence=0.066)
    assert (lesions.malignant, lesions.found, lesions.missed, lesions.false_alarms) == (66, 62, 4, 187)


def test_the_place_of_the_operating_threshold_means_exactly_that_threshold() -> None:
    assert snap_threshold(0.307, 0.30731) == 0.30731
    assert snap_threshold(slider_position(0.30731), 0.30731) == 0.30731
    assert snap_threshold(0.308, 0.30731) == 0.308


@pytest.mark.parametrize("operating", [0.0, 0.00004, 0.99996, 1.0])
def test_a_threshold_at_an_end_has_a_place_on_the_slider(operating: float) -> None:
    assert 0 <= slider_position(operating) <= 1
    assert snap_threshold(slider_position(operating), operating) == operating
