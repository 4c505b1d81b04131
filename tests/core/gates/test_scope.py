"""The head tells embeddings apart that can be told apart, lets 99% of validation pass, and knows its weights."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.classifier.card import read_card
from core.errors import CardUnusable
from core.gates.clinical_like import draw_clinical_like
from core.gates.negatives import DRAWN, SIDE_PX, draw_negatives
from core.gates.scope import SCOPE_FILE, Distance, ScopeHead, read_scope_head, write_scope_head
from core.gates.scope_fit import draw_examples, fit_scope_head, vary_dermoscopy


@pytest.fixture(scope="module")
def head() -> ScopeHead:
    rng = np.random.default_rng(0)
    inside, outside = rng.normal(1, 1, (300, 16)), rng.normal(-1, 1, (300, 16))
    validation = rng.normal(1, 1, (1000, 16))
    return fit_scope_head(*(each.astype(np.float32) for each in (inside, outside, validation)))


def test_what_is_inside_passes_and_what_is_outside_does_not(head: ScopeHead) -> None:
    rng = np.random.default_rng(1)
    inside, outside = (head.scores(rng.normal(m, 1, (500, 16)).astype(np.float32)) for m in (1, -1))
    assert (inside >= head.threshold).mean() >= 0.98
    assert (outside < head.threshold).mean() >= 0.98


def test_a_hundredth_of_validation_is_rejected(head: ScopeHead) -> None:
    rng = np.random.default_rng(0)
    rng.normal(1, 1, (300, 16)), rng.normal(-1, 1, (300, 16))
    validation = rng.normal(1, 1, (1000, 16))
    assert (head.scores(validation.astype(np.float32)) < head.threshold).mean() == pytest.approx(0.01, abs=0.001)


def test_a_report_gives_a_reason_only_where_it_rejects(head: ScopeHead) -> None:
    inside, outside = head.judge(np.ones(16, np.float32) * 2), head.judge(-np.ones(16, np.float32) * 2)
    assert (inside.is_in_scope, inside.reason) == (True, "")
    assert not outside.is_in_scope
    assert "not look like a dermoscopic picture" in outside.reason


def test_a_head_is_read_back_for_its_own_weights_alone(head: ScopeHead, untrained_cnn: Path, tmp_path: Path) -> None:
    card = read_card(untrained_cnn)
    assert read_scope_head(tmp_path, card) is None
    write_scope_head(head, tmp_path, card)
    read = read_scope_head(tmp_path, card)
    assert read is not None
    assert read.threshold == head.threshold
    assert np.array_equal(read.weights, head.weights)
    embeddings = np.random.default_rng(2).normal(0, 1, (20, 16)).astype(np.float32)
    assert np.array_equal(read.scores(embeddings), head.scores(embeddings))
    assert read_scope_head(tmp_path, replace(card, weights_sha256="0" * 64)) is None


def test_a_broken_head_is_told(untrained_cnn: Path, tmp_path: Path) -> None:
    (tmp_path / SCOPE_FILE).write_bytes(b"not safetensors")
    with pytest.raises(CardUnusable, match="scope gate"):
        read_scope_head(tmp_path, read_card(untrained_cnn))


def test_what_is_unlike_all_that_was_fitted_on_is_out_of_scope(head: ScopeHead) -> None:
    """Far off in a direction in which neither dermoscopy nor the negatives vary: only a distance can tell."""
    far = np.ones((1, 16), np.float32) * np.array([1, -1] * 8, np.float32) * 40
    assert head.distance is not None
    assert not head.judge(far[0]).is_in_scope
    without = replace(head, mean=head.mean[:16], scale=head.scale[:16], weights=head.weights[:16], distance=None)
    assert abs(without.scores(far)[0] - without.scores(0 * far)[0]) < abs(head.scores(far)[0] - head.scores(0 * far)[0])


def test_distance_counts_deviations_along_the_axes_and_lengths_off_them() -> None:
    centre, axes = np.zeros(3, np.float32), np.eye(3, 2, dtype=np.float16)
    distance = Distance(centre, axes, np.array([1, 2], np.float32))
    within, off = np.exp(distance.measure(np.array([[3, 4, 5]], np.float32)))[0]
    assert within == pytest.approx(3**2 + (4 / 2) ** 2)
    assert off == pytest.approx(5**2, rel=1e-4)


def test_clinical_pictures_are_imitated_from_frames_and_photographs() -> None:
    rng = np.random.default_rng(0)
    frame, photograph = (rng.integers(0, 256, shape, dtype=np.uint8) for shape in ((240, 240, 3), (60, 80, 3)))
    made = draw_clinical_like(14, [frame], [photograph], seed=1)
    assert made.shape == (14, SIDE_PX, SIDE_PX, 3)
    assert np.array_equal(made, draw_clinical_like(14, [frame], [photograph], seed=1))
    assert not np.array_equal(made[:7], made[7:])


@pytest.mark.parametrize("draw", list(dict.fromkeys(DRAWN)))
def test_negatives_are_pictures_and_differ(draw: Callable[[np.random.Generator], NDArray[np.uint8]]) -> None:
    first, same, other = (draw(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.shape == (SIDE_PX, SIDE_PX, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


def test_negatives_use_photographs_where_there_are_any() -> None:
    photograph = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    assert draw_negatives(6, [photograph], 0).shape == (6, SIDE_PX, SIDE_PX, 3)
    assert draw_negatives(4, [], 0).shape == (4, SIDE_PX, SIDE_PX, 3)
    assert len(draw_negatives(0, [], 0)) == 0


def test_dermoscopy_is_varied_in_its_own_size() -> None:
    [lesion] = draw_examples(1, np.random.default_rng(0))
    varied = vary_dermoscopy(lesion, np.random.default_rng(1))
    assert varied.shape == lesion.shape
    assert not np.array_equal(varied, lesion)
