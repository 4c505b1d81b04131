"""What `make bench-scale` measures, within an hour: the sizes that a hospital has."""

import importlib
import importlib.util
from collections.abc import Callable
from pathlib import Path

from batch_at_size import measure_batch_at_size
from cold_start import measure_memory_growth
from cost import measure_cost
from killed_batch import measure_kills
from many_browsers import measure_many_browsers

from core.settings import Settings


def scale_measures(settings: Settings, folder: Path) -> list[Callable[[], dict[str, float]]]:
    """The measures in their order: what says most comes first."""
    return [
        lambda: measure_batch_at_size(settings, folder),
        lambda: measure_many_browsers(folder),
        lambda: measure_memory_growth(settings, folder),
        lambda: measure_cost(settings, folder),
        lambda: measure_kills(folder),
        lambda: _measure_ray(folder),
        lambda: _measure_postgres(settings, folder),
    ]


def _measure_ray(folder: Path) -> dict[str, float]:
    """Two workers against one, where Ray is installed."""
    if _is_missing("ray"):
        return {}
    from cluster_speed import measure_cluster_speed

    measured: dict[str, float] = measure_cluster_speed(folder)
    return measured


def _measure_postgres(settings: Settings, folder: Path) -> dict[str, float]:
    """A million cases, where there is a PostgreSQL server to start."""
    if _is_missing("psycopg") or _is_missing("history_postgres"):
        return {}
    history = importlib.import_module("history_postgres")
    reason = importlib.import_module("postgres_server").why_not()
    if reason:
        print(f"history on PostgreSQL: not measured. {reason}")
        return {}
    measured: dict[str, float] = history.measure_history_postgres(settings, folder)
    return measured


def _is_missing(module: str) -> bool:
    """Whether a module is not there; says so."""
    if importlib.util.find_spec(module) is not None:
        return False
    print(f"not measured, since {module} is missing")
    return True
