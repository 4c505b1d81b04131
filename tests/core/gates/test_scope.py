"""The head tells embeddings apart that can be told apart, lets 99% of validation pass, and knows its weights."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.classifier.card import read_card
from core.domain import ScopeReport
from core.errors import CardUnusable
from core.gates.clinical_like import draw_clinical_like
from core.gates.clinical_scenes import KINDS, draw_clinical_scene, draw_clinical_scenes
from core.gates.clinical_scenes import SIDE_PX as SCENE_PX
from core.gates.negatives import DRAWN, SIDE_PX, draw_negatives
from core.gates.scope import SCOPE_FILE, Distance, ScopeHead, read_scope_head, write_scope_head
from core.gates.scope_fit import draw_examples, fit_scope_head, set_threshold, vary_dermoscopy


@pytest.fixture(scope="module")
def head() -> ScopeHead:
    rng = np.random.default_rng(0)
    inside, outside = rng.normal(1, 1, (300, 16)), rng.normal(-1, 1, (300, 16))
    validation = rng.normal(1, 1, (1000, 16))
    own, other, held = ([each.astype(np.float32)] for each in (inside, outside, validation))
    fitted = fit_scope_head(own, other)
    return set_threshold(fitted, fitted.scores(held))


def judged(head: ScopeHead, seen: NDArray[np.float32], stages: NDArray[np.float32] | None = None) -> ScopeReport:
    report = head.judge(seen, stages)
    assert report is not None
    return report


def test_what_is_inside_passes_and_what_is_outside_does_not(head: ScopeHead) -> None:
    rng = np.random.default_rng(1)
    inside, outside = (head.scores([rng.normal(m, 1, (500, 16)).astype(np.float32)]) for m in (1, -1))
    assert (inside >= head.threshold).mean() >= 0.98
    assert (outside < head.threshold).mean() >= 0.98


def test_a_hundredth_of_validation_is_rejected(head: ScopeHead) -> None:
    rng = np.random.default_rng(0)
    rng.normal(1, 1, (300, 16)), rng.normal(-1, 1, (300, 16))
    validation = rng.normal(1, 1, (1000, 16))
    assert 0.008 <= (head.scores([validation.astype(np.float32)]) < head.threshold).mean() <= 0.01


def test_a_report_gives_a_reason_only_where_it_rejects(head: ScopeHead) -> None:
    inside, outside = judged(head, np.ones(16, np.float32) * 2), judged(head, -np.ones(16, np.float32) * 2)
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
    assert np.array_equal(read.scores([embeddings]), head.scores([embeddings]))
    assert read_scope_head(tmp_path, replace(card, weights_sha256="0" * 64)) is None


def test_a_broken_head_is_told(untrained_cnn: Path, tmp_path: Path) -> None:
    (tmp_path / SCOPE_FILE).write_bytes(b"not safetensors")
    with pytest.raises(CardUnusable, match="scope gate"):
        read_scope_head(tmp_path, read_card(untrained_cnn))


def test_what_is_unlike_all_that_was_fitted_on_is_out_of_scope(head: ScopeHead) -> None:
    """Far off in a direction in which neither dermoscopy nor the negatives vary: only a distance can tell."""
    far = np.ones((1, 16), np.float32) * np.array([1, -1] * 8, np.float32) * 40
    assert not judged(head, far[0]).is_in_scope
    without = replace(head, weights=np.concatenate([head.weights[:16], np.zeros(2, np.float32)]))
    own, with_distance = (each.scores([far])[0] - each.scores([0 * far])[0] for each in (without, head))
    assert abs(own) < abs(with_distance)


def test_distance_counts_deviations_along_the_axes_and_lengths_off_them() -> None:
    centre, unit, axes = np.zeros(3, np.float32), np.full(3, 2, np.float32), np.eye(3, 2, dtype=np.float32)
    distance = Distance(centre, unit, axes, np.array([1, 2], np.float32))
    within, off = np.exp(distance.measure(np.array([[6, 8, 10]], np.float32)))[0]
    assert within == pytest.approx(3**2 + (4 / 2) ** 2)
    assert off == pytest.approx(5**2, rel=1e-4)


def test_stages_are_weighed_beside_the_embedding() -> None:
    """What the embedding cannot tell apart the stages can; without them nothing is said."""
    rng = np.random.default_rng(3)
    alike = [rng.normal(0, 1, (400, 8)).astype(np.float32) for _ in range(3)]
    stages = [rng.normal(m, 1, (400, 12)).astype(np.float32) for m in (1, -1, 1)]
    parts = [list(both) for both in zip(alike, stages, strict=True)]
    head = fit_scope_head(parts[0], parts[1])
    head = set_threshold(head, head.scores(parts[2]))
    assert (head.scores(parts[1]) < head.threshold).mean() > 0.97
    assert judged(head, alike[2][0], np.ones(12, np.float32)).is_in_scope
    assert not judged(head, alike[2][0], -np.ones(12, np.float32)).is_in_scope
    assert head.judge(alike[2][0], None) is None


def test_a_head_of_the_embedding_alone_leaves_stages_aside(head: ScopeHead) -> None:
    seen = np.ones(16, np.float32)
    assert head.judge(seen, np.zeros(5, np.float32)) == head.judge(seen, None)


def test_the_threshold_rejects_a_hundredth_of_validation(head: ScopeHead) -> None:
    scores = np.random.default_rng(4).permutation(1230).astype(np.float64)
    threshold = set_threshold(head, scores).threshold
    assert (scores < threshold).sum() == 12
    assert set_threshold(head, scores[scores < 100]).threshold == 0


def test_clinical_pictures_are_imitated_from_frames_and_photographs() -> None:
    rng = np.random.default_rng(0)
    frame, photograph = (rng.integers(0, 256, shape, dtype=np.uint8) for shape in ((240, 240, 3), (60, 80, 3)))
    made = draw_clinical_like(14, [frame], [photograph], seed=1)
    assert made.shape == (14, SIDE_PX, SIDE_PX, 3)
    assert np.array_equal(made, draw_clinical_like(14, [frame], [photograph], seed=1))
    assert not np.array_equal(made[:7], made[7:])


def test_clinical_scenes_are_drawn_one_by_one_from_frames_and_photographs() -> None:
    rng = np.random.default_rng(0)
    frame, photograph = (rng.integers(0, 256, shape, dtype=np.uint8) for shape in ((240, 240, 3), (60, 80, 3)))
    made = draw_clinical_scenes(len(KINDS), [frame], [photograph], seed=1)
    assert {picture.shape for picture in made} == {(SCENE_PX, SCENE_PX, 3)}
    assert all(picture.dtype == np.uint8 and picture.std() > 1 for picture in made)
    assert np.array_equal(draw_clinical_scene(3, [frame], [photograph], seed=1), made[3])
    assert not np.array_equal(draw_clinical_scene(3, [frame], [photograph], seed=2), made[3])


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


def test_examples_are_drawn_small_and_large_in_several_shapes() -> None:
    sizes = [picture.shape for picture in draw_examples(24, np.random.default_rng(0))]
    assert len({round(width / height, 1) for height, width, _ in sizes}) == 4
    widths = [width for _, width, _ in sizes]
    assert 224 <= min(widths) < 320
    assert 800 < max(widths) <= 1200


def test_dermoscopy_is_varied_in_its_own_size() -> None:
    [lesion] = draw_examples(1, np.random.default_rng(0))
    varied = vary_dermoscopy(lesion, np.random.default_rng(1))
    assert varied.shape == lesion.shape
    assert not np.array_equal(varied, lesion)
