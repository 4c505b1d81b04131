"""How often a small change of the picture moves it into another band."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.evaluation.bootstrap import N_DRAWS, draw_weights
from core.evaluation.calibration import calibrate
from core.evaluation.figures import Figure
from core.evaluation.operating_points import OperatingPoints
from core.evaluation.perturbations import PERTURBATIONS, Family, Perturbation
from core.evaluation.scorer import Scorer, pass_all
from core.evaluation.share import measure_share


@dataclass(frozen=True, slots=True)
class FamilyRobustness:
    """Shares of images whose band changes, for one family of perturbations.

    `mean_share`, the mean over the family's perturbations, is the headline: what one repeated photograph risks.
    `any_share` counts an image that any of them moves, and grows with their number.
    """

    mean_share: Figure
    any_share: Figure
    by_perturbation: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Robustness:
    """Both families (see `Family`) on `n` images, in one forward pass per perturbed picture."""

    n: int
    families: Mapping[str, FamilyRobustness]


def measure_robustness(
    scorer: Scorer,
    frames: NDArray[np.uint8],
    points: OperatingPoints,
    groups: NDArray[np.int64] | None = None,
    n_draws: int = N_DRAWS,
) -> Robustness:
    """Score frames uint8 (N, H, W, 3) as they are and under every perturbation, and count the changes of band."""
    as_is = pass_all(scorer.logits, frames, "score")
    temperature = scorer.card.temperature
    return count_changes(as_is, score_perturbed(scorer, frames), temperature, points, groups, n_draws)


def score_perturbed(
    scorer: Scorer, frames: NDArray[np.uint8], perturbations: Sequence[Perturbation] = PERTURBATIONS
) -> dict[str, NDArray[np.float64]]:
    """Logits (N,) of frames uint8 (N, H, W, 3) under each perturbation, by its name."""

    def score_changed(perturbation: Perturbation, step: NDArray[np.uint8]) -> NDArray[np.float64]:
        return scorer.logits(perturbation.apply(step))

    return {each.name: pass_all(partial(score_changed, each), frames, each.name) for each in perturbations}


def count_changes(
    logits: NDArray[np.float64],
    perturbed: Mapping[str, NDArray[np.float64]],
    temperature: float,
    points: OperatingPoints,
    groups: NDArray[np.int64] | None = None,
    n_draws: int = N_DRAWS,
) -> Robustness:
    """Compare the bands of logits (N,) with those under each perturbation; intervals by `groups`, lesions, of images.

    An interval is the bootstrap's, or Wilson's for a share of exactly 0 or 1.
    """
    before = band_numbers(calibrate(logits, temperature), points)
    changed = {name: band_numbers(calibrate(each, temperature), points) != before for name, each in perturbed.items()}
    groups = np.arange(len(logits)) if groups is None else groups
    weights = draw_weights(np.zeros(len(logits), dtype=np.bool_), groups, n_draws=n_draws)
    families = {
        family.value: _measure_family({name: changed[name] for name in names}, weights, groups)
        for family, names in _names_by_family().items()
        if all(name in changed for name in names)
    }
    return Robustness(len(logits), families)


def average_logits(logits: NDArray[np.float64], perturbed: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """The mean logit (N,) of a picture and its flips and quarter turns: eight passes instead of the one served."""
    turned = [perturbed[name] for name in _names_by_family()[Family.SYMMETRY]]
    return np.asarray(np.mean([logits, *turned], axis=0), dtype=np.float64)


def band_numbers(probability: NDArray[np.float64], points: OperatingPoints) -> NDArray[np.int64]:
    """0 for no concern, 1 for indeterminate, 2 for refer, as `band_of` has them, of probabilities (N,)."""
    return np.searchsorted([points.no_concern, points.refer], probability, side="right").astype(np.int64)


def _measure_family(
    changed: Mapping[str, NDArray[np.bool_]], weights: NDArray[np.float32], groups: NDArray[np.int64]
) -> FamilyRobustness:
    every = np.stack(list(changed.values()))  # (P, N)
    return FamilyRobustness(
        mean_share=measure_share(every.mean(axis=0), weights, groups),
        any_share=measure_share(np.any(every, axis=0), weights, groups),
        by_perturbation={name: measure_share(each, weights, groups) for name, each in changed.items()},
    )


def _names_by_family() -> dict[Family, list[str]]:
    return {family: [p.name for p in PERTURBATIONS if p.family is family] for family in Family}
