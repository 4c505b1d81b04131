"""Fits the scope gate on a network's embeddings: logistic regression, dermoscopy against everything else."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from core.gates.scope import Distance, ScopeHead, features_of
from core.imaging.artefacts import add_artefact
from core.imaging.drawn import DrawnLesion, draw_lesion
from core.taxonomy import Artefact

REJECTED_SHARE: Final = 0.01  # of the validation dermoscopy
_PENALTY: Final = 0.01
"""sklearn's C. 0.001 let 5% of held-out everyday photographs through and 0.01 none: the choice looked at pictures that
the head was not fitted on, so a share rejected among everyday photographs may come out too high."""
_N_AXES: Final = 100  # of 1,280; 50 and 100 told held-out negatives apart alike
_DISTANCE_FACTOR: Final = 20.0
"""How much more the two distances may weigh than any one number of the embedding. Fitted on drawn negatives alone, the
head then rejected 0.84-0.94 of imitated clinical pictures that it had never seen; without distances 0.23-0.31."""


def fit_scope_head(
    inside: NDArray[np.float32],
    outside: NDArray[np.float32],
    validation: NDArray[np.float32],
) -> ScopeHead:
    """Fit on embeddings (N, D) of dermoscopy and of anything else; the threshold lets 99% of validation pass."""
    from sklearn.linear_model import LogisticRegression

    distance = _fit_distance(inside)
    features = features_of(np.concatenate([inside, outside]), distance)
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-3
    scale[-2:] /= _DISTANCE_FACTOR
    labels = np.repeat([1, 0], [len(inside), len(outside)])
    fitted = LogisticRegression(C=_PENALTY, max_iter=1000, class_weight="balanced")
    fitted.fit((features - mean) / scale, labels)
    head = ScopeHead(mean, scale, fitted.coef_[0].astype(np.float32), float(fitted.intercept_[0]), 0.0, distance)
    return replace(head, threshold=float(np.quantile(head.scores(validation), REJECTED_SHARE)))


def _fit_distance(inside: NDArray[np.float32]) -> Distance:
    centre = inside.mean(axis=0)
    _, lengths, axes = np.linalg.svd(inside - centre, full_matrices=False)
    n_axes = min(_N_AXES, inside.shape[1] // 2)
    spread = lengths[:n_axes] / np.sqrt(len(inside))
    return Distance(centre, axes[:n_axes].T.astype(np.float16), np.maximum(spread, 1e-6).astype(np.float32))


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
