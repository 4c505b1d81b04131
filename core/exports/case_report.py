"""What a report says about one case, in words that are ready to print. A part that there is nothing of is empty."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.taxonomy import Band

Row = tuple[str, str]  # a name and its value


@dataclass(frozen=True, slots=True)
class ReportPicture:
    """A JPEG in RGB with its caption; `source_sha256` names the picture that it was made from, as stored."""

    content: bytes = field(repr=False)
    width_px: int
    height_px: int
    caption: str
    source_sha256: str


@dataclass(frozen=True, slots=True)
class LikelyKind:
    """One line of the differential; `mark` says whether the kind is malignant, `probability` is in [0, 1]."""

    label: str
    mark: str
    probability: float


@dataclass(frozen=True, slots=True)
class MachineAssessment:
    """What the network said; `sign` and `label` go with the band, so that nothing is said by colour alone."""

    band: Band
    sign: str
    label: str
    probability: str
    sentences: tuple[str, ...]
    next_step: str
    differential: tuple[LikelyKind, ...] = ()
    differential_note: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed, and when (UTC; `signed_at_text` as printed); `revision` counts from 1; `note` says what the name is
    worth."""

    signed_by: str
    signed_at: datetime
    signed_at_text: str
    revision: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class CaseReport:
    """The whole report. Clinician's and machine's parts are apart; without a signature it is preliminary.

    `measured`, `limits` and `intended_use` are of the network, whatever the case. `facts` is what `case_facts` gives:
    what is signed.
    """

    case_id: int
    about: tuple[Row, ...]
    picture: ReportPicture
    assessment: MachineAssessment
    model: tuple[Row, ...]
    limits: tuple[str, ...]
    intended_use: str
    facts: Mapping[str, Any]
    heatmap: ReportPicture | None = None
    first_read: tuple[Row, ...] = ()
    final_assessment: tuple[Row, ...] = ()
    reviews: tuple[Row, ...] = ()
    diagnosis: tuple[Row, ...] = ()
    quality: tuple[Row, ...] = ()
    measured: tuple[Row, ...] = ()
    notes: str = ""
    signature: Signature | None = None


def hash_content(report: CaseReport) -> str:
    """SHA-256 of the facts of the record that the report stands on, as JSON with sorted keys. Neither the signature
    counts, nor the words, nor what is said of the network in general: a reworded sentence, another time zone or a new
    measurement leaves a signed report as true as it was."""
    text = json.dumps(report.facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
