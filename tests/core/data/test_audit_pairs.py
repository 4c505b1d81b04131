"""Neighbours are each other's nearest, closer than half of the pairs of one lesion, and nothing that is known."""

from pathlib import Path

import numpy as np
import pytest

from core.data import audit_pairs
from core.data.audit_gather import gather_pairs
from core.data.audit_pairs import Link, link_copies, link_lesions, link_neighbours
from core.data.audit_parts import Placed
from core.data.audit_pictures import Embedder, Pictures, hash_pixels
from core.data.audit_result import PairKind
from core.data.labelled import LabelledImage
from core.imaging.frame import FrameRule

EMBEDDER = Embedder(
    "net", "00", FrameRule(8, 8, (0, 0, 0), (1, 1, 1)), lambda frames: np.zeros((len(frames), 1), dtype=np.float32)
)
ANGLES = [0.0, 0.1, 1.0, 1.3, 2.0, 2.05, 3.0]


def make_pictures(angles: list[float], lesions: dict[int, str]) -> Pictures:
    """Pictures at angles on a circle, which are their embeddings."""
    images = [LabelledImage(Path(str(i)), str(i), False, lesions.get(i)) for i in range(len(angles))]
    embeddings = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    hashes = np.random.default_rng(0).random((len(angles), 8, 256)) < 0.5
    sha256 = tuple("same" if i in (2, 4, 5) else str(i) for i in range(len(angles)))
    return Pictures(tuple(Placed("all", image) for image in images), sha256, hashes, embeddings)


def keys(links: list[Link]) -> list[tuple[int, int]]:
    return [link.key for link in links]


def test_copies_and_lesions_are_all_pairs_of_a_group() -> None:
    pictures = make_pictures(ANGLES, {0: "L1", 3: "L1", 6: "L2"})
    assert keys(link_copies(pictures)) == [(2, 4), (2, 5), (4, 5)]
    [pair] = link_lesions(pictures)
    assert pair.key == (0, 3)
    assert 80 < pair.distance < 128, "the closest of sixteen comparisons of chance bits"


@pytest.mark.parametrize("rows", [2, 512])
def test_neighbours_are_mutual_and_without_lesions_unlimited(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_pairs, "_ROWS_AT_ONCE", rows)
    found, search = link_neighbours(make_pictures(ANGLES, {}), EMBEDDER, [], [])
    assert keys(found) == [(0, 1), (2, 3), (4, 5)]
    assert found[0].distance == pytest.approx(1 - np.cos(0.1), abs=1e-6)
    assert (search.n_mutual, search.n_known, search.limit) == (3, 0, None)


def test_known_pairs_are_left_out_and_lesions_set_the_limit() -> None:
    lesion = [Link(0, 1, 9.0), Link(0, 2, 99.0), Link(2, 6, 120.0)]
    found, search = link_neighbours(make_pictures(ANGLES, {}), EMBEDDER, [Link(4, 5, 3.0)], lesion)
    assert keys(found) == [(2, 3)]
    assert (search.n_mutual, search.n_known, search.n_same_lesion) == (3, 2, 3)
    assert search.limit == pytest.approx(1 - np.cos(1.0), abs=1e-6)
    close = [Link(0, 1, 9.0)]
    assert keys(link_neighbours(make_pictures(ANGLES, {}), EMBEDDER, [], close)[0]) == [(4, 5)]


def test_the_hash_of_pixels_knows_their_shape() -> None:
    pixels = np.zeros((2, 3, 3), dtype=np.uint8)
    assert hash_pixels(pixels) == hash_pixels(pixels.copy())
    assert hash_pixels(pixels) != hash_pixels(pixels.reshape(3, 2, 3))
    assert hash_pixels(np.rot90(pixels, 2)) == hash_pixels(pixels), "a view is hashed as it is seen"


def test_look_alikes_known_to_be_two_lesions_are_counted_and_not_listed() -> None:
    pictures = make_pictures(ANGLES, {0: "L1", 1: "L2", 2: "L3"})
    links, _ = link_neighbours(pictures, EMBEDDER, [], [])
    found = gather_pairs(pictures, PairKind.NEIGHBOUR, links, 40, 10)
    assert (found.n_pairs, found.n_to_check) == (3, 2)
    assert [(pair.first.file, pair.second.file) for pair in found.to_check] == [("4", "5"), ("2", "3")]
