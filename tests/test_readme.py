"""The README's figures are the shipped ones."""

from pathlib import Path

import pytest

from core.classifier.card import installed_models, read_card
from core.evaluation.results import read_evaluation
from docs.fill_readme import fill, measured_networks

ROOT = Path(__file__).resolve().parent.parent


def test_the_tables_are_those_of_the_shipped_networks() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert fill(readme, measured_networks(ROOT / "weights")) == readme, "run `make readme`"


def test_a_changed_figure_is_noticed() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    figure = measured_networks(ROOT / "weights")[0].evaluation.whole.ranking["roc_auc"].as_text(3)
    assert figure in readme
    changed = readme.replace(figure, "0.999 (0.998–1.000)")
    assert fill(changed, measured_networks(ROOT / "weights")) == readme


def test_a_missing_mark_is_an_error() -> None:
    with pytest.raises(ValueError, match="results"):
        fill("no marks", measured_networks(ROOT / "weights"))


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
