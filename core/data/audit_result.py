"""What an audit found, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.data.turn import Turn


class PairKind(StrEnum):
    """Why two pictures are a pair; neighbours only look alike to a network."""

    EXACT_COPY = "exact copy"
    NEAR_DUPLICATE = "near-duplicate"
    SAME_LESION = "same lesion"
    NEIGHBOUR = "neighbour"


@dataclass(frozen=True, slots=True)
class Tally:
    """Images, and how many of them are malignant."""

    n: int
    n_malignant: int

    @property
    def n_benign(self) -> int:
        """Those that are not malignant."""
        return self.n - self.n_malignant


@dataclass(frozen=True, slots=True)
class Balance:
    """Classes and lesions of one part; `n_lesion_known` images show one of `n_lesions` known lesions."""

    part: str
    images: Tally
    n_lesion_known: int
    n_lesions: int
    by_diagnosis: Mapping[str, Tally]
    file_list_sha256: str


@dataclass(frozen=True, slots=True)
class Clinical:
    """Age and sex of the images of one class in a scope; mean and deviation are None where fewer than two are known."""

    scope: str
    is_malignant: bool
    n: int
    n_age_known: int
    age_mean_years: float | None
    age_deviation_years: float | None
    n_sex_known: int
    n_female: int


@dataclass(frozen=True, slots=True)
class SourceFinding:
    """How well one bit, "not from HAM10000", does as a call of malignant in a scope that has both sources and both
    classes; `commonest_share` is the accuracy of always calling the commoner class."""

    scope: str
    ham10000: Tally
    other: Tally
    n_unknown: int
    accuracy: float
    roc_auc: float
    commonest_share: float


@dataclass(frozen=True, slots=True)
class Picture:
    """One side of a pair."""

    part: str
    file: str
    is_malignant: bool
    lesion: str | None
    diagnosis: str | None

    @property
    def key(self) -> tuple[str, str]:
        """Part and file name: what tells images of one audit apart."""
        return self.part, self.file


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures to look at.

    `distance` is in bits of 256 (perceptual hash, the closest of eight turns), for neighbours 1 - cosine in the
    embedding; `turn` says how one lies when the other is upright.
    """

    first: Picture
    second: Picture
    distance: float
    turn: Turn | None = None

    @property
    def is_across_parts(self) -> bool:
        """Whether the two lie in different parts."""
        return self.first.part != self.second.part

    @property
    def is_label_conflict(self) -> bool:
        """Whether one is labelled malignant and the other benign."""
        return self.first.is_malignant != self.second.is_malignant


@dataclass(frozen=True, slots=True)
class PairCount:
    """Pairs of one kind between two parts, or within one, named twice.

    `n_only_turned` are pairs only when flipped or turned; `n_lesions` counts known lesions that both pictures of a pair
    show; `images` are the distinct images of either part that are in such a pair.
    """

    parts: tuple[str, str]
    n_pairs: int
    n_label_conflicts: int
    n_only_turned: int
    n_lesions: int
    images: tuple[Tally, Tally]

    @property
    def is_across_parts(self) -> bool:
        """Whether the two parts are different ones."""
        return self.parts[0] != self.parts[1]


@dataclass(frozen=True, slots=True)
class PairsOfKind:
    """All pairs of one kind counted, and the first `to_check` of the `n_to_check` that a person should look at."""

    kind: PairKind
    between: tuple[PairCount, ...]
    n_to_check: int
    to_check: tuple[Pair, ...]

    @property
    def n_pairs(self) -> int:
        """All pairs of this kind."""
        return sum(count.n_pairs for count in self.between)

    @property
    def n_label_conflicts(self) -> int:
        """Pairs whose labels differ."""
        return sum(count.n_label_conflicts for count in self.between)


@dataclass(frozen=True, slots=True)
class NeighbourSearch:
    """How neighbours were found: of `n_mutual` pairs that are each other's nearest in the embedding of a network,
    `n_known` are known anyway (copies, near-duplicates, one lesion); the others no farther than `limit` are kept.

    `limit` is the median distance of the `n_same_lesion` pairs known to show one lesion; None where there are none.
    """

    network: str
    weights_sha256: str
    n_mutual: int
    n_known: int
    n_same_lesion: int
    limit: float | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be compared, and why."""

    part: str
    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything that one audit found; `neighbours` is None where no network was asked, `source` empty where sources
    are unknown or only one is there."""

    made_at: str
    app_version: str
    max_distance: int
    parts: tuple[Balance, ...]
    source: tuple[SourceFinding, ...]
    clinical: tuple[Clinical, ...]
    pairs: tuple[PairsOfKind, ...]
    neighbours: NeighbourSearch | None
    unreadable: tuple[Unreadable, ...]

    def of_kind(self, kind: PairKind) -> PairsOfKind:
        """The pairs of one kind, which may be none."""
        return next((found for found in self.pairs if found.kind is kind), PairsOfKind(kind, (), 0, ()))
