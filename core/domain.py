"""The values that travel: frozen, slotted, and known to every layer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from core.taxonomy import (
    AnatomSite,
    Artefact,
    Band,
    BatchMode,
    BatchState,
    BodyRegion,
    Concern,
    Confidence,
    ConfirmType,
    Diagnosis,
    HeatmapMethod,
    Impression,
    ItemState,
    Laterality,
    ReadMode,
    Sex,
    SkinType,
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in: its name as shown, and its bytes."""

    filename: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class LesionImage:
    """A decoded picture, upright and free of metadata.

    `pixels` is uint8 (height, width, 3) in RGB order, read-only. `sha256` is of the bytes as uploaded; `orientation`
    is the EXIF orientation (1-8) that was applied to make it upright.
    """

    pixels: NDArray[np.uint8]
    sha256: str
    format: str
    orientation: int = 1

    @property
    def width_px(self) -> int:
        """Width of the upright picture."""
        return int(self.pixels.shape[1])

    @property
    def height_px(self) -> int:
        """Height of the upright picture."""
        return int(self.pixels.shape[0])


@dataclass(frozen=True, slots=True)
class QualityNote:
    """One measured property of a picture, and whether it is in order; `advice` says how to take a better one.

    A blocking note that is not fine holds the score back; any other warns.
    """

    name: str
    value: float
    unit: str
    is_fine: bool
    sentence: str
    advice: str = ""
    is_blocking: bool = False


@dataclass(frozen=True, slots=True)
class QualityReport:
    """The measured notes on a picture; it is accepted unless a note is both not fine and blocking."""

    notes: tuple[QualityNote, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether the picture is good enough to be scored."""
        return not self.blocking

    @property
    def blocking(self) -> tuple[QualityNote, ...]:
        """The notes because of which the picture gets no score."""
        return tuple(note for note in self.notes if note.is_blocking and not note.is_fine)


@dataclass(frozen=True, slots=True)
class ScopeReport:
    """Whether this is a dermoscopic picture: `score` is the gate's logit, in scope at or above `threshold`."""

    score: float
    threshold: float
    reason: str = ""

    @property
    def is_in_scope(self) -> bool:
        """Whether the picture looks like the dermoscopic pictures that the gate was fitted on."""
        return self.score >= self.threshold


@dataclass(frozen=True, slots=True)
class ArtefactFlag:
    """One thing that may lie over the lesion: `share` of the picture in [0, 1], and whether it is flagged."""

    artefact: Artefact
    share: float
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class LesionMeasures:
    """ABCD measures of an outlined lesion, as `core.gates.abcd` defines them; no diagnosis.

    `area_share` is of the picture; `asymmetry` in [0, 1] (0: mirrors onto itself about both axes); `border` is
    perimeter squared over 4 pi area (1: a circle); `colours` names those found; `mean_rgb` on 0-255; `cut_off_share`
    is the part of the outline that lies on the picture's edge. Where `is_sure` is False the outline is not relied on.
    """

    area_share: float
    asymmetry: float
    border: float
    colours: tuple[str, ...]
    mean_rgb: tuple[float, float, float]
    cut_off_share: float
    is_sure: bool
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class HeatShares:
    """Shares of the heat inside the lesion, on its border and outside, summing to 1; with what is to be warned of.

    The map has `cells` x `cells` cells: nothing finer can be read from it.
    """

    inside: float
    border: float
    outside: float
    on_artefacts: float
    warnings: tuple[str, ...] = ()
    cells: int = 0


@dataclass(frozen=True, slots=True)
class Checks:
    """What gates and measures found of one picture; kept with its case.

    `scope` is None where the network has no fitted gate, `measures` where no lesion was found, `heat` where there is
    no outline or no map. `override_reason` says why a picture was scored although a gate held it back; `concerns` is
    what the clinician ticked at intake.
    """

    quality: QualityReport
    scope: ScopeReport | None
    artefacts: tuple[ArtefactFlag, ...]
    measures: LesionMeasures | None = None
    heat: HeatShares | None = None
    override_reason: str = ""
    concerns: tuple[Concern, ...] = ()

    @property
    def is_passed(self) -> bool:
        """Whether no gate holds the picture back."""
        return self.quality.is_accepted and (self.scope is None or self.scope.is_in_scope)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why a gate holds the picture back, each as a sentence; empty where none does."""
        scope = (self.scope.reason,) if self.scope and not self.scope.is_in_scope else ()
        return (*scope, *(f"{note.name}: {note.sentence}." for note in self.quality.blocking))


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which network gave a result; stored with every prediction."""

    name: str
    version: str
    weights_sha256: str
    card_sha256: str
    architecture: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """The network's assessment of one picture.

    Probabilities are in [0, 1]: `raw_probability` is the sigmoid of the logit, `malignant_probability` the sigmoid of
    logit / temperature. `embedding` is float16 (D,), the input of the last linear layer. `differential` gives each
    diagnosis that the network tells apart its probability, summing to 1; it is empty where the network gives none.
    """

    malignant_probability: float
    raw_probability: float
    band: Band
    operating_threshold: float
    no_concern_threshold: float
    model: ModelIdentity
    embedding: NDArray[np.float16]
    differential: Mapping[Diagnosis, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Heatmap:
    """Where the network looked: float32 (height, width) in [0, 1], the maximum 1 unless the map is empty."""

    values: NDArray[np.float32]
    method: HeatmapMethod
    layer: str


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """All that was found out about one upload. `submission_id` makes saving it twice the same as once."""

    upload: Upload
    image: LesionImage
    quality: tuple[QualityNote, ...]
    prediction: Prediction
    analysed_at: datetime
    submission_id: str
    checks: Checks | None = None


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A picture in the record: `blob_sha256` names its file, `upload_sha256` is of the bytes as uploaded."""

    upload_sha256: str
    blob_sha256: str
    format: str
    orientation: int
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class History:
    """What the patient tells, in ISIC's fields, as on the day of the picture; None where nobody asked.

    `is_change_noticed` is no field of ISIC's.
    """

    fitzpatrick_skin_type: SkinType | None = None
    clin_size_long_diam_mm: float | None = None
    personal_hx_mm: bool | None = None
    family_hx_mm: bool | None = None
    is_change_noticed: bool | None = None


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """The clinician's words about one picture, before it is saved. `age_years` is capped at 85 as ISIC does.

    `visited_on` is the day of the picture; None means the day on which the case is saved.
    """

    submission_id: str
    filename: str
    pseudonym: str = ""
    lesion_label: str = ""
    anatom_site: AnatomSite | None = None
    age_years: int | None = None
    sex: Sex | None = None
    notes: str = ""
    reader: str = ""
    laterality: Laterality | None = None
    body_region: BodyRegion | None = None
    history: History = field(default_factory=History)
    visited_on: date | None = None


@dataclass(frozen=True, slots=True)
class FirstRead:
    """What a reader thought before the machine's result was shown, or that nobody said so (`mode`); kept once.

    `submission_id` is the case's, or the batch item's that becomes one. Times are UTC; `revealed_at` is when the
    machine's result was first shown, None before.
    """

    submission_id: str
    mode: ReadMode
    reader: str
    kept_at: datetime
    impression: Impression | None = None
    confidence: Confidence | None = None
    diagnosis: Diagnosis | None = None
    revealed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FinalAssessment:
    """What a reader thinks with the machine's result in view; newest counts.

    `is_switch` says that the impression is another one than in the first read. `decision` is what is to be done.
    """

    submission_id: str
    impression: Impression
    reader: str
    assessed_at: datetime
    diagnosis: Diagnosis | None = None
    decision: Band | None = None
    is_switch: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """The clinician's own assessment of a case, after seeing the machine's."""

    assessment: Band
    note: str
    reviewer: str
    reviewed_at: datetime


@dataclass(frozen=True, slots=True)
class ConfirmedDiagnosis:
    """What the lesion turned out to be, and how that is known."""

    diagnosis: Diagnosis
    is_malignant: bool
    confirm_type: ConfirmType
    confirmed_on: date | None
    note: str
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class CaseRecord:
    """A saved case with everything that belongs to it. Times are UTC; reviews and final assessments newest first.

    `visited_on` is the day of the visit on which the picture was taken; None where neither patient nor lesion is named.
    """

    case_id: int
    submission_id: str
    filename: str
    pseudonym: str
    lesion_label: str
    anatom_site: AnatomSite | None
    age_years: int | None
    sex: Sex | None
    notes: str
    reader: str
    created_at: datetime
    app_version: str
    image: StoredImage
    prediction: Prediction
    predicted_at: datetime
    reviews: tuple[Review, ...] = ()
    diagnosis: ConfirmedDiagnosis | None = None
    patient_id: int | None = None
    lesion_id: int | None = None
    visit_id: int | None = None
    visited_on: date | None = None
    laterality: Laterality | None = None
    body_region: BodyRegion | None = None
    history: History = field(default_factory=History)
    first_read: FirstRead | None = None
    finals: tuple[FinalAssessment, ...] = ()


@dataclass(frozen=True, slots=True)
class LesionSummary:
    """A lesion of a named patient, with how often it was imaged and when last."""

    lesion_id: int
    label: str
    anatom_site: AnatomSite | None
    laterality: Laterality | None
    body_region: BodyRegion | None
    n_images: int
    n_visits: int
    newest_case_id: int
    newest_on: date


@dataclass(frozen=True, slots=True)
class Recall:
    """A day by which a lesion is to be seen again, and why. `done_at` (UTC) is None while it is still to be done.

    `newest_case_id` is None where no picture of the lesion is in the record any more.
    """

    recall_id: int
    lesion_id: int
    pseudonym: str
    lesion_label: str
    anatom_site: AnatomSite | None
    newest_case_id: int | None
    due_on: date
    reason: str
    set_by: str
    set_at: datetime
    done_by: str = ""
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignedReport:
    """A report that somebody signed (UTC); `revision` counts from 1, `content_sha256` is of what it says."""

    report_id: int
    case_id: int
    revision: int
    content_sha256: str
    heatmap_method: HeatmapMethod | None
    signed_by: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class ReadOutcome:
    """A blind first read of a saved case, with what the machine said and what became of both.

    `final` is None where no final assessment was kept, `is_malignant` where no diagnosis is confirmed.
    """

    case_id: int
    lesion_id: int | None
    reader: str
    first: Impression
    band: Band
    final: Impression | None
    is_malignant: bool | None


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What the case history is narrowed to; None or "" leaves a field open. Dates are whole UTC-aware instants.

    Each word of `text` is looked for in all that was said about a case. `is_reviewed` and `is_confirmed_malignant`
    filter on the newest review and on the confirmed diagnosis (`has_diagnosis` on there being one).
    """

    text: str = ""
    pseudonym: str = ""
    created_from: datetime | None = None
    created_before: datetime | None = None
    anatom_site: AnatomSite | None = None
    band: Band | None = None
    is_reviewed: bool | None = None
    has_diagnosis: bool | None = None
    is_confirmed_malignant: bool | None = None
    model_version: str = ""


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
    `is_read` says that a first read of it is kept, or that there will be none.
    """

    item_id: int
    position: int
    filename: str
    state: ItemState
    reason: str = ""
    image: StoredImage | None = None
    prediction: Prediction | None = None
    assessment: Band | None = None
    note: str = ""
    case_id: int | None = None
    assigned: Assignment = Assignment()
    is_deferred: bool = False
    signed_by: str = ""
    is_read: bool = False


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """A batch as the list of batches shows it."""

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


@dataclass(frozen=True, slots=True)
class SignOff:
    """That a named reader stands for a case as it is; `signed_at` is UTC."""

    case_id: int
    signed_by: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter of the case history that was given a name."""

    filter_id: int
    name: str
    wanted: CaseFilter
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One change of a setting: who set what to which value, when (UTC)."""

    key: str
    value: str
    changed_by: str
    changed_at: datetime
