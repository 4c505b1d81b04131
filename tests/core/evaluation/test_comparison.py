"""Two networks on the same images."""

from dataclasses import replace

import numpy as np
import pytest

from core.evaluation.comparison import ScoredBy, compare_networks
from core.evaluation.predictions import Predictions, ScoredImage

LABELS = [i % 2 == 0 for i in range(80)]


def scored(noise: float, threshold: float = 0.5) -> ScoredBy:
    rng = np.random.default_rng(5)
    scores = np.clip(np.where(LABELS, 0.7, 0.3) + rng.normal(0, noise, len(LABELS)), 0, 1).tolist()
    rows = [ScoredImage(f"{i}.jpg", label, scores[i], 0.0) for i, label in enumerate(LABELS)]
    return ScoredBy(Predictions(tuple(rows)), threshold)


def test_a_network_does_not_differ_from_itself() -> None:
    paired = compare_networks(scored(0.2), scored(0.2), 50)
    assert paired is not None
    assert paired.n == 80
    for figure in (paired.roc_auc, paired.sensitivity, paired.specificity):
        assert (figure.value, figure.low, figure.high) == (0, 0, 0)


def test_the_better_network_is_above_zero_and_turned_round_below() -> None:
    better, worse = scored(0.05), scored(0.6)
    paired, turned = compare_networks(better, worse, 50), compare_networks(worse, better, 50)
    assert paired is not None and turned is not None
    assert paired.roc_auc.low > 0 > turned.roc_auc.high
    assert paired.roc_auc.value == pytest.approx(-turned.roc_auc.value)


def test_each_network_calls_at_its_own_threshold() -> None:
    paired = compare_networks(scored(0.2, threshold=0.0), scored(0.2, threshold=1.1), 50)
    assert paired is not None
    assert (paired.sensitivity.value, paired.specificity.value) == (1, -1)


def test_the_order_of_the_rows_does_not_matter() -> None:
    other = scored(0.6)
    turned = replace(other, predictions=Predictions(other.predictions.rows[::-1]))
    assert compare_networks(scored(0.2), turned, 50) == compare_networks(scored(0.2), other, 50)


def test_other_images_or_labels_are_not_compared() -> None:
    first = scored(0.2)
    fewer = replace(first, predictions=Predictions(first.predictions.rows[1:]))
    row = first.predictions.rows[0]
    relabelled = Predictions((replace(row, malignant=not row.malignant), *first.predictions.rows[1:]))
    assert compare_networks(first, fewer, 50) is None
    assert compare_networks(fewer, first, 50) is None
    assert compare_networks(first, replace(first, predictions=relabelled), 50) is None
    empty = ScoredBy(Predictions(()), 0.5)
    assert compare_networks(empty, empty, 50) is None
