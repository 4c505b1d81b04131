"""`python -m core.training` from labelled files to a folder that serves, in a few steps on drawn lesions."""

import csv
import dataclasses
import json
from pathlib import Path

import pytest
import torch
from PIL import Image

from core.classifier.card import read_card
from core.classifier.classifier import Classifier
from core.classifier.loading import load_network
from core.data.labelled import KAGGLE_FOLDER
from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.settings import Settings
from core.taxonomy import HeatmapMethod
from core.training import __main__ as command
from core.training.__main__ import main, train
from core.training.recipe import Recipe, default_recipe

N_PER_CLASS = 12
FILES = {"model.safetensors", "model_card.json", "README.md", "curve.csv", "curve.png", "reference.json"}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LESIONWISE_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Kaggle layout, in which malignant lesions are ragged."""
    root = tmp_path_factory.mktemp("data")
    for is_malignant, label in enumerate(("benign", "malignant")):
        folder = root / KAGGLE_FOLDER / "train" / label
        folder.mkdir(parents=True)
        for n in range(N_PER_CLASS):
            seed = n + 100 * is_malignant
            centre_x, centre_y = 0.3 + 0.4 * (n % 3) / 2, 0.3 + 0.4 * (n // 3) / 3
            lesion = DrawnLesion(64, 64, centre_x, centre_y, irregularity=0.5 * is_malignant, seed=seed)
            (folder / f"{n}.jpg").write_bytes(draw_jpeg(lesion))
    return root


def small(architecture: str) -> Recipe:
    recipe = dataclasses.replace(default_recipe(architecture), is_pretrained=False, input_px=64, epochs=2)
    return dataclasses.replace(recipe, batch_size=6, limit=N_PER_CLASS - 2, validation_share=0.3)


@pytest.mark.parametrize("architecture", ["lesion_cnn", "tf_efficientnet_lite0"])
def test_training_writes_a_folder_that_serves(data: Path, tmp_path: Path, architecture: str) -> None:
    out = tmp_path / "weights" / "tiny"
    train(data, out, small(architecture))
    graph = {"model.onnx"} if architecture != "lesion_cnn" else set()
    assert {path.name for path in out.iterdir()} == FILES | graph | {"checkpoint.pt"}

    classifier = Classifier.load(out, threads=1)
    card, facts = classifier.card, classifier.card.facts
    assert (card.name, card.architecture, card.classes) == ("tiny", architecture, ("benign", "malignant"))
    assert card.heatmap_methods[0] is HeatmapMethod.GRAD_CAM
    assert facts["training_data"]["train"]["n"] + facts["training_data"]["validation"]["n"] == 2 * (N_PER_CLASS - 2)
    n_validation = facts["training_data"]["validation"]["n"]
    assert 0 < facts["training_data"]["validation"]["malignant"] < n_validation
    assert facts["recipe"]["seed"] == 7
    assert facts["initial_weights"] == "from scratch"
    assert facts["validation"]["sensitivity_at_refer"] >= 0.95
    assert facts["validation"]["sensitivity_at_no_concern"] >= 0.99
    assert "CC-BY-NC" in facts["licence"]
    image = decode(draw_jpeg(DrawnLesion(width_px=100, height_px=75)))
    assert 0 <= classifier.predict(image).malignant_probability <= 1

    with (out / "curve.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert all(float(row["train_loss"]) > 0 for row in rows)
    with Image.open(out / "curve.png") as drawing:
        assert drawing.size[0] > 600
    reference = json.loads((out / "reference.json").read_text())
    assert reference["n"] == n_validation
    assert len(reference["embedding_mean"]) == len(classifier.predict(image).embedding)
    assert reference["malignant_probability"] == sorted(reference["malignant_probability"])


def test_the_command_trains_from_its_options(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Path, Path, Recipe, list[Path], list[Path]]] = []
    monkeypatch.setattr(command, "train", lambda *arguments: seen.append(arguments))
    options = ["--epochs", "2", "--batch-size", "5", "--seed", "3", "--limit", "9", "--learning-rate", "0.01"]
    assert main(["--data", str(data), "--out", str(tmp_path / "net"), "--from-scratch", *options]) == 0
    expected = dataclasses.replace(
        default_recipe("tf_efficientnet_lite0"),
        epochs=2,
        batch_size=5,
        seed=3,
        limit=9,
        learning_rate=0.01,
        is_pretrained=False,
    )
    assert seen == [(data, tmp_path / "net", expected, [], [])]


def test_a_network_learns_from_teachers_that_the_command_names(data: Path, tmp_path: Path) -> None:
    recipe = small("tf_efficientnet_lite0")
    for name in ("first", "second"):
        train(data, tmp_path / name, dataclasses.replace(recipe, seed=len(name), epochs=1))
    options = [
        "--teachers",
        str(tmp_path / "first"),
        str(tmp_path / "second"),
        "--teacher-share",
        "0.7",
        "--limit",
        "10",
    ]
    options += ["--epochs", "1", "--batch-size", "6", "--input-px", "64", "--validation-share", "0.3", "--from-scratch"]
    assert main(["--data", str(data), "--out", str(tmp_path / "pupil"), *options]) == 0
    cards = [read_card(tmp_path / name) for name in ("first", "second", "pupil")]
    assert cards[2].facts["recipe"]["teachers"] == [card.weights_sha256 for card in cards[:2]]
    assert cards[2].facts["recipe"]["teacher_share"] == 0.7
    assert all(cards[2].facts["training_data"] == card.facts["training_data"] for card in cards[:2])


def test_the_command_tells_what_is_wrong_and_exits_with_2(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "net")]) == 2
    assert "holds neither train/" in capsys.readouterr().err
    options = ["--data", str(data), "--out", str(tmp_path / "net"), "--architecture", "no_such_network"]
    assert main([*options, "--from-scratch"]) == 2
    assert "unknown architecture" in capsys.readouterr().err
    assert not (tmp_path / "net").exists()


def test_a_warm_restart_begins_with_the_given_weights(data: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    train(data, first, small("lesion_cnn"))
    still = dataclasses.replace(small("lesion_cnn"), epochs=1, learning_rate=0.0, start_from=("given",))
    train(data, second, still, start_from=[first])
    before, after = (dict(load_network(folder)[0].named_parameters()) for folder in (first, second))
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert "first" in Classifier.load(second, threads=1).card.facts["initial_weights"]


def test_a_soup_is_the_mean_of_the_given_weights_and_takes_no_epochs(data: Path, tmp_path: Path) -> None:
    folders = [tmp_path / "first", tmp_path / "second"]
    for seed, folder in enumerate(folders):
        train(data, folder, dataclasses.replace(small("lesion_cnn"), epochs=1, seed=seed))
    arguments = ["--data", str(data), "--out", str(tmp_path / "soup"), "--architecture", "lesion_cnn", "--epochs", "0"]
    assert main([*arguments, "--input-px", "64", "--start-from", *map(str, folders)]) == 0
    first, second, soup = (dict(load_network(f)[0].named_parameters()) for f in (*folders, tmp_path / "soup"))
    assert all(torch.allclose(soup[name], (first[name] + second[name]) / 2) for name in soup)
    assert any(not torch.equal(first[name], second[name]) for name in soup)
    facts = Classifier.load(tmp_path / "soup", threads=1).card.facts
    assert len(facts["recipe"]["start_from"]) == 2
    assert (facts["epochs_trained"], facts["best_epoch"]) == (2, None)
    with (tmp_path / "soup" / "curve.csv").open(newline="") as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["1", "2"]


def test_a_warm_restart_from_another_architecture_is_refused(
    data: Path, tmp_path: Path, shipped: Classifier, capsys: pytest.CaptureFixture[str]
) -> None:
    start = Settings.from_environment().model_folder
    arguments = ["--data", str(data), "--out", str(tmp_path / "out"), "--architecture", "lesion_cnn"]
    assert main([*arguments, "--start-from", str(start)]) == 2
    assert shipped.card.architecture in capsys.readouterr().err
