"""What one forward pass gives, for those who need more than the score: gates, drift, similar cases."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain import Prediction


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What one forward pass tells of one picture.

    `layer_map` is the class activation map, float32 (h, w), non-negative and not scaled, at the resolution of the last
    activation before pooling; None where the network has no closed form of it. `embedding` is float32 (D,); `stages` is
    float32 (S,), the statistics of shallower stages, and None where the network gives none.
    """

    prediction: Prediction
    layer_map: NDArray[np.float32] | None
    embedding: NDArray[np.float32]
    stages: NDArray[np.float32] | None = None
