"""How much faster two workers of a Ray cluster on this machine get through a folder than one does."""

import statistics
import time
from pathlib import Path

from batch_at_size import LOOKED_AT, draw_many
from killed_batch import count_rows, start

N_IMAGES = 960  # thirty groups
_ROUNDS = 2
_POLL_S = 0.02


def measure_cluster_speed(folder: Path, n_images: int = N_IMAGES, n_rounds: int = _ROUNDS) -> dict[str, float]:
    """Images a second by one worker and by two, once they are at work: a cluster takes seconds to start."""
    draw_many(folder / "ray-files", n_images)
    speeds: dict[int, list[float]] = {1: [], 2: []}
    for n in range(n_rounds):
        for n_workers, kept in speeds.items():
            kept.append(_images_per_s(folder / "ray-files", folder / f"ray-home-{n}-{n_workers}", n_workers))
    one, two = (statistics.median(kept) for kept in speeds.values())
    return {"ray_one_images_per_s": one, "ray_two_images_per_s": two, "ray_two_over_one": two / one}


def _images_per_s(files: Path, home: Path, n_workers: int) -> float:
    """From the first group that is stored to the last."""
    seen: list[tuple[float, int]] = []
    with start(files, home, "--ray", "--workers", str(n_workers)) as life:
        while life.poll() is None:
            n_done = count_rows(home, LOOKED_AT)
            if n_done > (seen[-1][1] if seen else 0):
                seen.append((time.perf_counter(), n_done))
            time.sleep(_POLL_S)
        _, said = life.communicate()
    if life.returncode or len(seen) < 2:
        raise ValueError(f"expected a batch that is stored group by group, got {len(seen)} groups: {said}")
    return (seen[-1][1] - seen[0][1]) / (seen[-1][0] - seen[0][0])
