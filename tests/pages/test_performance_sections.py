"""The further sections of the performance page, from the practice to the report."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from core.classifier.card import read_card
from core.domain import ConfirmedDiagnosis
from core.evaluation.ablations import ABLATIONS_FILE
from core.evaluation.results import METRICS_FILE
from core.evaluation.scoring_log import LOG_FILE
from core.settings import Settings
from core.taxonomy import ConfirmType, Diagnosis
from dashboard.workflow.cases import confirm_diagnosis
from dashboard.workflow.practice import change_practice, load_practice
from dashboard.workflow.record import Record, utc_now
from dashboard.workflow.threshold import change_threshold, threshold_in_force
from tests.pages.app_driver import App

SMALL = "small-net"


def open_section(app: App, name: str) -> App:
    return app.open("performance").choose("section", name)


def downloads(app: App) -> list[str]:
    return [button.proto.label for button in app.test.get("download_button")]


def test_bands_decision_curve_and_operating_points_follow_the_prevalence(app: App) -> None:
    open_section(app, "In the practice")
    assert (
        "Better than referring" in (title := app.charts["chart-decision"]["layout"]["title"]["text"])
        or "Nowhere" in title
    )
    assert "(6.6% malignant)" in title
    assert app.text.count("in force") >= 1 and app.text.count("exploratory") >= 3
    app.set("If the share of malignant lesions is", 20.0)
    assert "(20.0% malignant)" in app.charts["chart-decision"]["layout"]["title"]["text"]
    assert "where 20.0% are" in app.text


def test_calibration_is_told_before_and_after(app: App) -> None:
    text = open_section(app, "Calibration").text
    assert "Before: no temperature" in text and "As served: temperature 1.20" in text
    assert "15 equal-mass bins" in text and "If perfect" in text
    assert "chart-calibration-stages" in app.charts


def test_subgroups_have_n_and_interval_and_what_is_not_assessed_is_said(app: App) -> None:
    text = open_section(app, "Subgroups").text
    assert "Skin type" in text and "not assessed" in text
    app.choose("division", "Diagnosis")
    assert "Melanoma" in app.text and "fewer than 30: says little" in app.text
    assert "no benign image" in app.text
    assert re.search(r"%, n \d+", app.text)  # a sensitivity of few malignant images says of how many


def test_own_cases_begin_with_the_network_that_the_page_is_about(
    app: App, save: Callable[..., int], record: Record, drawn_data: Path
) -> None:
    save()
    open_section(app, "Own cases")
    assert str(app.field("Cases scored by").value.model_name) == SMALL


def test_a_threshold_of_ones_own_is_taken_back_without_advice(
    app: App, save: Callable[..., int], record: Record, settings: Settings, weights_root: Path, drawn_data: Path
) -> None:
    change_practice(
        practice=replace(load_practice(record=record, settings=settings), readers=("dr a",)),
        who="dr a",
        record=record,
        settings=settings,
    )
    save()
    card = read_card(weights_root / SMALL)
    change_threshold(card=card, refer_threshold=0.2, reason="audit", who="dr a", record=record)
    assert "set by this practice" in open_section(app, "Own cases").text
    app.field("Reason (kept with date and name)").input("the network has a new calibration")
    app.press("Return to the model card's")
    assert threshold_in_force(card=card, record=record) is None


def test_a_threshold_of_an_earlier_calibration_is_told_as_out_of_force(
    app: App, save: Callable[..., int], record: Record, weights_root: Path, drawn_data: Path
) -> None:
    save()
    card = read_card(weights_root / SMALL)
    earlier = replace(card, temperature=card.temperature + 0.5)
    change_threshold(card=earlier, refer_threshold=0.2, reason="audit", who="dr a", record=record)
    text = open_section(app, "Own cases").text
    assert "The threshold 20.0% of this practice is no longer in force" in text
    assert "the model card's." in text


def test_source_and_diagnoses_are_told_and_figures_of_an_earlier_version_say_the_command(
    app: App, weights_root: Path
) -> None:
    assert "No set that was measured says which diagnosis" in open_section(app, "Diagnoses").text
    assert "Does it know where a picture is from?" in open_section(app, "Robustness").text
    path = weights_root / SMALL / METRICS_FILE
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"further": {}}), "utf-8")
    text = open_section(app, "Robustness").text
    assert "before these figures existed" in text and f"make evaluate MODEL={SMALL}" in text


def test_ablations_and_the_log_of_tests_are_shown_where_they_are_installed(app: App, weights_root: Path) -> None:
    row: dict[str, object] = {"row": "From scratch", "architecture": "lesion_cnn", "input_px": 160, "epochs": 4}
    auc = {"roc_auc": {"value": 0.9, "low": 0.88, "high": 0.92}}
    row["columns"] = {name: auc | {"delong_p": 0.0001, "mcnemar_p": 0.2} for name in ("all", "unseen_lesions")}
    (weights_root / ABLATIONS_FILE).write_text(json.dumps([row, row | {"row": "Tuned", "columns": {"all": auc}}]))
    entry = {"scored_at": "2026-03-01", "model": SMALL, "weights_sha256": "ab", "set": "test", "n": 48, "reason": "why"}
    (weights_root / SMALL / LOG_FILE).write_text(json.dumps(entry) + "\n")
    text = open_section(app, "Training").text
    assert "From scratch" in text and text.count("&lt; 0.001") == 2 and "not measured" in text
    assert "p against “Tuned”" in text and "Lesions not in the train part" in text
    assert "scored 1 time for figures beside these weights" in text
    assert "Table as CSV" in downloads(app)


def test_every_chart_can_be_taken_along_as_png_svg_and_csv(app: App) -> None:
    app.open("performance")
    labels = downloads(app)
    assert [labels.count(form) for form in ("PNG", "SVG", "CSV")] == [len(app.charts)] * 3


def test_the_report_is_offered_as_pdf_and_json(app: App) -> None:
    assert {"Performance report (PDF)", "All values (JSON)"} <= set(downloads(open_section(app, "Report")))


def test_worst_errors_get_heat_maps_on_request(app: App, environment: pytest.MonkeyPatch, drawn_data: Path) -> None:
    environment.setenv("LESIONWISE_DATA", str(drawn_data))
    open_section(app, "Worst errors")
    n_pictures = len(app.test.get("image"))
    [toggle] = [toggle for toggle in app.test.toggle if toggle.label == "Show heat maps"]
    toggle.set_value(True)
    app.run()
    assert "where the network looked, not where the disease is" in app.text
    assert len(app.test.get("image")) == n_pictures > 0


def test_own_cases_say_how_many_are_missing_then_give_figures_with_the_warning(
    app: App, save: Callable[..., int], record: Record, drawn_data: Path, tmp_path: Path
) -> None:
    assert "No case is saved yet" in open_section(app, "Own cases").text
    for i in range(30):
        path = tmp_path / f"{i}.png"
        Image.new("RGB", (40, 40), (8 * i, 100, 100)).save(path)
        case_id = save(content=path.read_bytes(), filename=f"{i}.png")
        found = ConfirmedDiagnosis(
            Diagnosis.MELANOMA if i % 2 else Diagnosis.NEVUS,
            bool(i % 2),
            ConfirmType.HISTOPATHOLOGY,
            None,
            "",
            "a",
            utc_now(),
        )
        if i == 29:
            assert "1 are missing" in open_section(app, "Own cases").text
        confirm_diagnosis(case_id=case_id, diagnosis=found, record=record)
    text = open_section(app, "Own cases").text
    assert "30 cases with a confirmed diagnosis" in text and "verification bias" in text
    assert "needs 100 confirmed malignant cases of this network; 85 are missing" in text
    assert {"chart-live-calibration", "chart-live-bands"} <= set(app.charts)
