"""Many pictures at once."""

from dataclasses import dataclass
from datetime import date, datetime

from core.domain.assessment import Prediction
from core.domain.picture import StoredImage
from core.taxonomy import AnatomSite, Band, BatchMode, BatchState, ItemState, Sex


@dataclass(frozen=True, slots=True)
class Assignment:
    """Whose lesion a file of a batch shows, as a file name or a CSV said it; `taken_on` is the day of the picture."""

    pseudonym: str = ""
    lesion_label: str = ""
    anatom_site: AnatomSite | None = None
    age_years: int | None = None
    sex: Sex | None = None
    taken_on: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class BatchItem:
    """One file of a batch; `reason` says why it was rejected, `case_id` is set once it was saved.

    `is_deferred` says that the decision was put off; `signed_by` is "" until the case of the file is signed off;
    `is_read` says that a first read of it is kept, or that there will be none. Of assessments from before it was kept,
    `decided_by` is "" and `decided_at` None.
    """

    item_id: int
    position: int
    filename: str
    state: ItemState
    reason: str = ""
    image: StoredImage | None = None
    prediction: Prediction | None = None
    assessment: Band | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    note: str = ""
    case_id: int | None = None
    assigned: Assignment = Assignment()
    is_deferred: bool = False
    signed_by: str = ""
    is_read: bool = False


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """A batch as the list of batches shows it.

    `model_name` and `weights_sha256` say which network scores all of it; "" where the one in force does.
    """

    batch_id: int
    name: str
    source: str
    state: BatchState
    created_at: datetime
    reader: str
    n_total: int
    n_waiting: int
    n_scored: int
    n_rejected: int
    n_saved: int
    mode: BatchMode = BatchMode.BLIND
    n_signed: int = 0
    model_name: str = ""
    weights_sha256: str = ""
