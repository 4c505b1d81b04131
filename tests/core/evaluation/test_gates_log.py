"""The command that measures the gates leaves a line for each set of pictures that it scored."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.classifier.classifier import Classifier
from core.evaluation import gates as command
from core.evaluation.gates_report import GatesReport, count
from core.evaluation.scoring_log import read_log
from tests.core.evaluation.conftest import make_card

REPORT = GatesReport(
    "tiny",
    "ab" * 32,
    "2026-01-01T00:00:00+00:00",
    0.5,
    scope_rejected={"everyday photographs": count([True] * 75), "test images": count([False] * 660)},
)


def test_every_set_that_was_scored_gets_its_own_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    classifier = SimpleNamespace(card=replace(make_card(), name="tiny"))
    monkeypatch.setattr(Classifier, "load", lambda *_: classifier)
    for name, found in (
        ("read_out_of_scope", None),
        ("load_training_data", None),
        ("unmet_validation", []),
        ("fit_gates", None),
    ):
        monkeypatch.setattr(command, name, lambda *_, found=found: found)
    monkeypatch.setattr(command, "measure_gates", lambda *_: REPORT)
    folder = tmp_path / "tiny"
    folder.mkdir()
    arguments = ["--weights", str(folder), "--data", str(tmp_path), "--reason", "trial"]
    assert command.refit_gates(arguments) == 0
    assert [(line.set, line.n, line.reason) for line in read_log(folder)] == [
        ("gates: everyday photographs", 75, "trial"),
        ("gates: test images", 660, "trial"),
    ]
    assert json.loads(capsys.readouterr().out)["model"] == "tiny"
