"""`make bench`, and `make bench-scale` with `--scale`: figures from one run against their targets; exit 1 on a miss.

Medians of interleaved rounds: the machines are noisy, and what is compared must see the same noise.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import table
from batch_rows import measure_batch_rows
from batch_share import measure_batch_share
from click_time import measure_click_to_result
from cold_start import measure_cold_start, measure_memory
from explanations import measure_maps_over_scoring, measure_similar
from history import measure_history
from performance_chart import measure_first_chart
from plain_script import measure_speedup
from scale import scale_measures
from start_time import measure_second_start
from steps import measure_steps

from core.settings import Settings

Measure = Callable[[], dict[str, float]]


def main(*, is_scale: bool) -> int:
    """Measure everything, print it, add it to build/bench.json; returns the exit status."""
    settings, targets = Settings.from_environment(), table.SCALE_TARGETS if is_scale else table.TARGETS
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        print(table.head(), flush=True)
        for measure in (scale_measures if is_scale else _measures)(settings, Path(folder)):
            started, measured = time.monotonic(), measure()
            for name, value in measured.items():
                print(table.row(name, value, table.released_figures()), flush=True)
            print(f"{'':32} {time.monotonic() - started:10.0f} s to measure", flush=True)
            table.keep(measured)
            figures |= measured
    missed = table.missed(figures, targets)
    print(f"missed: {', '.join(missed) or 'none'}")
    print(f"not measured: {', '.join(sorted(set(targets) - set(figures))) or 'none'}")
    return 1 if missed else 0


def _measures(settings: Settings, folder: Path) -> list[Measure]:
    """What `make bench` measures, within ten minutes."""
    return [
        lambda: measure_speedup(settings),
        lambda: measure_cold_start(settings, folder),
        lambda: measure_memory(settings, folder),
        lambda: measure_steps(settings, folder),
        lambda: measure_batch_share(settings, folder),
        lambda: measure_second_start(folder),
        lambda: measure_click_to_result(folder),
        lambda: measure_first_chart(settings, folder),
        lambda: measure_batch_rows(settings, folder),
        lambda: measure_history(settings, folder),
        lambda: measure_maps_over_scoring(settings),
        lambda: measure_similar(settings, folder),
    ]


if __name__ == "__main__":
    sys.exit(main(is_scale="--scale" in sys.argv[1:]))
