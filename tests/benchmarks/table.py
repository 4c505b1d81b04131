"""What a benchmark says: each figure with its target and the last release's figure, on the screen and in a file."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path

from core.settings import PROJECT_ROOT

RELEASE = Path(__file__).with_name("release.json")
BENCH = PROJECT_ROOT / "build" / "bench.json"

TARGETS: dict[str, tuple[str, float]] = {
    "speedup_b1": (">=", 8.0),
    "speedup_b32": (">=", 10.0),
    "cold_over_torch": ("<=", 0.4),
    "classifier_resident_mb": ("<=", 300.0),
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
SCALE_TARGETS: dict[str, tuple[str, float]] = {
    "batch_5000_share_of_network": (">=", 0.8),
    "batch_5000_growth": ("<=", 0.05),
    "classifier_growth": ("<=", 0.05),
    "many_wait_over_fair_share": ("<=", 1.5),
    "many_queue_shown": (">=", 1.0),
    "kills": (">=", 50.0),
    "kill_faults": ("<=", 0.0),
    "history_1m_ms": ("<=", 300.0),
    "ray_two_over_one": (">=", 1.7),
}


def row(name: str, value: float, released: Mapping[str, float]) -> str:
    """A line of the table: the figure, what the last release had, and whether its target is met."""
    before = f"{released[name]:10.3f} {_change(value, released[name]):>7}" if name in released else f"{'-':>10} {'':7}"
    return f"{name:32} {value:10.3f} {before}  {_verdict(name, value)}".rstrip()


def head() -> str:
    """The line above the first row."""
    return f"{'figure':32} {'now':>10} {'release':>10} {'change':>7}  target"


def missed(figures: Mapping[str, float], wanted: Collection[str]) -> list[str]:
    """Those of the wanted figures that were measured and miss their target."""
    return [name for name in wanted if name in figures and not is_met(name, figures[name])]


def is_met(name: str, value: float) -> bool:
    """Whether a figure reaches its target."""
    sign, target = (TARGETS | SCALE_TARGETS)[name]
    return value <= target if sign == "<=" else value >= target


def released_figures(path: Path = RELEASE) -> dict[str, float]:
    """The figures of the last release, by name."""
    figures: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))["figures"]
    return figures


def keep(figures: Mapping[str, float], path: Path = BENCH) -> None:
    """Add figures to the file of the last benchmark; those of the same name are replaced."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(known | {name: round(value, 4) for name, value in figures.items()}, indent=2) + "\n")


def _change(value: float, before: float) -> str:
    return f"{value / before - 1:+.0%}" if before else ""


def _verdict(name: str, value: float) -> str:
    if name not in TARGETS | SCALE_TARGETS:
        return ""
    sign, target = (TARGETS | SCALE_TARGETS)[name]
    return f"{sign} {target:g}: {'met' if is_met(name, value) else 'MISSED'}"
