"""The figures of the gates come back as they were written, of their own weights alone, and are said in the card."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.classifier.card import read_card
from core.classifier.card_text import CARD_TEXT_FILE, write_card_text
from core.errors import CardUnusable
from core.evaluation.gates_report import (
    GATES_FILE,
    FlagFigures,
    GatesReport,
    HeatFigures,
    count,
    figures_of_gates,
    read_gates,
    write_gates,
)

REPORT = GatesReport(
    model="small-net",
    weights_sha256="a" * 64,
    measured_at="2026-03-02T12:00:00+00:00",
    scope_threshold=-0.5,
    quality_rejected={"test images": count([False] * 9 + [True])},
    scope_rejected={"everyday photographs": count([True] * 4)},
    artefacts={"hair": FlagFigures(count([True, True]), count([False, True]))},
    outline_dice=0.95,
    outline_n_drawn=200,
    outline_sure=count([True, False]),
    artefact_limits={"hair": {"cut": 0.5, "share": 0.01}},
    doubts={"near a threshold": count([True, False, False, False])},
    stable=count([True] * 3),
    heat=HeatFigures(50, 7, 0.2, 0.1, 0.7, count([False] * 20), 0.97, 0.25),
)


def test_a_report_comes_back_as_it_was_written(tmp_path: Path) -> None:
    assert read_gates(tmp_path, "a" * 64) is None
    write_gates(REPORT, tmp_path)
    assert read_gates(tmp_path, "a" * 64) == REPORT
    assert read_gates(tmp_path, "b" * 64) is None


def test_a_broken_report_is_told(tmp_path: Path) -> None:
    (tmp_path / GATES_FILE).write_text("[", encoding="utf-8")
    with pytest.raises(CardUnusable, match="gates"):
        read_gates(tmp_path, "a" * 64)


def test_every_figure_has_its_words_and_its_n() -> None:
    rows = figures_of_gates(REPORT)
    assert rows["No score for quality: test images"].startswith("10.0%")
    assert rows["Not dermoscopy: everyday photographs"].endswith("n = 4")
    assert rows["Flagged: hair drawn on; without it"].count("n = 2") == 2
    assert rows["Outline on drawn lesions (Dice)"] == "0.950, n = 200"
    assert "map of 7 x 7" in rows["Heat inside the lesion, on its border, outside (mean)"]
    assert any("above 97%" in name for name in rows)
    assert rows["Uncertain on test images: near a threshold"].startswith("25.0%")
    assert rows["Stays in its band under light, crop, turn and covered skin"].endswith("n = 3")
    assert figures_of_gates(replace(REPORT, heat=None, outline_sure=None, outline_dice=None)).keys() < rows.keys()


def test_the_card_for_people_has_the_figures_of_its_own_weights(untrained_cnn: Path, tmp_path: Path) -> None:
    card, folder = read_card(untrained_cnn), tmp_path / "net"
    folder.mkdir()
    write_gates(REPORT, folder)
    write_card_text(card, folder)
    assert "Gates and measures" not in (folder / CARD_TEXT_FILE).read_text(encoding="utf-8")
    write_gates(replace(REPORT, weights_sha256=card.weights_sha256), folder)
    write_card_text(card, folder)
    assert "| Not dermoscopy: everyday photographs |" in (folder / CARD_TEXT_FILE).read_text(encoding="utf-8")
