"""From positions that belong together to pairs with names, labels and counts."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from core.data.audit_counts import tally
from core.data.audit_pairs import Link
from core.data.audit_parts import Placed
from core.data.audit_pictures import Pictures
from core.data.audit_result import Pair, PairCount, PairKind, PairsOfKind, Picture


def gather_pairs(
    pictures: Pictures, kind: PairKind, links: Sequence[Link], max_distance: int, max_pairs: int
) -> PairsOfKind:
    """Count the pairs of one kind within and between parts, and put the first `max_pairs` to look at in order."""
    pairs = [_as_pair(pictures.placed, link) for link in links]
    to_check = sorted((pair for pair in pairs if _is_to_check(kind, pair)), key=lambda pair: _urgency(kind, pair))
    between: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for link in links:
        between[pictures.placed[link.first].part, pictures.placed[link.second].part].append(link)
    is_turned = _only_turned(pictures, max_distance) if kind is PairKind.NEAR_DUPLICATE else None
    return PairsOfKind(
        kind=kind,
        between=tuple(_count(pictures.placed, names, found, is_turned) for names, found in between.items()),
        n_to_check=len(to_check),
        to_check=tuple(to_check[:max_pairs]),
    )


def _is_to_check(kind: PairKind, pair: Pair) -> bool:
    """Two pictures of one lesion in one part, with one label, are as it should be; so are two lesions that look alike
    and are known to be two."""
    if kind is PairKind.SAME_LESION:
        return pair.is_across_parts or pair.is_label_conflict
    return kind is not PairKind.NEIGHBOUR or pair.first.lesion is None or pair.second.lesion is None


def _urgency(kind: PairKind, pair: Pair) -> tuple[bool, bool, float, tuple[str, str], tuple[str, str]]:
    """Conflicts first, which neighbours have none of, then what crosses parts, then the closest."""
    is_conflict = pair.is_label_conflict and kind is not PairKind.NEIGHBOUR
    return not is_conflict, not pair.is_across_parts, pair.distance, pair.first.key, pair.second.key


def _count(
    placed: Sequence[Placed], names: tuple[str, str], links: Sequence[Link], is_turned: Callable[[Link], bool] | None
) -> PairCount:
    sides = [{link.first for link in links}, {link.second for link in links}]
    if names[0] == names[1]:
        sides = [sides[0] | sides[1]] * 2
    first, second = (tally([placed[i].image for i in sorted(side)]) for side in sides)
    lesions = {_shared_lesion(placed, link) for link in links} - {None}
    return PairCount(
        parts=names,
        n_pairs=len(links),
        n_label_conflicts=sum(_as_pair(placed, link).is_label_conflict for link in links),
        n_only_turned=sum(map(is_turned, links)) if is_turned else 0,
        n_lesions=len(lesions),
        images=(first, second),
    )


def _shared_lesion(placed: Sequence[Placed], link: Link) -> str | None:
    first, second = placed[link.first].image.lesion, placed[link.second].image.lesion
    return first if first == second else None


def _only_turned(pictures: Pictures, max_distance: int) -> Callable[[Link], bool]:
    upright = pictures.hashes[:, 0]
    return lambda link: int((upright[link.first] != upright[link.second]).sum()) > max_distance


def _as_pair(placed: Sequence[Placed], link: Link) -> Pair:
    return Pair(_as_picture(placed[link.first]), _as_picture(placed[link.second]), link.distance, link.turn)


def _as_picture(placed: Placed) -> Picture:
    image = placed.image
    return Picture(placed.part, image.name, image.is_malignant, image.lesion, image.diagnosis)
