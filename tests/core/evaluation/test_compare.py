"""Two networks on one set, and the commands that leave a line in the log."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.classifier.card import read_card, write_card
from core.classifier.loading import save_network
from core.classifier.network import LesionCNN
from core.errors import DataFolderInvalid
from core.evaluation.__main__ import main
from core.evaluation.compare import compare_models
from core.evaluation.report import render_comparison
from core.evaluation.scoring_log import read_log
from core.evaluation.sets import EvaluationSet, open_set
from tests.core.evaluation.conftest import RedScorer, StubScorer, make_card


def by_noise(frames: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The score of a network that learnt nothing: some blue pixel."""
    return np.asarray((frames[:, 3, 5, 2].astype(np.float64) - 30) / 8, dtype=np.float64)


def test_the_better_network_is_ahead_in_every_figure(folder: Path) -> None:
    second = replace(make_card(), name="noise", facts={"validation": {"accuracy_threshold": 0.4}})
    comparison = compare_models(
        first=RedScorer(make_card()), second=StubScorer(by_noise, second), labelled=open_set(folder), n_draws=50
    )
    assert (comparison.first, comparison.second) == ("tiny", "noise")
    assert (comparison.first_accuracy_threshold, comparison.second_accuracy_threshold) == (0.5, 0.4)
    whole = comparison.parts["whole"]
    assert (whole.difference.n, whole.n_malignant) == (12, 6)
    assert whole.delong.first == 1.0
    assert whole.delong.difference == pytest.approx(whole.difference.roc_auc.value)
    assert whole.delong.difference > 0
    assert whole.mcnemar.n_only_second == 0 < whole.mcnemar.n_only_first
    assert list(comparison.parts) == ["whole"]


def test_the_part_of_one_source_is_compared_too(kaggle: Path) -> None:
    scorer = RedScorer(make_card())
    comparison = compare_models(first=scorer, second=scorer, labelled=open_set(kaggle), n_draws=20)
    assert {name: part.difference.n for name, part in comparison.parts.items()} == {"whole": 12, "same_source": 8}
    assert [(part.delong.p, part.mcnemar.p) for part in comparison.parts.values()] == [(1, 1), (1, 1)]
    text = render_comparison(comparison)
    assert "tiny minus tiny on test" in text
    assert "same_source: 8 images, 2 malignant" in text
    assert "DeLong p 1.000 (1.0000 and 1.0000)" in text


def test_a_set_of_one_class_is_refused(folder: Path) -> None:
    benign = EvaluationSet("benign", tuple(image for image in open_set(folder).images if not image.is_malignant))
    scorer = RedScorer(make_card())
    with pytest.raises(DataFolderInvalid, match="fewer than two readable images of a class"):
        compare_models(first=scorer, second=scorer, labelled=benign, n_draws=5)


def test_the_command_compares_two_folders_and_logs_both(
    kaggle: Path, weights: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", str(weights), str(weights), "--data", str(kaggle), "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["parts"]["whole"]["difference"]["roc_auc"] == {"value": 0, "low": 0, "high": 0}
    assert values["parts"]["whole"]["mcnemar"]["p"] == 1
    assert [(line.set, line.n, line.reason) for line in read_log(home / "evaluations")] == [
        ("test", 12, "comparison"),
        ("test", 12, "comparison"),
    ]
    assert main(["compare", str(weights), str(weights), "--data", str(kaggle)]) == 0
    assert "tiny minus tiny on test" in capsys.readouterr().out


def test_a_comparison_without_weights_ends_with_2(folder: Path, weights: Path, home: Path) -> None:
    assert main(["compare", str(weights), str(folder), "--data", str(folder)]) == 2


def test_only_test_parts_are_logged(
    kaggle: Path, ham: Path, folder: Path, weights: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = {"test": kaggle, "train": kaggle, "ham10000-extra-validation": ham, "practice": folder}
    for name, root in data.items():
        assert main(["--weights", str(weights), "--data", str(root), "--set", name]) == 0
    assert (
        main(["--weights", str(weights), "--data", str(ham), "--set", "ham10000-extra-test", "--reason", "look"]) == 0
    )
    log = read_log(home / "evaluations")
    assert [(line.set, line.n, line.reason) for line in log] == [
        ("test", 12, "not stated"),
        ("ham10000-extra-test", 21, "look"),
    ]
    assert read_log(weights) == []
    assert "ham10000-extra-test: 21 images" in capsys.readouterr().out


def test_what_is_written_beside_the_weights_needs_a_reason_and_is_logged_there(
    kaggle: Path, ham: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "tiny"
    write_card(make_card(save_network(LesionCNN(), copy)), copy)
    arguments = ["--weights", str(copy), "--data", str(kaggle), "--write-beside-weights"]
    assert main(arguments) == 2
    assert "--reason TEXT" in capsys.readouterr().err
    assert not (copy / "metrics.json").exists()
    assert main([*arguments, "--reason", "release"]) == 0
    kept = (copy / "metrics.json").read_bytes()
    held_out = ["--set", "ham10000-extra-test", "--reason", "release"]
    assert main(["--weights", str(copy), "--data", str(ham), "--write-beside-weights", *held_out]) == 0
    assert (copy / "metrics.json").read_bytes() == kept
    assert json.loads((copy / "ham10000-extra-test" / "metrics.json").read_text())["n"] == 21
    assert [(line.set, line.reason) for line in read_log(copy)] == [
        ("test", "release"),
        ("ham10000-extra-test", "release"),
    ]
    assert read_log(home / "evaluations") == []


def test_a_practices_own_images_need_no_reason(folder: Path, home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "tiny"
    write_card(make_card(save_network(LesionCNN(), copy)), copy)
    assert main(["--weights", str(copy), "--data", str(folder), "--write-beside-weights"]) == 0
    assert read_log(copy) == []


def test_figures_of_other_images_do_not_take_the_place_of_those_of_the_test(
    kaggle: Path, folder: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "tiny"
    write_card(make_card(save_network(LesionCNN(), copy)), copy)
    of_test = ["--weights", str(copy), "--data", str(kaggle), "--reason", "release"]
    assert main([*of_test, "--write-beside-weights"]) == 0
    kept = (copy / "metrics.json").read_bytes()
    for how in ("--write-beside-weights", "--update-card"):
        assert main([*of_test, "--set", "train", how]) == 2
        assert "figures of them are no test" in capsys.readouterr().err
        assert main(["--weights", str(copy), "--data", str(folder), how]) == 2
        assert "would take the place of those of the test images" in capsys.readouterr().err
    assert (copy / "metrics.json").read_bytes() == kept and "test" not in read_card(copy).facts
    assert main([*of_test, "--set", "train"]) == 0


def test_a_card_is_not_given_test_figures_without_a_reason(kaggle: Path, home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "tiny"
    write_card(make_card(save_network(LesionCNN(), copy)), copy)
    arguments = ["--weights", str(copy), "--data", str(kaggle), "--update-card"]
    assert main(arguments) == 2
    assert main([*arguments, "--reason", "release"]) == 0
    assert [line.reason for line in read_log(copy)] == ["release"]
