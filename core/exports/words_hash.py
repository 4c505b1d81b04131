"""The content hash of reports that were signed before it was of the record's facts: it was of the printed words."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from core.exports.case_report import CaseReport, ReportPicture

_OF_THE_CASE = (
    "case_id", "about", "first_read", "final_assessment", "reviews", "diagnosis", "quality", "notes", "model",
)  # fmt: skip
_ADDED_LATER = ", read from the decision"  # to the impression of a batch's case


def hashes_of_words(report: CaseReport) -> Iterator[str]:
    """SHA-256 of a report's words, as they are now and as they were before a batch's impression said its source."""
    yield _hash(report)
    earlier = tuple((name, value.replace(_ADDED_LATER, "")) for name, value in report.final_assessment)
    yield _hash(replace(report, final_assessment=earlier))


def _hash(report: CaseReport) -> str:
    text = json.dumps(_plain(report), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _plain(report: CaseReport) -> dict[str, Any]:
    assessment = report.assessment
    kinds = [[kind.label, kind.probability] for kind in assessment.differential]
    said = {"band": assessment.band, "probability": assessment.probability, "differential": kinds}
    pictures = {"picture": _identity(report.picture), "heatmap": report.heatmap and _identity(report.heatmap)}
    return {name: getattr(report, name) for name in _OF_THE_CASE} | pictures | {"assessment": said}


def _identity(picture: ReportPicture) -> list[object]:
    return [picture.source_sha256, picture.width_px, picture.height_px, picture.caption]
