"""A case: the clinician's words about one picture, and what the record holds of it."""

from dataclasses import dataclass, field
from datetime import date, datetime

from core.domain.assessment import Prediction
from core.domain.picture import StoredImage
from core.domain.reads import ConfirmedDiagnosis, FinalAssessment, FirstRead, Review
from core.taxonomy import AnatomSite, BodyRegion, HeatmapMethod, Laterality, Sex, SkinType


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
class SignOff:
    """That a named reader stands for a case as it is; `signed_at` is UTC."""

    case_id: int
    signed_by: str
    signed_at: datetime


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
