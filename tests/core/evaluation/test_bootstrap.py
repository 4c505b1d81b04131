"""Draws keep classes and lesions together; intervals are as wide as they should be."""

import time

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evaluation.at_threshold import measure_at
from core.evaluation.bootstrap import draw_weights, group_by_lesion, measure
from core.evaluation.figures import Figure
from core.evaluation.metrics import RANKING_METRICS, ranking_statistic, threshold_statistic
from core.evaluation.wilson import wilson_interval

Scored = tuple[NDArray[np.float64], NDArray[np.bool_]]


def make_scores(n: int, seed: int = 0) -> Scored:
    rng = np.random.default_rng(seed)
    is_malignant = np.arange(n) < 0.45 * n
    return np.clip(rng.normal(0.3 + 0.4 * is_malignant, 0.2), 0, 1), is_malignant


def alone(n: int) -> NDArray[np.int64]:
    return np.arange(n)


def test_images_of_a_lesion_share_a_group_and_others_stand_alone() -> None:
    assert group_by_lesion(["a", None, "b", "a", None]).tolist() == [0, 1, 2, 0, 3]


def test_every_draw_keeps_the_size_of_each_class() -> None:
    _, is_malignant = make_scores(100)
    weights = draw_weights(is_malignant, alone(100), n_draws=50)
    assert (weights[:, is_malignant].sum(axis=1) == is_malignant.sum()).all()
    assert (weights[:, ~is_malignant].sum(axis=1) == (~is_malignant).sum()).all()


def test_images_of_one_lesion_are_drawn_together() -> None:
    is_malignant = np.array([True, True, True, False, False])
    weights = draw_weights(is_malignant, np.array([7, 7, 8, 9, 10]), n_draws=200)
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 0] + weights[:, 2] == 2).all()


def test_the_same_seed_gives_the_same_draws() -> None:
    _, is_malignant = make_scores(60)
    first, second, other = (draw_weights(is_malignant, alone(60), n_draws=5, seed=seed) for seed in (1, 1, 2))
    assert (first == second).all()
    assert (first != other).any()


def test_each_interval_contains_its_value() -> None:
    probability, is_malignant = make_scores(200)
    weights = draw_weights(is_malignant, alone(200))
    figures = measure(ranking_statistic(probability, is_malignant), weights)
    assert set(figures) == set(RANKING_METRICS)
    for name, figure in figures.items():
        assert figure.low <= figure.value <= figure.high, name
        assert figure.low < figure.high, name


def test_the_interval_of_a_share_is_about_as_wide_as_wilsons() -> None:
    probability, is_malignant = make_scores(660)
    weights = draw_weights(is_malignant, alone(660))
    figure = measure(threshold_statistic(probability, is_malignant, 0.5), weights)["sensitivity"]
    n = int(is_malignant.sum())
    low, high = wilson_interval(round(figure.value * n), n)
    assert figure.high - figure.low == pytest.approx(float(high - low), rel=0.15)


def test_doubled_images_do_not_narrow_the_interval_when_grouped() -> None:
    probability, is_malignant = make_scores(150)
    probability, is_malignant = probability.repeat(2), is_malignant.repeat(2)
    statistic = ranking_statistic(probability, is_malignant)
    ungrouped = measure(statistic, draw_weights(is_malignant, alone(300)))["roc_auc"]
    grouped = measure(statistic, draw_weights(is_malignant, np.arange(150).repeat(2)))["roc_auc"]
    assert grouped.value == ungrouped.value
    assert (grouped.high - grouped.low) / (ungrouped.high - ungrouped.low) == pytest.approx(2**0.5, rel=0.2)


def test_a_block_at_a_time_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    probability, is_malignant = make_scores(80)
    weights = draw_weights(is_malignant, alone(80), n_draws=97)
    whole = measure(ranking_statistic(probability, is_malignant), weights)
    monkeypatch.setattr("core.evaluation.bootstrap._BLOCK_CELLS", 800)
    assert measure(ranking_statistic(probability, is_malignant), weights) == whole


def test_a_share_of_1_is_not_claimed_to_be_certain() -> None:
    is_malignant = np.arange(40) < 12
    probability = np.where(is_malignant, 0.9, 0.1)
    figures = measure_at(probability, is_malignant, alone(40), 0.5, draw_weights(is_malignant, alone(40)))
    assert figures["sensitivity"].low == pytest.approx(0.7575, abs=1e-3)
    assert figures["sensitivity"].high == 1.0
    assert figures["recall"] == figures["sensitivity"]
    grouped = measure_at(probability, is_malignant, np.zeros(40, dtype=np.int64), 0.5, np.ones((2, 40), np.float32))
    assert grouped["sensitivity"].low < 0.3  # twelve images of one lesion are one lesion


def test_a_set_of_one_class_has_no_roc_auc_and_does_not_fail() -> None:
    is_malignant = np.zeros(10, dtype=np.bool_)
    figures = measure(
        ranking_statistic(np.linspace(0, 1, 10), is_malignant), draw_weights(is_malignant, alone(10), n_draws=20)
    )
    assert figures["roc_auc"].as_json() == {"value": None, "low": None, "high": None}
    assert figures["brier"].as_json()["value"] is not None


def test_660_images_take_less_than_3_seconds() -> None:
    probability, is_malignant = make_scores(660)
    start = time.perf_counter()
    weights = draw_weights(is_malignant, alone(660))
    measure(ranking_statistic(probability, is_malignant), weights)
    measure(threshold_statistic(probability, is_malignant, 0.5), weights)
    assert time.perf_counter() - start < 3.0


def test_a_figure_survives_json_and_speaks() -> None:
    figure = Figure(0.971, 0.958, 0.982)
    assert Figure.from_json(figure.as_json()) == figure
    assert figure.as_text() == "0.97 (0.96–0.98)"
    assert figure.as_percent() == "97% (96–98%)"
    undefined = Figure.from_json({"value": None, "low": None, "high": None})
    assert undefined.as_text() == undefined.as_percent() == "not defined"
