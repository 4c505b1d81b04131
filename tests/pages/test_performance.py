"""The performance page: figures with n and interval, the honest parts beside the whole, one slider for all."""

import re
from pathlib import Path

import pytest

from core.evaluation.predictions import PREDICTIONS_FILE
from core.evaluation.results import METRICS_FILE
from tests.pages.app_driver import App

SMALL, OTHER = "small-net", "other-net"
OPERATING_PERCENT = 30.7
CHARTS = {"chart-roc", "chart-precision-recall", "chart-confusion", "chart-scores", "chart-calibration"}


def move_slider(app: App, percent: float) -> App:
    app.field("Call malignant at or above").set_value(percent)
    return app.run()


def explored(app: App) -> str:
    return next(line for line in app.text.splitlines() if "If the share of malignant lesions is" in line)


def titles(app: App) -> dict[str, str]:
    return {key: figure["layout"]["title"]["text"] for key, figure in app.charts.items()}


def test_sensitivity_and_specificity_come_first_with_interval_and_n(app: App) -> None:
    text = app.open("performance").text
    places = [text.index(word) for word in ("All test images", "24 malignant", "Sensitivity", "Specificity")]
    assert places == sorted(places)
    assert text.index("Specificity") < text.index("ROC-AUC") < text.index("Accuracy")
    assert "at threshold 30.7%" in text
    assert re.search(r"9\d\.\d%</span> <small>\d\d\.\d–\d+\.\d%", text)


def test_the_honest_parts_stand_beside_the_whole_set(app: App) -> None:
    text = app.open("performance").text
    for said in ("48 <small>24 malignant", "36 <small>12 malignant", "46 <small>23 malignant"):
        assert said in text


def test_what_the_test_set_is_is_said_in_figures(app: App) -> None:
    text = app.open("performance").text
    assert "Of the 24 benign images 24 come from HAM10000, of the 24 malignant ones 12" in text
    assert "2 images (1 malignant, 1 benign) show a lesion that the train part shows too." in text
    assert "Nevus (24); Melanoma (12); not known (12)" in text


def test_it_starts_at_the_operating_threshold(app: App) -> None:
    app.open("performance")
    assert app.field("Call malignant at or above").value == OPERATING_PERCENT
    assert "Operating threshold" in app.text
    assert "Exploratory" not in app.text
    assert app.field("Return to 30.7%").disabled
    assert set(app.charts) == CHARTS


def test_the_slider_moves_table_and_every_chart_and_is_marked_exploratory(app: App) -> None:
    app.open("performance")
    table, before = explored(app), app.charts
    move_slider(app, 60.0)
    assert explored(app) != table
    assert all(app.charts[key] != before[key] for key in CHARTS)
    assert "Exploratory" in app.text
    assert "at 60%" in str(app.charts["chart-confusion"])
    assert "explored ≥ 60%" in str(app.charts["chart-scores"])


def test_a_button_returns_to_the_operating_threshold(app: App) -> None:
    app.open("performance")
    table, before = explored(app), app.charts
    move_slider(app, 5.0).press("Return to")
    assert (explored(app), app.charts) == (table, before)
    assert "Exploratory" not in app.text


@pytest.mark.parametrize("percent", [0.0, 100.0])
def test_the_ends_of_the_slider_are_no_error(app: App, percent: float) -> None:
    move_slider(app.open("performance"), percent)
    assert set(app.charts) == CHARTS


def test_predictive_values_are_given_for_both_prevalences(app: App) -> None:
    table = explored(app.open("performance"))
    assert "50.0% <small>these images" in table
    assert "6.6% <small>this practice" in table
    assert "of 66 malignant lesions among 1,000" in app.text


def test_charts_can_be_drawn_of_the_same_source_alone(app: App) -> None:
    app.open("performance")
    assert "of 24 malignant" in titles(app)["chart-confusion"]
    app.choose("part", "same_source")
    assert "of 12 malignant" in titles(app)["chart-confusion"]


def test_charts_link_to_nowhere(app: App) -> None:
    for chart in app.open("performance").test.get("plotly_chart"):
        assert '"displaylogo": false' in chart.proto.config
        assert "http" not in chart.proto.spec + chart.proto.config


def test_the_worst_errors_come_without_pictures_where_no_data_folder_is_given(app: App) -> None:
    app.open("performance").choose("section", "Worst errors")
    assert "LESIONWISE_DATA" in app.text
    assert not app.test.get("image")
    shown = [(label, int(score)) for label, score in re.findall(r"\*\*(\w+)\*\*, scored \*\*[<>]?(\d+)%", app.text)]
    assert 0 < len(shown) <= 20
    assert [label for label, _ in shown] == sorted((label for label, _ in shown), reverse=True)  # missed ones first
    missed, called = ([score for label, score in shown if label == each] for each in ("malignant", "benign"))
    assert missed == sorted(missed) and called == sorted(called, reverse=True)
    assert not app.charts


def test_the_worst_errors_have_pictures_where_the_data_folder_is_given(
    app: App, environment: pytest.MonkeyPatch, drawn_data: Path
) -> None:
    environment.setenv("LESIONWISE_DATA", str(drawn_data))
    app.open("performance").choose("section", "Worst errors")
    n_errors = app.text.count(", scored **")
    assert n_errors > 0
    assert len(app.test.get("image")) == n_errors


def test_a_data_folder_of_another_kind_is_said_and_the_list_stays(
    app: App, environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("LESIONWISE_DATA", str(tmp_path))
    app.open("performance").choose("section", "Worst errors")
    assert "No pictures:" in app.text
    assert ", scored **" in app.text


def test_the_training_curve_is_drawn(app: App) -> None:
    app.open("performance").choose("section", "Training")
    assert titles(app) == {"chart-training": "Kept epoch 2 of 2: validation ROC-AUC 0.900"}
    assert "12 images (6 malignant)" in app.text


@pytest.mark.parametrize("content", [None, "epoch\nnonsense\n", "epoch,train_loss\n1,0.5\n"])
def test_a_missing_or_broken_training_curve_is_said(app: App, weights_root: Path, content: str | None) -> None:
    path = weights_root / SMALL / "curve.csv"
    path.unlink() if content is None else path.write_text(content, encoding="utf-8")
    app.open("performance").choose("section", "Training")
    assert "make train" in app.text


def test_networks_are_compared_with_intervals_and_paired(app: App) -> None:
    app.open("performance").choose("section", "Networks")
    assert app.text.index(f"<th>{SMALL}") < app.text.index(f"<th>{OTHER}")
    assert re.search(rf"<th>{SMALL} minus {OTHER}</th>.*>48<", app.text)


def test_networks_measured_on_different_images_are_not_compared(app: App, weights_root: Path) -> None:
    path = weights_root / OTHER / PREDICTIONS_FILE
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:-1]), encoding="utf-8")
    app.open("performance").choose("section", "Networks")
    assert "Not comparable" in app.text


def test_another_network_can_be_chosen_and_stays_chosen_on_the_model_card(app: App) -> None:
    app.open("performance")
    assert app.field("Network").value == SMALL
    app.field("Network").set_value(OTHER)
    app.run()
    assert "ROC-AUC" in titles(app)["chart-roc"]
    app.test.switch_page("../pages/model_card.py")
    assert app.run().field("Network").value == OTHER


def test_without_figures_the_next_step_is_said(app: App, weights_root: Path) -> None:
    for name in (SMALL, OTHER):
        (weights_root / name / METRICS_FILE).unlink()
    text = app.open("performance").text
    assert "No test figures are installed yet" in text
    assert f"make evaluate MODEL={SMALL}" in text


def test_figures_of_other_weights_are_not_shown(app: App, weights_root: Path) -> None:
    path = weights_root / SMALL / METRICS_FILE
    path.write_text(re.sub(r'("weights_sha256": ")\w{4}', r"\1ffff", path.read_text(encoding="utf-8")), "utf-8")
    app.open("performance")
    assert app.field("Network").value == OTHER
    assert f"make evaluate MODEL={SMALL}" in app.text


def test_broken_figures_are_told_with_the_next_step(app: App, weights_root: Path) -> None:
    (weights_root / SMALL / METRICS_FILE).write_text("{", encoding="utf-8")
    assert "make evaluate" in app.open("performance").text


def test_new_figures_are_seen_without_a_restart(app: App, weights_root: Path) -> None:
    assert "48 <small>24 malignant" in app.open("performance").text
    path = weights_root / SMALL / METRICS_FILE
    path.write_text(path.read_text(encoding="utf-8").replace('"n": 48', '"n": 47', 1), encoding="utf-8")
    assert "47 <small>24 malignant" in app.run().text
