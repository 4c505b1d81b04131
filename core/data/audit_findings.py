"""The findings of an audit in sentences; every number in them is counted from the audit itself."""

from collections.abc import Iterator

from core.data.audit_result import Audit, Clinical, NeighbourSearch, PairCount, PairKind, SourceFinding, Tally


def findings(audit: Audit) -> tuple[str, ...]:
    """One sentence or two per finding, what weighs most first."""
    made = (*_sources(audit), *_lesions(audit), *_pairs(audit), _conflicts(audit), *_neighbours(audit), *_ages(audit))
    return tuple(sentence for sentence in (*made, *_missing(audit), _unreadable(audit)) if sentence)


def plural(n: int, one: str, many: str | None = None) -> str:
    """A number with its noun: 1 pair, 2 pairs."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def share(part: int, whole: int) -> str:
    """A share in per cent, such as "27.7%"; "none" of nothing."""
    return f"{part / whole:.1%}" if whole else "none"


def describe_tally(images: Tally) -> str:
    """Such as "97 images (72 malignant, 25 benign)"."""
    return f"{plural(images.n, 'image')} ({images.n_malignant:,} malignant, {images.n_benign:,} benign)"


def _sources(audit: Audit) -> Iterator[str]:
    for found in _widest(audit.source):
        benign = found.ham10000.n_benign + found.other.n_benign
        malignant = found.ham10000.n_malignant + found.other.n_malignant
        yield (
            f"The source {_does(found)} the label in {found.scope}: of {plural(benign, 'benign image')} "
            f"{found.ham10000.n_benign:,} come from HAM10000, of {malignant:,} malignant ones "
            f"{found.ham10000.n_malignant:,}. Calling malignant whatever is not from HAM10000 is right for "
            f"{found.accuracy:.1%} of the images, with a ROC-AUC of {found.roc_auc:.3f}, without a look at the lesion; "
            f"always giving the commoner label is right for {found.commonest_share:.1%}."
        )


def _does(found: SourceFinding) -> str:
    return "predicts" if found.accuracy > found.commonest_share else "does not predict"


def _widest(source: tuple[SourceFinding, ...]) -> tuple[SourceFinding, ...]:
    """The scopes of several parts, or the only one there is."""
    return tuple(found for found in source if " + " in found.scope) or source[:1]


def _lesions(audit: Audit) -> Iterator[str]:
    across = [count for count in audit.of_kind(PairKind.SAME_LESION).between if count.is_across_parts]
    for count in across:
        first, second = count.parts
        yield (
            f"{plural(count.n_lesions, 'lesion lies', 'lesions lie')} on both sides of {first} and {second}: "
            f"{describe_tally(count.images[1])} of {second} show a lesion that {first} shows too."
        )
    n_known, n = sum(part.n_lesion_known for part in audit.parts), sum(part.images.n for part in audit.parts)
    if len(audit.parts) > 1 and n_known and not across:
        yield "No known lesion lies in two parts."
    if 0 < n_known < n:
        yield f"The lesion is known for {n_known:,} of {plural(n, 'image')}; of the others such a crossing is not seen."


def _pairs(audit: Audit) -> Iterator[str]:
    copies = audit.of_kind(PairKind.EXACT_COPY)
    yield (
        f"{plural(copies.n_pairs, 'pair')} of images with exactly the same pixels."
        if copies.n_pairs
        else ("No two images have exactly the same pixels.")
    )
    near = audit.of_kind(PairKind.NEAR_DUPLICATE)
    limit = f"perceptual hash under the eight flips and turns, at most {audit.max_distance} of 256 bits apart"
    if not near.n_pairs:
        yield f"No two images are near-duplicates ({limit})."
        return
    n_turned = sum(count.n_only_turned for count in near.between)
    yield (
        f"{plural(near.n_pairs, 'pair')} of near-duplicates ({limit}), "
        f"{n_turned:,} of them only when flipped or turned."
    )
    yield from (_across(count) for count in near.between if count.is_across_parts)


def _across(count: PairCount) -> str:
    first, second = count.parts
    return (
        f"{plural(count.n_pairs, 'pair')} of near-duplicates between {first} and {second}"
        f"{f', {count.n_only_turned:,} of them only when flipped or turned' if count.n_only_turned else ''}: "
        f"{describe_tally(count.images[1])} of {second} "
        f"{'has' if count.images[1].n == 1 else 'have'} a near-duplicate in {first}."
    )


def _conflicts(audit: Audit) -> str:
    counts = {kind: audit.of_kind(kind).n_label_conflicts for kind in PairKind if kind is not PairKind.NEIGHBOUR}
    if not any(counts.values()):
        return "No label conflicts: no copies, near-duplicates or images of one known lesion differ in their label."
    said = ", ".join(f"{plural(n, 'pair')} ({kind})" for kind, n in counts.items() if n)
    return f"Labels conflict in {said}."


def _neighbours(audit: Audit) -> Iterator[str]:
    search = audit.neighbours
    if search is None:
        return
    found = audit.of_kind(PairKind.NEIGHBOUR)
    n_across = sum(count.n_pairs for count in found.between if count.is_across_parts)
    yield (
        f"In the embedding of {search.network} {plural(search.n_mutual, 'pair')} of images are each other's nearest; "
        f"{search.n_known:,} of them are known above. {_limit(search, found.n_pairs)}: {n_across:,} across parts, "
        f"{found.n_label_conflicts:,} with different labels. {found.n_pairs - found.n_to_check:,} are known to show "
        f"two lesions that look alike; the other {found.n_to_check:,} may show one lesion or two: a person must look."
    )


def _limit(search: NeighbourSearch, n_found: int) -> str:
    if search.limit is None:
        return f"The other {n_found:,}"
    return (
        f"Of the others {n_found:,} are as close as half of the {plural(search.n_same_lesion, 'pair')} known to show "
        f"one lesion (1 - cosine at most {search.limit:.3f})"
    )


def _ages(audit: Audit) -> Iterator[str]:
    for benign, malignant in _by_scope(audit):
        if benign.age_mean_years is not None and malignant.age_mean_years is not None:
            yield (
                f"Age goes with the label in {benign.scope}: patients of benign images are "
                f"{benign.age_mean_years:.1f} years old in the mean (known for {benign.n_age_known:,} of "
                f"{benign.n:,}), of malignant ones {malignant.age_mean_years:.1f} ({malignant.n_age_known:,} of "
                f"{malignant.n:,})."
            )


def _missing(audit: Audit) -> Iterator[str]:
    for benign, malignant in _by_scope(audit):
        no_age = Tally(
            benign.n + malignant.n - benign.n_age_known - malignant.n_age_known, malignant.n - malignant.n_age_known
        )
        if 0 < no_age.n < benign.n + malignant.n:
            yield (
                f"In {benign.scope} the age is missing for {plural(no_age.n, 'image')}, of which "
                f"{share(no_age.n_malignant, no_age.n)} are malignant (of all: "
                f"{share(malignant.n, benign.n + malignant.n)})."
            )


def _by_scope(audit: Audit) -> Iterator[tuple[Clinical, Clinical]]:
    """The two classes of the scopes that hold several parts, or of the only part."""
    several = [facts for facts in audit.clinical if " + " in facts.scope] or list(audit.clinical)
    by_label = {(facts.scope, facts.is_malignant): facts for facts in several}
    for scope in dict.fromkeys(facts.scope for facts in several):
        if (scope, False) in by_label and (scope, True) in by_label:
            yield by_label[scope, False], by_label[scope, True]


def _unreadable(audit: Audit) -> str:
    n = len(audit.unreadable)
    return f"{plural(n, 'file')} could not be read and {'is' if n == 1 else 'are'} in no pair." if n else ""
