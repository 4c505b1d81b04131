"""A model card comes back as it was written; a broken or foreign one is refused with its reason."""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.classifier.card import CARD_FILE, ModelCard, installed_models, read_card, write_card
from core.classifier.card_text import (
    CARD_TEXT_FILE,
    INTENDED_USE,
    full_card_text,
    limits_of,
    render_card,
    write_card_text,
)
from core.errors import CardUnusable, WeightsMissing
from core.imaging.frame import FrameRule
from core.settings import PROJECT_ROOT
from core.taxonomy import HeatmapMethod
from core.training.recipe import TrainingSet

CARD = ModelCard(
    name="net",
    version="2026.03.02",
    architecture="lesion_cnn",
    frame=FrameRule(224, 200, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), "bilinear"),
    temperature=1.25,
    refer_threshold=0.4,
    no_concern_threshold=0.1,
    weights_sha256="ab" * 32,
    heatmap_methods=(HeatmapMethod.GRAD_CAM, HeatmapMethod.LAYER_CAM),
    facts={"licence": "CC-BY-NC 4.0, für Forschung", "parameters": 1234567},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "net").mkdir()
    write_card(CARD, tmp_path / "net")
    return tmp_path / "net"


def rewrite(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    values = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    change(values)
    (folder / CARD_FILE).write_text(json.dumps(values), encoding="utf-8")


def test_a_card_comes_back_as_it_was_written(folder: Path) -> None:
    content = (folder / CARD_FILE).read_bytes()
    read = read_card(folder)
    assert read == dataclasses.replace(CARD, card_sha256=hashlib.sha256(content).hexdigest())
    assert read.identity.card_sha256 == read.card_sha256
    assert (read.identity.name, read.identity.version, read.identity.weights_sha256) == (
        "net",
        "2026.03.02",
        "ab" * 32,
    )


def test_a_missing_card_is_a_missing_network(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="'nowhere' is not installed"):
        read_card(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '"card"', "7", "{}", '{"schema": 1}', "\x00\x01"])
def test_broken_json_is_refused(folder: Path, text: str) -> None:
    (folder / CARD_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(CardUnusable, match="The model card of 'net' cannot be read"):
        read_card(folder)


def test_bytes_that_are_no_text_are_refused(folder: Path) -> None:
    (folder / CARD_FILE).write_bytes(b'{"schema": "\xff"}')
    with pytest.raises(CardUnusable):
        read_card(folder)


@pytest.mark.parametrize(
    "changed",
    [
        {"schema": 2},
        {"temperature": 0},
        {"temperature": -1.0},
        {"temperature": float("nan")},
        {"temperature": "warm"},
        {"refer_threshold": 1.5},
        {"refer_threshold": 0.05},
        {"no_concern_threshold": -0.1},
        {"heatmap_methods": ["star_gazing"]},
        {"heatmap_methods": []},
        {"frame": None},
        {"frame": {"mean": [0.5], "std": [0.5]}},
        {"surprise": 1},
    ],
)
def test_values_out_of_range_are_refused(folder: Path, changed: dict[str, object]) -> None:
    rewrite(folder, lambda values: values.update(changed))
    with pytest.raises(CardUnusable, match="cannot be read"):
        read_card(folder)


@pytest.mark.parametrize("classes", [["malignant", "benign"], ["benign", "malignant", "other"], ["nevus", "melanoma"]])
def test_another_class_list_is_refused_and_named(folder: Path, classes: list[str]) -> None:
    rewrite(folder, lambda values: values.update(classes=classes))
    with pytest.raises(CardUnusable, match=f"tells {', '.join(classes)} apart; expected benign, malignant"):
        read_card(folder)


def test_a_field_that_is_missing_is_refused(folder: Path) -> None:
    rewrite(folder, lambda values: values.pop("weights_sha256"))
    with pytest.raises(CardUnusable):
        read_card(folder)


def test_the_band_between_is_empty_where_the_thresholds_coincide() -> None:
    assert not CARD.is_indeterminate_empty
    same = dataclasses.replace(CARD, no_concern_threshold=0.4)
    assert same.is_indeterminate_empty
    assert "empty: the two thresholds coincide" in render_card(same)


def test_installed_models_are_the_folders_with_a_card(folder: Path) -> None:
    (folder.parent / "half").mkdir()
    (folder.parent / "another").mkdir()
    write_card(CARD, folder.parent / "another")
    assert installed_models(folder.parent) == ["another", "net"]
    assert installed_models(folder.parent / "nowhere") == []


def test_the_card_for_people_says_intended_use_limits_and_thresholds(tmp_path: Path) -> None:
    write_card_text(CARD, tmp_path)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# net 2026.03.02\n")
    assert INTENDED_USE in text
    assert all(limit in text for limit in limits_of(CARD))
    for said in ("at or above 0.4000", "below 0.1000", "1,234,567 parameters", "für Forschung", "ab" * 32):
        assert said in text


def test_limits_count_what_the_network_was_trained_and_validated_on() -> None:
    data = {
        "train": {"n": 900, "malignant": 1_200},
        "validation": {"n": 200, "malignant": 50},
        "malignant_not_from_ham10000": 300,
    }
    limits = " ".join(limits_of(dataclasses.replace(CARD, facts={"training_data": data})))
    assert "300 of the 1,200 malignant ones from elsewhere" in limits
    assert "validation images with 25% malignant lesions" in limits
    unknown = " ".join(limits_of(dataclasses.replace(CARD, facts={})))
    assert "about half of the malignant ones" in unknown
    assert "%" not in unknown


def test_the_card_names_every_source_of_images_and_what_was_left_out_for_the_test() -> None:
    facts = {
        "recipe": {"training_set": TrainingSet.CLINIC.value},
        "training_data": {"left_out_because_of_the_test_part": 130},
    }
    text = render_card(dataclasses.replace(CARD, facts=facts))
    assert "the rest of HAM10000" in text and "130 images, of lesions that test images show" in text
    assert "the rest of HAM10000" not in render_card(CARD) and "Left out" not in render_card(CARD)


@pytest.mark.parametrize("name", ["clinic", "lesion-cnn", "published-protocol"])
def test_the_card_for_people_that_ships_is_made_of_the_figures_that_ship(name: str) -> None:
    folder = PROJECT_ROOT / "weights" / name
    assert (folder / CARD_TEXT_FILE).read_text(encoding="utf-8") == full_card_text(read_card(folder), folder)
