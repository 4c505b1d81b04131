"""What a network says of a picture."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from core.domain.checks import Checks, QualityNote
from core.domain.picture import LesionImage, Upload
from core.taxonomy import Band, Diagnosis, HeatmapMethod


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which network gave a result; stored with every prediction."""

    name: str
    version: str
    weights_sha256: str
    card_sha256: str
    architecture: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """The network's assessment of one picture.

    Probabilities are in [0, 1]: `raw_probability` is the sigmoid of the logit, `malignant_probability` the sigmoid of
    logit / temperature. `embedding` is float16 (D,), the input of the last linear layer. `differential` gives each
    diagnosis that the network tells apart its probability, summing to 1; it is empty where the network gives none.
    """

    malignant_probability: float
    raw_probability: float
    band: Band
    operating_threshold: float
    no_concern_threshold: float
    model: ModelIdentity
    embedding: NDArray[np.float16]
    differential: Mapping[Diagnosis, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Heatmap:
    """Where the network looked: float32 (height, width) in [0, 1], the maximum 1 unless the map is empty."""

    values: NDArray[np.float32]
    method: HeatmapMethod
    layer: str


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """All that was found out about one upload. `submission_id` makes saving it twice the same as once."""

    upload: Upload
    image: LesionImage
    quality: tuple[QualityNote, ...]
    prediction: Prediction
    analysed_at: datetime
    submission_id: str
    checks: Checks | None = None
