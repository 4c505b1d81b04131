"""`make bench`: milliseconds of each step, from one run, as ratios to the bare forward pass; exit 1 on a missed target.

Medians of interleaved rounds: the machines are noisy, and what is compared must see the same noise.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from batch_rows import measure_batch_rows
from batch_share import measure_batch_share
from click_time import measure_click_to_result
from cold_start import measure_cold_start, measure_memory
from explanations import measure_maps_over_scoring, measure_similar
from history import measure_history
from performance_chart import measure_first_chart
from plain_script import measure_speedup
from start_time import measure_second_start
from steps import measure_steps

from core.settings import PROJECT_ROOT, Settings

TARGETS: dict[str, tuple[str, float]] = {
    "speedup_b1": (">=", 8.0),
    "speedup_b32": (">=", 10.0),
    "cold_over_torch": ("<=", 0.4),
    "classifier_resident_mb": ("<=", 300.0),
    "classifier_growth": ("<=", 0.05),
    "server_resident_mb": ("<=", 550.0),
    "predict_and_map_over_forward": ("<=", 2.5),
    "batch_share_of_network": (">=", 0.8),
    "health_s": ("<=", 3.0),
    "second_start_s": ("<=", 5.0),
    "click_to_result_s": ("<=", 2.0),
    "performance_first_chart_s": ("<=", 2.0),
    "batch_1000_first_rows_s": ("<=", 1.0),
    "history_100k_ms": ("<=", 300.0),
    "maps_over_scoring": ("<=", 1.2),
    "similar_100k_ms": ("<=", 200.0),
}


def main() -> int:
    """Measure everything, print it, write build/bench.json; returns the exit status."""
    settings = Settings.from_environment()
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        measures: list[Callable[[], dict[str, float]]] = [
            lambda: measure_speedup(settings),
            lambda: measure_cold_start(settings, Path(folder)),
            lambda: measure_memory(settings, Path(folder)),
            lambda: measure_steps(settings, Path(folder)),
            lambda: measure_batch_share(settings, Path(folder)),
            lambda: measure_second_start(Path(folder)),
            lambda: measure_click_to_result(Path(folder)),
            lambda: measure_first_chart(settings, Path(folder)),
            lambda: measure_batch_rows(settings, Path(folder)),
            lambda: measure_history(settings, Path(folder)),
            lambda: measure_maps_over_scoring(settings),
            lambda: measure_similar(settings, Path(folder)),
        ]
        for measure in measures:
            measured = measure()
            for name, value in measured.items():
                print(f"{name:40} {value:10.3f}  {_verdict(name, value)}", flush=True)
            figures |= measured
    out = PROJECT_ROOT / "build" / "bench.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps({name: round(value, 4) for name, value in figures.items()}, indent=2) + "\n")
    return 1 if any("MISSED" in _verdict(name, figures[name]) for name in TARGETS) else 0


def _verdict(name: str, value: float) -> str:
    if name not in TARGETS:
        return ""
    sign, target = TARGETS[name]
    is_met = value <= target if sign == "<=" else value >= target
    return f"target {sign} {target:g}: {'met' if is_met else 'MISSED'}"


if __name__ == "__main__":
    sys.exit(main())
