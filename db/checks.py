"""How the checks of a picture are kept: as one JSON object, and read back from it."""

from dataclasses import asdict
from typing import Any

from core.domain import (
    ArtefactFlag,
    Checks,
    HeatShares,
    LesionMeasures,
    QualityNote,
    QualityReport,
    ScopeReport,
)
from core.taxonomy import Artefact, Concern


def to_details(checks: Checks) -> dict[str, Any]:
    """All of the checks as JSON values."""
    return asdict(checks)


def from_details(details: dict[str, Any]) -> Checks:
    """What `to_details` wrote."""
    measures, heat, scope = details["measures"], details["heat"], details["scope"]
    return Checks(
        quality=QualityReport(tuple(QualityNote(**note) for note in details["quality"]["notes"])),
        scope=ScopeReport(**scope) if scope else None,
        artefacts=tuple(
            ArtefactFlag(Artefact(flag["artefact"]), flag["share"], flag["is_flagged"]) for flag in details["artefacts"]
        ),
        measures=_measures(measures) if measures else None,
        heat=HeatShares(**heat | {"warnings": tuple(heat["warnings"])}) if heat else None,
        override_reason=details["override_reason"],
        concerns=tuple(Concern(word) for word in details["concerns"]),
    )


def between_bars(words: tuple[str, ...]) -> str:
    """Words that a LIKE can look for one by one: "|hair|ink|", or "" for none."""
    return f"|{'|'.join(words)}|" if words else ""


def _measures(values: dict[str, Any]) -> LesionMeasures:
    red, green, blue = values["mean_rgb"]
    return LesionMeasures(**values | {"colours": tuple(values["colours"]), "mean_rgb": (red, green, blue)})
