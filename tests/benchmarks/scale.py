"""What `make bench-scale` measures, within an hour: the sizes that a hospital has."""

import importlib
import importlib.util
from collections.abc import Callable
from pathlib import Path

from batch_at_size import measure_batch_at_size
from cost import measure_cost
from killed_batch import measure_kills
from many_browsers import measure_many_browsers

from core.settings import Settings


def scale_measures(settings: Settings, folder: Path) -> list[Callable[[], dict[str, float]]]:
    """The measures in their order: what says most comes first."""
    return [
        lambda: measure_batch_at_size(settings, folder),
        lambda: measure_many_browsers(folder),
        lambda: measure_cost(settings, folder),
        lambda: measure_kills(folder),
        lambda: _where_installed("ray", "cluster_speed", folder),
        lambda: _where_installed("psycopg", "history_postgres", folder),
    ]


def _where_installed(package: str, benchmark: str, folder: Path) -> dict[str, float]:
    """What a benchmark beside this file measures; nothing, and a sentence, where its package or itself is missing."""
    for name in (package, benchmark):
        if importlib.util.find_spec(name) is None:
            print(f"{benchmark}: not measured, since {name} is not installed")
            return {}
    measured: dict[str, float] = importlib.import_module(benchmark).measure(folder)
    return measured
