"""What of the record a report stands on, as plain JSON: what a signature is for, whatever words it is printed in."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from core.domain import CaseRecord, Checks
from core.taxonomy import HeatmapMethod

_OF_THE_CASE = (
    "case_id", "pseudonym", "lesion_label", "anatom_site", "body_region", "laterality", "visited_on", "age_years",
    "sex", "notes", "reader", "created_at", "predicted_at", "app_version",
)  # fmt: skip
_OF_THE_PREDICTION = (
    "malignant_probability", "band", "operating_threshold", "no_concern_threshold", "differential",
)  # fmt: skip


def case_facts(case: CaseRecord, checks: Checks | None, heatmap: HeatmapMethod | None = None) -> dict[str, Any]:
    """The facts that are printed of a case, times in UTC whatever the machine's clock.

    What is empty is left out, so that a field which a later version adds changes nothing for earlier cases.
    """
    prediction = case.prediction
    scored = {name: getattr(prediction, name) for name in _OF_THE_PREDICTION} | {"model": asdict(prediction.model)}
    facts = {name: getattr(case, name) for name in _OF_THE_CASE} | {
        "picture": {"blob_sha256": case.image.blob_sha256, "orientation": case.image.orientation},
        "prediction": scored,
        "history": asdict(case.history),
        "first_read": asdict(case.first_read) if case.first_read else None,
        "final_assessment": asdict(case.finals[0]) if case.finals else None,
        "reviews": [asdict(review) for review in case.reviews],
        "diagnosis": asdict(case.diagnosis) if case.diagnosis else None,
        "checks": asdict(checks) if checks else None,
        "heatmap": heatmap,
    }
    plain: dict[str, Any] = _plain(facts)
    return plain


def _plain(value: object) -> Any:  # noqa: ANN401 (whatever JSON holds)
    if isinstance(value, Mapping):
        found = {str(key): _plain(held) for key, held in value.items()}
        return {key: held for key, held in found.items() if not _is_empty(held)}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _is_empty(value: object) -> bool:
    """Whether nothing was said; "no" and nought say something."""
    return value is None or (isinstance(value, str | list | dict) and not value)
