"""The audit as JSON, and the file that ships beside the networks."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.data.audit_result import (
    Audit,
    Balance,
    Clinical,
    NeighbourSearch,
    Pair,
    PairCount,
    PairKind,
    PairsOfKind,
    Picture,
    SourceFinding,
    Tally,
    Unreadable,
)
from core.data.turn import Turn
from core.errors import DataFolderInvalid

AUDIT_FILE = "data_audit.json"


def audit_to_json(audit: Audit) -> dict[str, Any]:
    """All fields by their names, and with each kind of pair its totals."""
    values = asdict(audit)
    for found, kind in zip(audit.pairs, values["pairs"], strict=True):
        kind |= {"n_pairs": found.n_pairs, "n_label_conflicts": found.n_label_conflicts}
    return values


def audit_from_json(values: Mapping[str, Any]) -> Audit:
    """What `audit_to_json` wrote. Raises KeyError, TypeError or ValueError where it is not that."""
    neighbours = values["neighbours"]
    return Audit(
        made_at=values["made_at"],
        app_version=values["app_version"],
        max_distance=values["max_distance"],
        parts=tuple(_balance(part) for part in values["parts"]),
        source=tuple(_source(finding) for finding in values["source"]),
        clinical=tuple(Clinical(**facts) for facts in values["clinical"]),
        pairs=tuple(_pairs(found) for found in values["pairs"]),
        neighbours=NeighbourSearch(**neighbours) if neighbours else None,
        unreadable=tuple(Unreadable(**file) for file in values["unreadable"]),
    )


def write_audit(audit: Audit, path: Path) -> Path:
    """Write the JSON; a reader never meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    text = json.dumps(audit_to_json(audit), indent=1, ensure_ascii=False, allow_nan=False)
    partial.write_text(text + "\n", encoding="utf-8")
    return partial.replace(path)


def read_audit(path: Path) -> Audit | None:
    """The audit kept in a file, or None where there is none. Raises DataFolderInvalid for a broken file."""
    if not path.is_file():
        return None
    try:
        return audit_from_json(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataFolderInvalid(
            f"The data audit in {path.name} cannot be read ({error}).",
            f"Make it again: `python -m core.data audit --data DIR --out {path.parent.name}/{path.name}`.",
        ) from error


def _balance(values: Mapping[str, Any]) -> Balance:
    diagnoses = {name: Tally(**tally) for name, tally in values["by_diagnosis"].items()}
    return Balance(**{**values, "images": Tally(**values["images"]), "by_diagnosis": diagnoses})


def _source(values: Mapping[str, Any]) -> SourceFinding:
    return SourceFinding(**{**values, "ham10000": Tally(**values["ham10000"]), "other": Tally(**values["other"])})


def _pairs(values: Mapping[str, Any]) -> PairsOfKind:
    return PairsOfKind(
        kind=PairKind(values["kind"]),
        between=tuple(_count(count) for count in values["between"]),
        n_to_check=values["n_to_check"],
        to_check=tuple(_pair(pair) for pair in values["to_check"]),
    )


def _count(values: Mapping[str, Any]) -> PairCount:
    first, second = (Tally(**tally) for tally in values["images"])
    return PairCount(**{**values, "parts": tuple(values["parts"]), "images": (first, second)})


def _pair(values: Mapping[str, Any]) -> Pair:
    turn = Turn(values["turn"]) if values["turn"] else None
    return Pair(Picture(**values["first"]), Picture(**values["second"]), values["distance"], turn)
