"""The audit survives its file, and a broken file is told with the command that makes it anew."""

import json
from pathlib import Path

import pytest

from core.data.audit_file import audit_from_json, audit_to_json, read_audit, write_audit
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

FIRST = Picture("train", "benign/1.jpg", False, "L1", "Nevus")
SECOND = Picture("test", "malignant/2.jpg", True, None, None)
AUDIT = Audit(
    made_at="2026-01-02T03:04:05+00:00",
    app_version="0.1.0",
    max_distance=40,
    parts=(Balance("train", Tally(9, 4), 6, 5, {"Nevus": Tally(5, 0)}, "ab" * 32),),
    source=(SourceFinding("train", Tally(6, 1), Tally(3, 3), 0, 0.5, 0.6, 0.7),),
    clinical=(Clinical("train", True, 4, 1, None, None, 1, 0),),
    pairs=(
        PairsOfKind(
            PairKind.NEAR_DUPLICATE,
            (PairCount(("train", "test"), 3, 2, 1, 0, (Tally(2, 0), Tally(3, 3))),),
            3,
            (Pair(FIRST, SECOND, 12.0, Turn.HALF), Pair(FIRST, SECOND, 0.25)),
        ),
    ),
    neighbours=NeighbourSearch("net", "cd" * 32, 7, 2, 5, 0.125),
    unreadable=(Unreadable("test", "benign/3.jpg", "This file is empty."),),
)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    path = write_audit(AUDIT, tmp_path / "deeper" / "audit.json")
    assert read_audit(path) == AUDIT
    assert [file.name for file in path.parent.iterdir()] == ["audit.json"]


def test_the_json_names_pairs_with_labels_parts_and_totals() -> None:
    [found] = json.loads(json.dumps(audit_to_json(AUDIT)))["pairs"]
    assert (found["kind"], found["n_pairs"], found["n_label_conflicts"], found["n_to_check"]) == (
        "near-duplicate",
        3,
        2,
        3,
    )
    assert found["to_check"][0] == {
        "first": {"part": "train", "file": "benign/1.jpg", "is_malignant": False, "lesion": "L1", "diagnosis": "Nevus"},
        "second": {
            "part": "test", "file": "malignant/2.jpg", "is_malignant": True, "lesion": None, "diagnosis": None,
        },
        "distance": 12.0,
        "turn": "turned by 180 degrees",
    }  # fmt: skip


def test_an_audit_without_a_network_is_read_too() -> None:
    values = audit_to_json(AUDIT) | {"neighbours": None}
    assert audit_from_json(values).neighbours is None


def test_no_file_is_no_audit(tmp_path: Path) -> None:
    assert read_audit(tmp_path / "nothing.json") is None


@pytest.mark.parametrize("text", ["{", "{}", "[]", '{"neighbours": null, "made_at": 3}', '"text"'])
def test_a_broken_file_is_refused_with_the_command(tmp_path: Path, text: str) -> None:
    path = tmp_path / "data_audit.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataFolderInvalid, match=r"data_audit\.json cannot be read") as raised:
        read_audit(path)
    assert "python -m core.data audit" in raised.value.next_step
