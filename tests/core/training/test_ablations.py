"""The table of ablations: each row trained, scored on all columns, and compared with the baseline."""

import dataclasses
import json
from pathlib import Path

import pytest

from core.evaluation.ablations import ABLATION_COLUMNS, missing_note, read_ablations
from core.evaluation.scoring_log import read_log
from core.training.ablations import BASELINE, HELD_OUT, recipes, run


def test_each_row_is_scored_on_each_column_logged_and_compared_with_the_baseline(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LESIONWISE_HOME", str(tmp_path / "home"))
    whole = recipes(epochs=1, images_per_epoch=8, input_px=32)
    names = ("from scratch", BASELINE, "+ measures against the source")
    rows = {
        name: dataclasses.replace(whole[name], is_pretrained=False, batch_size=4, validation_share=0.3)
        for name in names
    }
    run(root, tmp_path / "ablations.json", tmp_path / "scratch", rows)
    table = json.loads((tmp_path / "ablations.json").read_text())
    assert [row["row"] for row in table] == [*names, "+ clinical data", "+ distillation"]
    for row in table:
        assert set(row["columns"]) == {"all", "unseen_lesions", "same_source", HELD_OUT}
        assert row["columns"]["all"]["n"] == 12
        assert ("delong_p" in row["columns"]["all"]) == (row["row"] != BASELINE)
        figure = row["columns"]["all"]["roc_auc"]
        assert figure["low"] <= figure["value"] <= figure["high"]
    assert abs(table[-2]["change_when_missing"][HELD_OUT]) < 0.1
    assert [row["n_teachers"] for row in table] == [0, 0, 0, 0, 3]
    assert table[-1]["columns"] != table[-3]["columns"]
    read = read_ablations(tmp_path)
    assert [set(row.columns) for row in read] == [set(ABLATION_COLUMNS)] * len(table)
    assert [row.is_baseline for row in read] == [row["row"] == BASELINE for row in table]
    assert "+ clinical data" in missing_note(read)
    assert read[-1].cost == f"{read[-2].cost}, learnt from 3 networks"
    assert [entry.reason for entry in read_log(tmp_path)] == [
        f"ablation: {name}" for name in (*names, "+ distillation")
    ]


def test_the_rows_differ_from_the_baseline_in_what_they_say_alone() -> None:
    rows = recipes(epochs=5, images_per_epoch=2304, input_px=160)
    baseline = dataclasses.asdict(rows[BASELINE])

    def differences(name: str) -> set[str]:
        return {key for key, value in dataclasses.asdict(rows[name]).items() if value != baseline[key]}

    assert differences("from scratch") == {"is_pretrained"}
    assert differences("ImageNet, head only") == {"is_backbone_frozen"}
    assert differences("+ extra data") == {"training_set", "diagnosis_weight"}
    assert differences("+ measures against the source") - differences("+ extra data") == {
        "source_weight", "longest_sides", "colour_cast", "artefacts", "soften", "compress",
    }  # fmt: skip
