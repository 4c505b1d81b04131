"""Scorers of known behaviour, that stand in for a network."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from core.domain import LesionImage, ModelIdentity, Prediction
from core.evaluation.operating_points import OperatingPoints, band_of
from core.imaging.drawn import DrawnLesion, draw_lesion

POINTS = OperatingPoints(refer=0.5, no_concern=0.2)


def make_prediction(probability: float, embedding: NDArray[np.float16] | None = None) -> Prediction:
    """A prediction with the bands of POINTS."""
    return Prediction(
        malignant_probability=probability,
        raw_probability=probability,
        band=band_of(probability, POINTS),
        operating_threshold=POINTS.refer,
        no_concern_threshold=POINTS.no_concern,
        model=ModelIdentity("drawn", "1", "w" * 64, "c" * 64),
        embedding=np.zeros(4, np.float16) if embedding is None else embedding,
    )


@dataclass(frozen=True, slots=True)
class DrawnScorer:
    """Scores each frame uint8 (H, W, 3) by a function of it."""

    score: Callable[[NDArray[np.uint8]], float]

    def prepare(self, image: LesionImage) -> NDArray[np.uint8]:
        return image.pixels

    def predict_frames(self, frames: NDArray[np.uint8]) -> list[Prediction]:
        return [make_prediction(self.score(frame)) for frame in frames]


@pytest.fixture
def lesion() -> LesionImage:
    """A dark round lesion in the middle of 224 x 224 px of skin."""
    pixels = draw_lesion(DrawnLesion(224, 224, radius=0.22, irregularity=0.02, darkness=0.9, seed=1))
    return LesionImage(pixels=pixels, sha256="", format="PNG")
