"""From a folder of pictures to figures on disk and on stdout, with a small network of the test's own making."""

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.classifier.card import read_card, write_card
from core.classifier.loading import save_network
from core.classifier.network import LesionCNN
from core.data.labelled import KAGGLE_FOLDER, hash_of_list
from core.errors import DataFolderInvalid
from core.evaluation.__main__ import main
from core.evaluation.about_set import AboutSet
from core.evaluation.calibration import calibrate
from core.evaluation.evaluate import evaluate
from core.evaluation.predictions import Predictions, ScoredImage, read_predictions, write_predictions
from core.evaluation.results import read_evaluation, write_evaluation
from core.evaluation.sets import EvaluationSet, open_set, read_frames
from core.evaluation.subgroups import divide
from core.gates.artefacts import ArtefactFinder
from core.taxonomy import Artefact
from tests.core.evaluation.conftest import RULE, RedScorer, make_card


def test_separable_pictures_are_told_apart_at_both_thresholds(folder: Path) -> None:
    evaluation, predictions = evaluate(scorer=RedScorer(make_card()), labelled=open_set(folder), n_draws=50)
    assert (evaluation.whole.n, evaluation.whole.n_malignant) == (12, 6)
    assert evaluation.whole.ranking["roc_auc"].value == 1.0
    assert evaluation.whole.at_half.figures["sensitivity"].value == 1.0
    assert evaluation.whole.at_operating_point.threshold == 0.5
    assert evaluation.bands["refer"].n_malignant == 6
    assert sum(count.n for count in evaluation.bands.values()) == 12
    assert predictions.probability == pytest.approx(calibrate(np.array([row.logit for row in predictions.rows]), 2.0))


class RedFinder(ArtefactFinder):
    """Flags ink on every red frame."""

    def __init__(self) -> None:
        pass

    def names(self, pixels: NDArray[np.uint8]) -> tuple[str, ...]:
        return (str(Artefact.INK),) if pixels[..., 0].mean() > 150 else ()


def test_artefacts_are_named_where_somebody_looked_for_them(folder: Path, tmp_path: Path) -> None:
    scorer, labelled = RedScorer(make_card()), open_set(folder)
    _, looked = evaluate(scorer=scorer, labelled=labelled, n_draws=10, artefacts=RedFinder())
    assert [row.artefacts for row in looked.rows] == ["ink" if row.malignant else "" for row in looked.rows]
    write_predictions(looked.rows, tmp_path)
    kept = read_predictions(tmp_path)
    assert kept is not None
    found = {division.name: division for division in divide(kept, 0.5, n_draws=10)}["Artefact"]
    assert {group.name: group.n for group in found.groups} == {"ink": 6, "none found": 6}
    _, unseen = evaluate(scorer=scorer, labelled=labelled, n_draws=10)
    assert {row.artefacts for row in unseen.rows} == {None}


def test_a_network_that_left_the_test_lesions_out_is_not_said_to_have_seen_them(kaggle: Path) -> None:
    saw, left_out = (
        evaluate(
            scorer=RedScorer(replace(make_card(), facts={"training_data": {"left_out_because_of_the_test_part": n}})),
            labelled=open_set(kaggle),
            n_draws=10,
        )[0].about
        for n in (0, 3)
    )
    assert all("not trained" not in sentence for sentence in saw.statement())
    lesions, pictures = left_out.statement()[1:]
    assert lesions.endswith("that the train part shows too; this network was not trained on those images of it.")
    assert pictures.endswith("in the train part, on which this network was not trained.")
    assert AboutSet.from_json(left_out.as_json()) == left_out
    older = left_out.as_json()
    del older["is_left_out_of_training"]
    assert AboutSet.from_json(older) == saw


def test_a_practices_own_folder_has_no_statement_of_sources(folder: Path) -> None:
    evaluation, _ = evaluate(scorer=RedScorer(make_card()), labelled=open_set(folder), n_draws=10)
    assert evaluation.set_name == "practice"
    assert evaluation.same_source is None
    assert evaluation.without_repeats is None
    assert evaluation.about.statement() == ()
    assert evaluation.file_list_sha256 == hash_of_list(open_set(folder).images)


def test_the_kaggle_sets_confound_and_repeats_are_counted(kaggle: Path) -> None:
    evaluation, predictions = evaluate(scorer=RedScorer(make_card()), labelled=open_set(kaggle), n_draws=10)
    about = evaluation.about
    assert (about.by_source["ham10000"].n, about.by_source["ham10000"].n_malignant) == (8, 2)
    assert about.by_source["other"].n_benign == 0
    assert about.n_lesions == 7
    assert about.lesion_seen_in_training is not None
    assert (about.lesion_seen_in_training.n, about.lesion_seen_in_training.n_malignant) == (2, 2)
    assert about.near_duplicate_of_training is not None
    assert about.near_duplicate_of_training.n == 1
    assert evaluation.same_source is not None
    assert evaluation.same_source.n == 8
    assert evaluation.without_repeats is not None
    assert evaluation.without_repeats.n == 9
    assert "Of the 6 benign images 6 come from HAM10000, of the 6 malignant ones 2" in about.statement()[0]
    assert "2 images (2 malignant, 0 benign)" in about.statement()[1]
    repeated = [row.file for row in predictions.rows if row.repeats_train]
    assert repeated == ["malignant/0.png", "malignant/1.png", "malignant/5.png"]


def test_a_part_of_the_kaggle_set_is_the_same_set(kaggle: Path) -> None:
    whole, part = open_set(kaggle), open_set(kaggle / KAGGLE_FOLDER / "test")
    assert part == whole
    assert part.name == "test"
    train = open_set(kaggle, "train")
    assert (train.name, train.train, len(train.images)) == ("train", None, 13)


def test_a_part_that_is_not_there_is_refused(kaggle: Path) -> None:
    with pytest.raises(DataFolderInvalid, match="tset"):
        open_set(kaggle, "tset")


def test_a_csv_may_name_files_anywhere(folder: Path) -> None:
    path = folder.parent / "clinic.csv"
    path.write_text("file,malignant,lesion_id\npractice/benign/0.png,0,A\npractice/malignant/1.png,1,B\n")
    evaluation, predictions = evaluate(scorer=RedScorer(make_card()), labelled=open_set(path), n_draws=10)
    assert evaluation.set_name == "clinic"
    assert [row.lesion_id for row in predictions.rows] == ["A", "B"]


def test_broken_and_missing_files_are_named_and_the_rest_is_scored(folder: Path) -> None:
    (folder / "benign" / "0.png").write_bytes(b"no picture")
    labelled = open_set(folder)
    (folder / "malignant" / "3.png").unlink()
    evaluation, _ = evaluate(scorer=RedScorer(make_card()), labelled=labelled, n_draws=10)
    assert evaluation.whole.n == 10
    assert [(item.file, item.reason) for item in evaluation.rejected] == [
        ("benign/0.png", evaluation.rejected[0].reason),
        ("malignant/3.png", "This file does not exist."),
    ]
    assert "not a picture" in evaluation.rejected[0].reason


def test_a_set_without_a_readable_picture_is_refused(folder: Path) -> None:
    for path in folder.rglob("*.png"):
        path.write_bytes(b"")
    with pytest.raises(DataFolderInvalid, match=r"None of the 12 images .* empty"):
        read_frames(open_set(folder).images, RULE, None)


def test_metrics_survive_the_file(kaggle: Path, tmp_path: Path) -> None:
    evaluation, _ = evaluate(scorer=RedScorer(make_card()), labelled=open_set(kaggle), n_draws=10)
    write_evaluation(evaluation, tmp_path / "out")
    again = read_evaluation(tmp_path / "out")
    assert again is not None
    assert again.as_json() == evaluation.as_json()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["metrics.json"]


def test_an_undefined_figure_is_null_in_the_file(folder: Path, tmp_path: Path) -> None:
    labelled = open_set(folder)
    benign = EvaluationSet("benign", tuple(image for image in labelled.images if not image.is_malignant))
    evaluation, _ = evaluate(scorer=RedScorer(make_card()), labelled=benign, n_draws=10)
    written = json.loads(write_evaluation(evaluation, tmp_path).read_text())
    assert written["roc_auc"] == {"value": None, "low": None, "high": None}
    assert written["at_0.5"]["specificity"]["value"] == 1.0


def test_predictions_survive_the_file(tmp_path: Path) -> None:
    rows = (
        ScoredImage("benign/a,b.png", False, 0.12345678, -1.5, is_ham10000=True, repeats_train=False, sex="female"),
        ScoredImage("malignant/c.png", True, 1.0, 20.25, "L1", "Melanoma", False, None, "85", "", "Trunk"),
    )
    write_predictions(rows, tmp_path)
    assert read_predictions(tmp_path) == Predictions(rows)


@pytest.mark.parametrize("name", ["metrics.json", "predictions.csv"])
def test_broken_results_say_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"set": 1}\n{"n"\n')
    read = read_evaluation if name == "metrics.json" else read_predictions
    with pytest.raises(DataFolderInvalid, match=name) as caught:
        read(tmp_path)
    assert "make evaluate" in caught.value.next_step


def test_no_results_are_none(tmp_path: Path) -> None:
    assert read_evaluation(tmp_path) is None
    assert read_predictions(tmp_path) is None


def test_worst_errors_come_most_confident_first() -> None:
    scored = [(True, 0.02), (False, 0.7), (True, 0.6), (False, 0.99), (False, 0.1)]
    rows = tuple(ScoredImage(str(i), label, p, 0.0) for i, (label, p) in enumerate(scored))
    assert [row.file for row in Predictions(rows).worst_errors(2)] == ["3", "0"]
    assert [row.file for row in Predictions(rows).worst_errors()] == ["3", "0", "1"]


def test_command_prints_one_json_object_and_keeps_the_results(
    folder: Path, weights: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "benign" / "0.png").write_bytes(b"no picture")
    assert main(["--weights", str(weights), "--data", str(folder), "--json"]) == 0
    printed = capsys.readouterr()
    values = json.loads(printed.out)
    kept = home / "evaluations" / "tiny" / "practice"
    assert values == json.loads((kept / "metrics.json").read_text())
    assert values["n"] == 11
    assert set(values["roc_auc"]) == {"value", "low", "high"}
    assert values["weights_sha256"] == read_card(weights).weights_sha256
    assert [item["file"] for item in values["rejected"]] == ["benign/0.png"]
    assert "not scored: benign/0.png" in printed.err
    assert "1 of 12 files were not scored" in printed.err
    assert not (weights / "metrics.json").exists()


def test_command_prints_a_table_and_writes_where_told(
    kaggle: Path, weights: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--weights", str(weights), "--data", str(kaggle), "--out", str(tmp_path / "out")]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert "test: 12 images, 6 malignant" in out
    assert "same source (HAM10000): 8 images, 2 malignant" in out
    assert "show a lesion that the train part shows too" in out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["metrics.json", "predictions.csv"]
    assert [path.name for path in (home / "evaluations").iterdir()] == ["test_log.jsonl"]


def test_only_when_asked_are_weights_folder_and_card_written(
    kaggle: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "tiny"
    write_card(make_card(save_network(LesionCNN(), copy)), copy)
    arguments = ["--weights", str(copy), "--data", str(kaggle), "--write-beside-weights", "--update-card"]
    assert main([*arguments, "--reason", "a test"]) == 0
    test = read_card(copy).facts["test"]
    assert (test["n"], test["same_source"]["n"]) == (12, 8)
    assert test["roc_auc"] == json.loads((copy / "metrics.json").read_text())["roc_auc"]
    assert len(test["statement"]) == 3
    assert (copy / "predictions.csv").is_file()
    assert capsys.readouterr().err.endswith("test\n")


@pytest.mark.parametrize("data", ["nowhere", "empty"])
def test_a_wrong_folder_ends_with_2_and_a_sentence(
    weights: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], data: str
) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["--weights", str(weights), "--data", str(tmp_path / data), "--json"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert data in printed.err
    assert "Traceback" not in printed.err


def test_missing_weights_end_with_2_and_a_sentence(
    folder: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--weights", str(tmp_path / "none"), "--data", str(folder)]) == 2
    assert "its model card is missing" in capsys.readouterr().err


@pytest.mark.data
def test_what_the_real_test_set_is() -> None:
    """The counts of the data folder's README, from its files."""
    root = os.environ.get("LESIONWISE_DATA")
    if not root or not (Path(root) / KAGGLE_FOLDER).is_dir():
        pytest.skip("needs LESIONWISE_DATA")
    evaluation, _ = evaluate(scorer=RedScorer(make_card()), labelled=open_set(Path(root)), n_draws=10)
    about = evaluation.about
    assert (evaluation.whole.n, evaluation.whole.n_malignant) == (660, 300)
    assert evaluation.same_source is not None
    assert (evaluation.same_source.n, evaluation.same_source.n_malignant) == (504, 144)
    assert about.lesion_seen_in_training is not None
    assert (about.lesion_seen_in_training.n_malignant, about.lesion_seen_in_training.n_benign) == (72, 25)


@pytest.mark.data
def test_the_held_out_lesions_are_a_test_part_and_the_others_are_not(labelled_data: Path) -> None:
    sets = {part: open_set(labelled_data, f"ham10000-extra-{part}") for part in ("train", "validation", "test")}
    assert {part: len(each.images) for part, each in sets.items()} == {"train": 4931, "validation": 1058, "test": 1056}
    assert [part for part, each in sets.items() if each.is_test] == ["test"]
    assert {image.is_ham10000 for image in sets["test"].images} == {True}
