"""Similar confirmed cases and training images, and the odd one among a patient's lesions. Whose a similar case is, is
never told."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.domain import CaseRecord, Prediction
from core.errors import LesionwiseError
from core.explanations.similar import EmbeddingIndex, Neighbour
from core.explanations.ugly_duckling import UglyDuckling, find_ugly_duckling
from core.imaging.decode import decode
from dashboard.workflow.record import Record
from dashboard.workflow.thumbnails import load_thumbnail, make_thumbnail
from db.similar_queries import (
    ConfirmedCase,
    cases_of_same,
    confirmed_cases_of,
    confirmed_embeddings,
    confirmed_state,
    newest_of_lesions,
)

if TYPE_CHECKING:
    from core.explanations.training_images import TrainingImage, TrainingImages

N_SHOWN = 5
_AHEAD = 8  # times as many are looked up as are shown, since several may be of one lesion


@dataclass(frozen=True, slots=True, eq=False)
class SimilarPicture:
    """One similar picture: what it was confirmed to be and how ("" where that is not recorded), its cosine distance,
    and a small JPEG of it, None where the file cannot be read."""

    diagnosis: str
    is_malignant: bool
    confirm_type: str
    distance: float
    thumbnail: bytes | None


@dataclass(frozen=True, slots=True)
class OddLesion:
    """The lesion of a patient that is least like the others, and the newest case of it."""

    found: UglyDuckling
    lesion_id: int
    label: str
    case_id: int


class ConfirmedIndex:
    """The embeddings of the record's confirmed cases in memory: numbers and ids, nothing of a person.

    Built anew when a diagnosis was added or erased; every answer's words are read from the record.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        self._lock = threading.Lock()
        self._built: dict[str, tuple[tuple[int, int], EmbeddingIndex]] = {}

    def nearest(self, prediction: Prediction, k: int) -> list[Neighbour]:
        """The k nearest cases scored by the prediction's own weights, by case id."""
        return self._index(prediction.model.weights_sha256).nearest(prediction.embedding, k)

    def _index(self, weights_sha256: str) -> EmbeddingIndex:
        with self._lock, self._record.reading() as work:
            state = confirmed_state(work.session)
            known = self._built.get(weights_sha256)
            if known is None or known[0] != state:
                known = (state, EmbeddingIndex.build(*confirmed_embeddings(work.session, weights_sha256)))
                self._built[weights_sha256] = known
            return known[1]


def find_similar_cases(
    *, prediction: Prediction, upload_sha256: str, lesion_id: int | None, index: ConfirmedIndex, record: Record
) -> tuple[SimilarPicture, ...]:
    """The nearest confirmed cases, one for each lesion; never of the same lesion, nor the same file."""
    with record.reading() as work:
        same = cases_of_same(work.session, upload_sha256=upload_sha256, lesion_id=lesion_id)
        found = index.nearest(prediction, _AHEAD * N_SHOWN + len(same))
        others = [neighbour for neighbour in found if neighbour.id not in same]
        known = confirmed_cases_of(work.session, [neighbour.id for neighbour in others])
    kept: dict[tuple[str, int], tuple[Neighbour, ConfirmedCase]] = {}
    for neighbour in others:
        case = known.get(neighbour.id)
        if case is not None:
            kept.setdefault(case.group, (neighbour, case))
    return tuple(_of_case(case, neighbour, record) for neighbour, case in list(kept.values())[:N_SHOWN])


def find_similar_training(
    *, prediction: Prediction, images: "TrainingImages", data: Path
) -> tuple[SimilarPicture, ...]:
    """The nearest images of the network's training set, whose files lie below the folder `data`."""
    found = images.index.nearest(prediction.embedding, N_SHOWN)
    return tuple(_of_training(images.images[each.id], each, data) for each in found)


def find_odd_lesion(*, case: CaseRecord, record: Record) -> OddLesion | None:
    """Of the lesions of a case's patient the one least like the others, by the case's own network.

    None for fewer than three lesions, or where no patient is named.
    """
    if case.patient_id is None:
        return None
    weights = case.prediction.model.weights_sha256
    with record.reading() as work:
        lesions, embeddings = newest_of_lesions(work.session, patient_id=case.patient_id, weights_sha256=weights)
    found = find_ugly_duckling(embeddings)
    return None if found is None else OddLesion(found, *lesions[found.place])


def _of_case(case: ConfirmedCase, neighbour: Neighbour, record: Record) -> SimilarPicture:
    try:
        thumbnail = load_thumbnail(blob_sha256=case.blob_sha256, orientation=case.orientation, record=record)
    except LesionwiseError:
        thumbnail = None  # the page says that the picture is missing; what the case turned out to be stays of use
    return SimilarPicture(case.diagnosis, case.is_malignant, case.confirm_type, neighbour.distance, thumbnail)


def _of_training(image: "TrainingImage", neighbour: Neighbour, data: Path) -> SimilarPicture:
    try:
        thumbnail = make_thumbnail(decode((data / image.file).read_bytes()).pixels)
    except (LesionwiseError, OSError):
        thumbnail = None
    return SimilarPicture(image.diagnosis, image.is_malignant, image.confirm_type, neighbour.distance, thumbnail)
