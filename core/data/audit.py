"""The audit of a set of labelled images: what in it would let a network score without seeing a disease."""

from collections.abc import Sequence
from datetime import UTC, datetime

from core.data.audit_counts import count_balance, count_clinical, measure_source
from core.data.audit_gather import gather_pairs
from core.data.audit_pairs import Link, link_copies, link_lesions, link_near_duplicates, link_neighbours
from core.data.audit_parts import Part, place, scopes
from core.data.audit_pictures import Embedder, Pictures, read_pictures
from core.data.audit_result import Audit, NeighbourSearch, PairKind
from core.data.near_duplicates import MAX_DISTANCE

MAX_PAIRS = 100  # of each kind to look at: an afternoon's work
Linked = dict[PairKind, list[Link]]


def audit_images(
    *,
    parts: Sequence[Part],
    app_version: str,
    embedder: Embedder | None = None,
    max_distance: int = MAX_DISTANCE,
    max_pairs: int = MAX_PAIRS,
    n_workers: int = 1,
) -> Audit:
    """Compare all images of all parts with each other and count what their labels go with; `n_workers` threads read
    them.

    Raises DataFolderInvalid where no image can be read.
    """
    pictures = read_pictures(place(parts), embedder, n_workers)
    linked, search = _link_all(pictures, embedder, max_distance)
    by_scope = scopes(parts)
    sources = (measure_source(name, images) for name, images in by_scope.items())
    return Audit(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        app_version=app_version,
        max_distance=max_distance,
        parts=tuple(count_balance(part) for part in parts),
        source=tuple(found for found in sources if found is not None),
        clinical=tuple(facts for name, images in by_scope.items() for facts in count_clinical(name, images)),
        pairs=tuple(gather_pairs(pictures, kind, links, max_distance, max_pairs) for kind, links in linked.items()),
        neighbours=search,
        unreadable=pictures.unreadable,
    )


def _link_all(pictures: Pictures, embedder: Embedder | None, limit: int) -> tuple[Linked, NeighbourSearch | None]:
    copies, near, lesions = link_copies(pictures), link_near_duplicates(pictures, limit), link_lesions(pictures)
    linked = {PairKind.EXACT_COPY: copies, PairKind.NEAR_DUPLICATE: near, PairKind.SAME_LESION: lesions}
    if embedder is None:
        return linked, None
    neighbours, search = link_neighbours(pictures, embedder, [*copies, *near], lesions)
    return {**linked, PairKind.NEIGHBOUR: neighbours}, search
