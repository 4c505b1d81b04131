"""What a benchmark prints and keeps: targets, the last release, and which figures miss."""

import json
from pathlib import Path

import pytest

from tests.benchmarks.table import SCALE_TARGETS, TARGETS, is_met, keep, missed, released_figures, row

SINCE_THE_RELEASE = {
    *("batch_5000_growth", "batch_5000_share_of_network", "classifier_growth", "history_1m_ms", "kill_faults", "kills"),
    *("many_queue_shown", "many_wait_over_fair_share", "predict_and_map_over_forward", "ray_two_over_one"),
}  # figures that were not measured yet then


def test_a_row_shows_the_figure_the_release_the_change_and_the_target() -> None:
    line = row("history_100k_ms", 60.0, {"history_100k_ms": 50.0})
    assert line.split() == ["history_100k_ms", "60.000", "50.000", "+20%", "<=", "300:", "met"]


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [("speedup_b1", 7.9, "MISSED"), ("speedup_b1", 8.0, "met"), ("kill_faults", 1.0, "MISSED"), ("cold_s", 1.0, "-")],
)
def test_a_row_says_whether_its_target_is_met(name: str, value: float, verdict: str) -> None:
    assert row(name, value, {}).split()[-1] == verdict


def test_only_a_wanted_figure_that_was_measured_can_miss() -> None:
    figures = {"ray_two_over_one": 1.2, "kill_faults": 0.0, "speedup_b1": 1.0}
    assert missed(figures, SCALE_TARGETS) == ["ray_two_over_one"]


def test_what_is_no_number_misses_its_target() -> None:
    assert not is_met("batch_5000_growth", float("nan"))


def test_figures_are_added_to_those_of_an_earlier_run(tmp_path: Path) -> None:
    path = tmp_path / "build" / "bench.json"
    keep({"a": 1.0, "b": 2.0}, path)
    keep({"b": 3.00004}, path)
    assert json.loads(path.read_text()) == {"a": 1.0, "b": 3.0}


def test_the_release_has_figures_for_what_has_a_target() -> None:
    assert set(TARGETS | SCALE_TARGETS) - set(released_figures()) == SINCE_THE_RELEASE
