"""The model card page: what for, what not for, how it did, what it is made of."""

import hashlib
import json
from pathlib import Path

import pytest

from core import APP_VERSION
from core.classifier.card import CARD_FILE, WEIGHTS_FILE, read_card
from core.classifier.card_text import INTENDED_USE, limits_of
from core.evaluation.ablations import ABLATIONS_FILE
from core.evaluation.results import METRICS_FILE
from tests.pages.app_driver import App

SMALL, OTHER = "small-net", "other-net"


def test_intended_use_and_every_limit_are_said(app: App, weights_root: Path) -> None:
    text = app.open("model_card").text
    assert INTENDED_USE in text
    assert all(limit in text for limit in limits_of(read_card(weights_root / SMALL)))


def test_figures_have_intervals_and_n_and_come_with_what_the_set_is(app: App) -> None:
    text = app.open("model_card").text
    assert "48 (24)" in text and "36 (12)" in text and "46 (23)" in text
    assert "Sensitivity at the referral threshold" in text
    assert "recognising the source of a picture" in text


def test_both_hashes_are_those_of_the_files(app: App, weights_root: Path) -> None:
    text = app.open("model_card").text
    for file in (WEIGHTS_FILE, CARD_FILE):
        assert hashlib.sha256((weights_root / SMALL / file).read_bytes()).hexdigest() in text


def test_versions_and_licences_are_listed(app: App) -> None:
    text = app.open("model_card").text
    for said in (APP_VERSION, "2026.03.02", "torch", "streamlit", "Apache-2.0", "Untrained: for tests.", "CC-BY-NC"):
        assert said in text


def test_the_card_can_be_downloaded(app: App) -> None:
    [button] = app.open("model_card").test.get("download_button")
    assert button.proto.label == "Download this card as Markdown"


def test_the_table_of_ablations_is_shown_where_it_is_installed(app: App, weights_root: Path) -> None:
    row = {"row": "From scratch", "architecture": "lesion_cnn", "input_px": 160, "epochs": 4}
    auc = {"roc_auc": {"value": 0.9, "low": 0.88, "high": 0.92}, "delong_p": 0.0001, "mcnemar_p": 0.2}
    (weights_root / ABLATIONS_FILE).write_text(json.dumps([row | {"columns": {"same_source": auc}}]))
    text = app.open("model_card").text
    assert "From scratch" in text and "&lt; 0.001" in text and "Held-out lesions" in text


def test_a_network_without_figures_says_the_next_step(app: App, weights_root: Path) -> None:
    (weights_root / SMALL / METRICS_FILE).unlink()
    assert f"make evaluate MODEL={SMALL}" in app.open("model_card").text


def test_a_default_network_that_is_missing_is_told_and_the_others_are_shown(
    app: App, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("LESIONWISE_MODEL", "not-there")
    text = app.open("model_card").text
    assert "'not-there' is not installed" in text
    assert app.field("Network").value == OTHER


def test_a_broken_card_is_told(app: App, weights_root: Path) -> None:
    (weights_root / SMALL / CARD_FILE).write_text("{", encoding="utf-8")
    assert f"The model card of {SMALL!r} cannot be read" in app.open("model_card").text


def test_no_network_at_all_is_told(app: App, environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("LESIONWISE_WEIGHTS", str(tmp_path / "nothing"))
    assert "is not installed" in app.open("model_card").text
