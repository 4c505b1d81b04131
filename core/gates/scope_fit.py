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

REJECTED_SHARE: Final = 0.01  # of validation dermoscopy, at most
_PENALTY: Final = 0.3
"""Of squared weights, where the pictures' weights sum to 1. Chosen like all here on kinds of imitated negatives that
were left out of the fitting: with 3 a head rejected fewer of them, and so did logistic regression."""
_FAR: Final = 10.0  # what dermoscopy should score, and anything else the same below 0: one decimal then tells
_N_AXES: Final = 100  # of each part
_EXAMPLE_WIDTHS_PX: Final = (224, 1200)
_EXAMPLE_ASPECTS: Final = (4 / 3, 4 / 3, 1, 1, 3 / 2, 16 / 9)
_DISTANCE_FACTOR: Final = 5.0  # how much more a distance may weigh than any one number of its part


def fit_scope_head(inside: Sequence[Seen], outside: Sequence[Seen]) -> ScopeHead:
    """Fit on what is seen (parts, each (N, D)) of dermoscopy and of anything else; the threshold is yet to be set."""
    from sklearn.linear_model import Ridge

    distances = tuple(_fit_distance(part) for part in inside)
    own, other = (features_of(parts, distances).astype(np.float64) for parts in (inside, outside))
    mean, scale = own.mean(axis=0), own.std(axis=0) + 1e-3
    scale[-N_MEASURES * len(distances) :] /= _DISTANCE_FACTOR
    wanted = np.repeat([_FAR, -_FAR], [len(own), len(other)])
    shares = np.repeat([0.5 / len(own), 0.5 / len(other)], [len(own), len(other)])
    fitted = Ridge(alpha=_PENALTY).fit((np.concatenate([own, other]) - mean) / scale, wanted, sample_weight=shares)
    mean, scale, weights = (np.asarray(values, dtype=np.float32) for values in (mean, scale, fitted.coef_))
    return ScopeHead(mean, scale, weights, bias=float(fitted.intercept_), threshold=0.0, distances=distances)


def set_threshold(head: ScopeHead, scores: NDArray[np.float64]) -> ScopeHead:
    """The head with the highest threshold that rejects at most 1% of validation dermoscopy, whose scores (N,) these
    are."""
    return replace(head, threshold=float(np.quantile(scores, REJECTED_SHARE, method="inverted_cdf")))


def _fit_distance(inside: Seen) -> Distance:
    centre, unit = inside.mean(axis=0), inside.std(axis=0) + 1e-3
    apart = ((inside - centre) / unit).astype(np.float64)
    squares, axes = np.linalg.eigh(apart.T @ apart / len(inside))  # quicker than taking it apart whole
    n_axes = min(_N_AXES, inside.shape[1] // 2)
    spread = np.sqrt(np.maximum(squares[::-1][:n_axes], 1e-12))
    axes = axes[:, ::-1][:, :n_axes].astype(np.float16).astype(np.float32)  # as rounded as the file that they go into
    return Distance(centre, unit, axes, spread.astype(np.float32))


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
    """Drawn lesions count as dermoscopy: the program's own example, its tests and screenshots are made of them.

    They are 224 to 1,200 px wide, small ones as often as large ones: of one size alone their marks are learnt.
    """
    return [draw_lesion(_choose_lesion(rng)) for _ in range(n)]


def _choose_lesion(rng: np.random.Generator) -> DrawnLesion:
    width_px = round(np.exp(rng.uniform(*np.log(_EXAMPLE_WIDTHS_PX))))
    return DrawnLesion(
        width_px,
        round(width_px / rng.choice(_EXAMPLE_ASPECTS)),
        radius=rng.uniform(0.14, 0.32),
        irregularity=rng.uniform(0.02, 0.5),
        darkness=rng.uniform(0.2, 1.0),
        seed=int(rng.integers(2**31)),
    )
