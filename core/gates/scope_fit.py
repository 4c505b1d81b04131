"""Fits the scope gate on what a network sees: ridge regression, dermoscopy against everything else."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from core.gates.scope import N_MEASURES, Distance, ScopeHead, Seen, features_of
from core.imaging.artefacts import add_artefact
from core.imaging.drawn import DrawnLesion, draw_lesion
from core.taxonomy import Artefact

REJECTED_SHARE: Final = 0.01  # of the validation dermoscopy
_PENALTY: Final = 0.3
"""Of squared weights, where the pictures' weights sum to 1. Chosen like all here on kinds of imitated negatives that
were left out of the fitting: with 3 a head rejected fewer of them, and so did logistic regression."""
_FAR: Final = 10.0  # what dermoscopy should score, and anything else the same below 0: one decimal then tells
_N_AXES: Final = 100  # of each part
_DISTANCE_FACTOR: Final = 5.0  # how much more a distance may weigh than any one number of its part


def fit_scope_head(
    inside: Sequence[Seen],
    outside: Sequence[Seen],
    validation: Sequence[Seen],
    validation_sets: NDArray[np.int64],
) -> ScopeHead:
    """Fit on what is seen (parts, each (N, D)) of dermoscopy and of anything else.

    The threshold rejects 1% of validation, in which each of the labelled sets that `validation_sets` (N,) tells apart
    counts alike: the larger one, whose files are softer, would else set it alone.
    """
    from sklearn.linear_model import Ridge

    distances = tuple(_fit_distance(part) for part in inside)
    own, other = (features_of(parts, distances).astype(np.float64) for parts in (inside, outside))
    mean, scale = own.mean(axis=0), own.std(axis=0) + 1e-3
    scale[-N_MEASURES * len(distances) :] /= _DISTANCE_FACTOR
    wanted = np.repeat([_FAR, -_FAR], [len(own), len(other)])
    shares = np.repeat([0.5 / len(own), 0.5 / len(other)], [len(own), len(other)])
    fitted = Ridge(alpha=_PENALTY).fit((np.concatenate([own, other]) - mean) / scale, wanted, sample_weight=shares)
    mean, scale, weights = (np.asarray(values, dtype=np.float32) for values in (mean, scale, fitted.coef_))
    head = ScopeHead(mean, scale, weights, bias=float(fitted.intercept_), threshold=0.0, distances=distances)
    return replace(head, threshold=_threshold(head.scores(validation), validation_sets))


def _threshold(scores: NDArray[np.float64], sets: NDArray[np.int64]) -> float:
    """The score below which 1% of pictures lie, each set of them counting alike."""
    _, which, counts = np.unique(sets, return_inverse=True, return_counts=True)
    shares = 1 / (len(counts) * counts[which])
    return float(np.quantile(scores, REJECTED_SHARE, weights=shares, method="inverted_cdf"))


def _fit_distance(inside: Seen) -> Distance:
    centre, unit = inside.mean(axis=0), inside.std(axis=0) + 1e-3
    _, lengths, axes = np.linalg.svd((inside - centre) / unit, full_matrices=False)
    n_axes = min(_N_AXES, inside.shape[1] // 2)
    spread = lengths[:n_axes] / np.sqrt(len(inside))
    return Distance(centre, unit, axes[:n_axes].T.astype(np.float16), np.maximum(spread, 1e-6).astype(np.float32))


def vary_dermoscopy(frame: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The same lesion as another clinic might show it: nearer, in other light and colours, with things over it."""
    image = Image.fromarray(frame)
    share = rng.uniform(0.5, 1.0)
    width, height = image.width * share, image.height * share
    left, top = rng.uniform(0, image.width - width), rng.uniform(0, image.height - height)
    image = image.resize(image.size, Image.Resampling.BICUBIC, box=(left, top, left + width, top + height))
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = enhance(image).enhance(rng.uniform(0.7, 1.35))
    pixels = np.clip(np.asarray(image) * rng.uniform(0.85, 1.15, 3), 0, 255).astype(np.uint8)
    return add_artefact(pixels, list(Artefact)[int(rng.integers(len(Artefact)))], rng) if rng.random() < 0.5 else pixels


def draw_examples(n: int, rng: np.random.Generator) -> list[NDArray[np.uint8]]:
    """Drawn lesions count as dermoscopy: the program's own example, its tests and screenshots are made of them."""
    return [
        draw_lesion(
            DrawnLesion(
                600,
                450,
                radius=rng.uniform(0.14, 0.32),
                irregularity=rng.uniform(0.02, 0.5),
                darkness=rng.uniform(0.2, 1.0),
                seed=int(rng.integers(2**31)),
            )
        )
        for _ in range(n)
    ]
