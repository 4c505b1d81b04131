"""The README's figures are the shipped ones."""

from pathlib import Path

import pytest

from core.classifier.card import installed_models, read_card
from core.evaluation.results import read_evaluation

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("model", installed_models(ROOT / "weights"))
def test_readme_gives_each_networks_measured_figures(model: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    evaluation = read_evaluation(ROOT / "weights" / model)
    assert evaluation is not None
    for figures in (evaluation.whole, evaluation.same_source):
        assert figures is not None
        assert figures.ranking["roc_auc"].as_text(3) in readme
        assert figures.at_half.figures["accuracy"].as_percent(1) in readme
        assert figures.at_operating_point.figures["sensitivity"].as_percent(1) in readme
        assert figures.at_operating_point.figures["specificity"].as_percent(1) in readme


@pytest.mark.parametrize("model", installed_models(ROOT / "weights"))
def test_shipped_figures_are_of_the_shipped_weights(model: str) -> None:
    evaluation = read_evaluation(ROOT / "weights" / model)
    assert evaluation is not None
    assert evaluation.weights_sha256 == read_card(ROOT / "weights" / model).weights_sha256


def test_every_screenshot_that_the_readme_shows_is_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = [part.split(")")[0] for part in readme.split("](")[1:] if part.startswith("docs/screenshots/")]
    assert shown
    assert [name for name in shown if not (ROOT / name).is_file()] == []
