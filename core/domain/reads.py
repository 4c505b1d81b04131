"""What readers say: before the result, after it, and what the lesion turned out to be."""

from dataclasses import dataclass
from datetime import date, datetime

from core.taxonomy import Band, Confidence, ConfirmType, Diagnosis, Impression, ReadMode


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

    def impression_of(self, reader: str) -> Impression | None:
        """What this reader thought before the result; None where another one read, or nobody did."""
        return self.impression if reader == self.reader else None


@dataclass(frozen=True, slots=True)
class FinalAssessment:
    """What a reader thinks with the machine's result in view; newest counts.

    `is_switch` says that the impression is another one than in the first read of the same reader: nobody switches
    from what another thought. `decision` is what is to be done.
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


@dataclass(frozen=True, slots=True)
class ReadOutcome:
    """A blind first read of a saved case, with what the machine said and what became of both.

    `final` is the reader's own, None where they kept none; `is_malignant` is None where no diagnosis is confirmed.
    """

    case_id: int
    lesion_id: int | None
    reader: str
    first: Impression
    band: Band
    final: Impression | None
    is_malignant: bool | None
