"""What a test set is: where its images come from, and what of it the train part shows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.audit_result import Tally
from core.data.labelled import LabelledImage, count_malignant


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """Per test image (N,): whether the train part shows its lesion, and whether it holds a near-duplicate picture; a
    network need not have been trained on all of that part."""

    is_lesion_seen: NDArray[np.bool_]
    is_near_duplicate: NDArray[np.bool_]

    @property
    def is_any(self) -> NDArray[np.bool_]:
        """Either of the two."""
        return self.is_lesion_seen | self.is_near_duplicate


@dataclass(frozen=True, slots=True)
class AboutSet:
    """Counts of a test set. `by_source` is empty where sources are unknown; what needs the train part is None where
    that is not at hand. `n_lesions` counts the known ones. `is_left_out_of_training` says that the network's own
    training left out whatever of the train part shows a test lesion, or nearly a test picture."""

    n_lesions: int
    by_source: Mapping[str, Tally]
    by_diagnosis: Mapping[str, Tally]
    lesion_seen_in_training: Tally | None
    near_duplicate_of_training: Tally | None
    is_left_out_of_training: bool = False

    def as_json(self) -> dict[str, Any]:
        """Counts and the statement made of them."""
        return {**asdict(self), "statement": list(self.statement())}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "AboutSet":
        """What `as_json` wrote."""
        seen, duplicate = values["lesion_seen_in_training"], values["near_duplicate_of_training"]
        return cls(
            n_lesions=values["n_lesions"],
            by_source={name: Tally(**part) for name, part in values["by_source"].items()},
            by_diagnosis={name: Tally(**part) for name, part in values["by_diagnosis"].items()},
            lesion_seen_in_training=Tally(**seen) if seen else None,
            near_duplicate_of_training=Tally(**duplicate) if duplicate else None,
            is_left_out_of_training=values.get("is_left_out_of_training", False),
        )

    def statement(self) -> tuple[str, ...]:
        """What a reader of the figures must know, one sentence per finding; every number is counted from this set."""
        return tuple(sentence for sentence in (self._source(), self._lesions(), self._duplicates()) if sentence)

    def _source(self) -> str:
        ham, other = self.by_source.get("ham10000"), self.by_source.get("other")
        if not ham or not other or not ham.n or not other.n:
            return ""
        return (
            f"Of the {ham.n_benign + other.n_benign} benign images {ham.n_benign} come from HAM10000, of the "
            f"{ham.n_malignant + other.n_malignant} malignant ones {ham.n_malignant}: a network can score by "
            f"recognising the source of a picture. The {ham.n} images of that one source are the honest comparison."
        )

    def _lesions(self) -> str:
        seen = self.lesion_seen_in_training
        if not seen:
            return ""
        left_out = "; this network was not trained on those images of it" if self.is_left_out_of_training else ""
        return (
            f"{seen.n} images ({seen.n_malignant} malignant, {seen.n_benign} benign) show a lesion that the "
            f"train part shows too{left_out}."
        )

    def _duplicates(self) -> str:
        duplicate = self.near_duplicate_of_training
        if not duplicate:
            return ""
        left_out = ", on which this network was not trained" if self.is_left_out_of_training else ""
        return f"{duplicate.n} images are near-duplicates of an image in the train part{left_out}."


def describe_set(
    images: Sequence[LabelledImage], repeats: Repeats | None, *, is_left_out_of_training: bool = False
) -> AboutSet:
    """Count a test set by source, by diagnosis and by what the train part shows of it."""
    return AboutSet(
        n_lesions=len({image.lesion for image in images if image.lesion is not None}),
        by_source=_by_source(images),
        by_diagnosis=_by_diagnosis(images),
        lesion_seen_in_training=_part(images, repeats.is_lesion_seen) if repeats else None,
        near_duplicate_of_training=_part(images, repeats.is_near_duplicate) if repeats else None,
        is_left_out_of_training=is_left_out_of_training,
    )


def find_repeats(
    images: Sequence[LabelledImage],
    frames: NDArray[np.uint8],
    train_images: Sequence[LabelledImage],
    train_frames: NDArray[np.uint8],
) -> Repeats:
    """Compare a test set with a train part, by lesion and by perceptual hash; frames are uint8 (N, H, W, 3)."""
    from core.data.near_duplicates import (  # a page that shows what was measured need not load it
        MAX_DISTANCE,
        hash_frame,
    )

    seen = {image.lesion for image in train_images if image.lesion is not None}
    hashes, train_hashes = (
        np.stack([hash_frame(frame) for frame in each]).astype(np.float32) for each in (frames, train_frames)
    )
    distance = hashes.sum(axis=1)[:, None] + train_hashes.sum(axis=1) - 2 * hashes @ train_hashes.T  # Hamming (N, M)
    return Repeats(
        is_lesion_seen=np.array([image.lesion in seen for image in images], dtype=np.bool_),
        is_near_duplicate=distance.min(axis=1) <= MAX_DISTANCE,
    )


def _by_source(images: Sequence[LabelledImage]) -> dict[str, Tally]:
    if all(image.is_ham10000 is None for image in images):
        return {}
    flags = np.array([bool(image.is_ham10000) for image in images])
    return {"ham10000": _part(images, flags), "other": _part(images, ~flags)}


def _by_diagnosis(images: Sequence[LabelledImage]) -> dict[str, Tally]:
    names = np.array([image.diagnosis or "" for image in images], dtype=object)
    return {name: _part(images, names == name) for name in sorted(set(names)) if name}


def _part(images: Sequence[LabelledImage], mask: NDArray[np.bool_]) -> Tally:
    chosen = [image for image, is_in in zip(images, mask, strict=True) if is_in]
    return Tally(n=len(chosen), n_malignant=count_malignant(chosen))
