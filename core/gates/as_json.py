"""What the gates say of a picture, for the terminal's JSON."""

from typing import Any

from core.domain import Checks


def as_json(checks: Checks) -> dict[str, Any]:
    """The keys `quality`, `scope`, `artefacts`, `outline` and `heat`; what was not checked is null."""
    measures = checks.measures
    return {
        "quality": {
            "accepted": checks.quality.is_accepted,
            "reasons": [f"{note.name}: {note.sentence}" for note in checks.quality.blocking],
            "measures": {note.name: note.value for note in checks.quality.notes},
        },
        "scope": checks.scope
        and {"in_scope": checks.scope.is_in_scope, "score": checks.scope.score, "reason": checks.scope.reason},
        "artefacts": {str(f.artefact): {"share": f.share, "flagged": f.is_flagged} for f in checks.artefacts},
        "outline": measures
        and {
            "sure": measures.is_sure,
            "doubt": measures.doubt,
            "area_share": measures.area_share,
            "asymmetry": measures.asymmetry,
            "border": measures.border,
            "colours": list(measures.colours),
        },
        "heat": checks.heat
        and {
            "inside": checks.heat.inside,
            "border": checks.heat.border,
            "outside": checks.heat.outside,
            "on_artefacts": checks.heat.on_artefacts,
            "warnings": list(checks.heat.warnings),
        },
        **({"override_reason": checks.override_reason} if checks.override_reason else {}),
    }
