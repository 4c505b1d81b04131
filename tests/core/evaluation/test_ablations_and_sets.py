"""The table of ablations, results on further sets, and operating points compared."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import DataFolderInvalid
from core.evaluation.ablations import (
    ABLATIONS_FILE,
    ablations_csv,
    baseline_of,
    missing_note,
    paired_tests,
    read_ablations,
)
from core.evaluation.evaluate import evaluate
from core.evaluation.exploration import prepare_exploration
from core.evaluation.other_sets import find_other_sets
from core.evaluation.points_compared import ChosenBy, compare_points
from core.evaluation.predictions import Predictions, ScoredImage
from core.evaluation.published import PUBLISHED
from core.evaluation.results import write_evaluation
from core.evaluation.sets import open_set
from tests.core.evaluation.conftest import RedScorer, make_card

AUC = {"value": 0.9, "low": 0.88, "high": 0.92}
ROW = {
    "row": "from scratch",
    "architecture": "lesion_cnn",
    "input_px": 160,
    "epochs": 4,
    "images_per_epoch": 2304,
    "columns": {"all": {"n": 660, "roc_auc": AUC, "delong_p": 0.0004, "mcnemar_p": 0.04}},
}
BASELINE = ROW | {"row": "full fine-tuning", "columns": {"all": {"n": 660, "roc_auc": AUC}}}


def test_the_table_is_read_and_written_as_csv(tmp_path: Path) -> None:
    (tmp_path / ABLATIONS_FILE).write_text(json.dumps([ROW, BASELINE]))
    row, baseline = read_ablations(tmp_path)
    assert row.columns["all"].roc_auc.value == 0.9 and paired_tests(row.columns["all"]) == ("< 0.001", "0.040")
    assert (row.is_baseline, baseline.is_baseline, baseline_of((row, baseline))) == (False, True, "“full fine-tuning”")
    assert row.cost == "lesion_cnn, 160 px, 4 epochs of 2,304 images"
    head, line, _ = ablations_csv((row, baseline)).splitlines()
    cells = dict(zip(head.split(","), line.split(","), strict=True))
    assert (cells["all_roc_auc"], cells["same_source_roc_auc"], cells["all_mcnemar_p"]) == ("0.9", "", "0.04")


def test_what_missing_clinical_data_change_is_told_of_rows_that_use_them(tmp_path: Path) -> None:
    clinical = ROW | {"row": "+ clinical data", "change_when_missing": {"all": -0.0042}}
    (tmp_path / ABLATIONS_FILE).write_text(json.dumps([BASELINE, clinical]))
    rows = read_ablations(tmp_path)
    assert "“+ clinical data”" in missing_note(rows) and "by −0.004" in missing_note(rows)
    assert missing_note(rows[:1]) == ""


def test_no_table_is_no_row_and_a_broken_one_is_told(tmp_path: Path) -> None:
    assert read_ablations(tmp_path) == ()
    (tmp_path / ABLATIONS_FILE).write_text('[{"row": "x"}]')
    with pytest.raises(DataFolderInvalid, match="ablations"):
        read_ablations(tmp_path)


def test_further_sets_of_these_weights_are_found_and_the_later_of_two_counts(folder: Path, tmp_path: Path) -> None:
    card, home = make_card(), tmp_path / "home"
    shipped = tmp_path / "weights" / card.name
    evaluation, _ = evaluate(scorer=RedScorer(card), labelled=open_set(folder, "practice"), n_draws=10)
    later = replace(evaluation, measured_at="2999-01-01T00:00:00+00:00")
    other = replace(evaluation, set_name="elsewhere", weights_sha256="cd" * 32)
    main = replace(evaluation, set_name="test")
    held_out = replace(evaluation, set_name="ham10000-extra-test")
    write_evaluation(evaluation, shipped / "practice")
    for each in (later, other, main, replace(evaluation, set_name="clinic"), held_out):
        write_evaluation(each, home / "evaluations" / card.name / each.set_name)
    found = find_other_sets(card, shipped=shipped, home=home, main_set="test")
    assert list(found) == ["ham10000-extra-test", "clinic", "practice"]
    assert found["practice"].measured_at == later.measured_at


def test_operating_points_say_who_chose_them_and_which_is_in_force() -> None:
    rng = np.random.default_rng(0)
    rows = [
        ScoredImage(f"{i}", i % 2 == 0, float(np.clip(rng.normal(0.7 - 0.4 * (i % 2), 0.2), 0, 1)), 0.0)
        for i in range(80)
    ]
    images = prepare_exploration(Predictions(tuple(rows)), n_draws=20)
    card = replace(make_card(), facts={"validation": {"accuracy_threshold": 0.55}})
    points = compare_points(images, card, 0.066)
    assert [point.at.figures.threshold for point in points if point.is_in_force] == [card.refer_threshold]
    assert {point.chosen_by for point in points} == {ChosenBy.VALIDATION, ChosenBy.CONVENTION, ChosenBy.TEST}
    exploratory = [point for point in points if point.chosen_by is ChosenBy.TEST]
    assert [point.at.figures.figures["sensitivity"].value for point in exploratory] == pytest.approx(
        [0.9, 0.95, 0.98], abs=0.025
    )
    own = compare_points(images, card, 0.066, own_threshold=0.31)
    assert [point.name for point in own if point.is_in_force] == ["Refer, as this practice set it"]


def test_published_points_are_shares_with_a_source() -> None:
    assert PUBLISHED
    for point in PUBLISHED:
        assert 0.5 < point.sensitivity < 1 and 0.5 < point.specificity < 1
        assert any(character.isdigit() for character in point.source)
