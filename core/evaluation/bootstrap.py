"""95% intervals by resampling: stratified by class, whole lesions at a time.

Images of one lesion are not independent; drawing lesions instead of images keeps the interval as wide as the number of
lesions warrants (Davison & Hinkley, "Bootstrap methods and their application", 1997, section 3.8).
"""

from collections.abc import Hashable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from core.evaluation.figures import Figure
from core.evaluation.metrics import Labels, Statistic, Values, all_once

N_DRAWS = 1000
SEED = 20_250_601  # any number; fixed so that the same predictions always give the same interval
_BLOCK_CELLS = 2_000_000  # draws x images held at once: 16 MB per array, whatever the size of the set


def group_by_lesion(lesions: Sequence[Hashable | None]) -> NDArray[np.int64]:
    """Number images (N,) so that those of one lesion share a number; an image without lesion is its own group."""
    numbers: dict[Hashable, int] = {}
    keys = [("image", i) if lesion is None else ("lesion", lesion) for i, lesion in enumerate(lesions)]
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)


def draw_weights(
    strata: Labels | NDArray[np.int64], groups: NDArray[np.int64], *, n_draws: int = N_DRAWS, seed: int = SEED
) -> NDArray[np.float32]:
    """How often each draw holds each image, float32 (n_draws, N).

    Within each stratum, most often the two classes, as many groups are drawn, with replacement, as there are; a lesion
    with images of several strata counts as one group in each.
    """
    rng = np.random.default_rng(seed)
    weights = np.zeros((n_draws, len(groups)), dtype=np.float32)
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        _, group_of = np.unique(groups[members], return_inverse=True)
        weights[:, members] = _count_groups(rng, int(group_of.max()) + 1, n_draws)[:, group_of]
    return weights


def measure(statistic: Statistic, weights: NDArray[np.float32]) -> dict[str, Figure]:
    """Each value of the statistic on all images counted once, with its interval over the draws (R, N)."""
    values = statistic(all_once(weights.shape[1]))
    draws = apply_to_draws(statistic, weights)
    return {name: Figure.from_draws(float(value[0]), draws[name]) for name, value in values.items()}


def apply_to_draws(statistic: Statistic, weights: NDArray[np.float32]) -> dict[str, Values]:
    """The statistic's values on every draw, block by block: arrays whose first axis is R."""
    parts = [statistic(block) for block in _blocks(weights)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _count_groups(rng: np.random.Generator, n_groups: int, n_draws: int) -> NDArray[np.float32]:
    drawn = rng.integers(n_groups, size=(n_draws, n_groups)) + n_groups * np.arange(n_draws)[:, None]
    return np.bincount(drawn.ravel(), minlength=n_draws * n_groups).reshape(n_draws, n_groups).astype(np.float32)


def _blocks(weights: NDArray[np.float32]) -> Iterator[Values]:
    step = max(1, _BLOCK_CELLS // max(1, weights.shape[1]))
    for start in range(0, len(weights), step):
        yield weights[start : start + step].astype(np.float64)
