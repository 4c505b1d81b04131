"""The nearest are those of a plain search in float64, the nearest first, of whatever length embeddings have."""

import numpy as np
import pytest

from core.explanations.similar import EmbeddingIndex


@pytest.mark.parametrize("n_dimensions", [3, 128, 1280])
def test_the_nearest_are_those_of_a_plain_search(n_dimensions: int) -> None:
    rng = np.random.default_rng(n_dimensions)
    embeddings = rng.random((400, n_dimensions)).astype(np.float16)
    asked = rng.random(n_dimensions).astype(np.float16)
    exact = embeddings.astype(np.float64)
    cosine = exact @ asked / np.linalg.norm(exact, axis=1) / np.linalg.norm(asked.astype(np.float64))
    found = EmbeddingIndex.build(np.arange(1000, 1400), embeddings).nearest(asked, 7)
    assert [each.id for each in found] == (1000 + np.argsort(-cosine)[:7]).tolist()
    assert [each.distance for each in found] == pytest.approx(np.sort(1 - cosine)[:7], abs=1e-5)


def test_itself_is_at_distance_0_and_length_says_nothing() -> None:
    embeddings = np.eye(3, dtype=np.float32)
    found = EmbeddingIndex.build(np.array([5, 6, 7]), embeddings).nearest(9 * embeddings[1], 2)
    assert (found[0].id, found[0].distance, found[1].distance) == (6, 0.0, 1.0)


def test_fewer_than_asked_for_are_all_and_none_are_none() -> None:
    one = EmbeddingIndex.build(np.array([1]), np.ones((1, 4), np.float16))
    assert len(one.nearest(np.ones(4, np.float16), 5)) == 1
    none = EmbeddingIndex.build(np.zeros(0, np.int64), np.zeros((0, 0), np.float16))
    assert none.nearest(np.ones(4, np.float16), 5) == []


def test_embeddings_of_another_network_are_refused() -> None:
    index = EmbeddingIndex.build(np.array([1]), np.ones((1, 4), np.float16))
    with pytest.raises(ValueError, match="expected an embedding of 4"):
        index.nearest(np.ones(5, np.float16), 1)
    with pytest.raises(ValueError, match="as many ids"):
        EmbeddingIndex.build(np.array([1, 2]), np.ones((1, 4), np.float16))


def test_an_embedding_of_zeros_is_far_from_all() -> None:
    index = EmbeddingIndex.build(np.array([1, 2]), np.array([[0, 0], [1, 1]], np.float16))
    assert [each.id for each in index.nearest(np.ones(2, np.float16), 2)] == [2, 1]
