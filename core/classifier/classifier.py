"""`Classifier`: one network, its card, and the lock that lets several sessions share them."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.classifier.card import ModelCard
from core.classifier.explain import class_activation_maps, draw_heatmap, to_heatmap
from core.classifier.loading import load_network
from core.classifier.network import Network
from core.classifier.reading import Reading
from core.domain import Heatmap, LesionImage, Prediction
from core.evaluation.calibration import calibrate
from core.evaluation.operating_points import OperatingPoints, band_of
from core.imaging.frame import normalise_frames, resize_frame
from core.taxonomy import HeatmapMethod


class Classifier:
    """Scores pictures and draws heat maps. Safe to share between threads: one lock guards the network, because
    gradient maps are taken by hooks on it."""

    def __init__(self, network: Network, card: ModelCard) -> None:
        self.card = card
        self._network = network
        self._lock = threading.Lock()
        self._points = OperatingPoints(refer=card.refer_threshold, no_concern=card.no_concern_threshold)

    @classmethod
    def load(cls, folder: Path, threads: int | None = None) -> "Classifier":
        """Load a model folder. Raises WeightsMissing, WeightsChanged or CardUnusable."""
        if threads is not None:
            torch.set_num_threads(threads)
        return cls(*load_network(folder))

    def warm_up(self) -> None:
        """Pass an empty frame through, so that the first picture does not pay for what torch sets up."""
        self._forward(np.zeros((1, self.card.frame.height_px, self.card.frame.width_px, 3), dtype=np.uint8))

    def prepare(self, image: LesionImage) -> NDArray[np.uint8]:
        """The frame that the network sees, uint8 (height, width, 3) RGB."""
        return resize_frame(image, self.card.frame)

    def predict(self, image: LesionImage) -> Prediction:
        """Assess one picture."""
        return self.predict_frames(self.prepare(image)[None])[0]

    def predict_frames(self, frames: NDArray[np.uint8]) -> list[Prediction]:
        """Assess frames uint8 (N, height, width, 3), as `prepare` makes them, in one pass."""
        return self._to_predictions(self._forward(frames))

    def read(self, image: LesionImage) -> Reading:
        """All that one pass gives of one picture: prediction, map at the layer's resolution, embedding."""
        return self.read_frames(self.prepare(image)[None])[0]

    def read_frames(self, frames: NDArray[np.uint8]) -> list[Reading]:
        """All that one pass gives of frames uint8 (N, height, width, 3), as `prepare` makes them."""
        output = self._forward(frames)
        maps = [None] * len(frames) if output.maps is None else list(output.maps)
        rows = zip(self._to_predictions(output), maps, output.embeddings, strict=True)
        return [Reading(prediction, layer_map, embedding) for prediction, layer_map, embedding in rows]

    def predict_and_explain(self, image: LesionImage, method: HeatmapMethod) -> tuple[Prediction, Heatmap]:
        """Assess one picture and draw its heat map; one forward pass serves both where the map has a closed form."""
        frame, size = self.prepare(image), (image.height_px, image.width_px)
        reading = self.read_frames(frame[None])[0]
        if method is HeatmapMethod.GRAD_CAM and reading.layer_map is not None:
            return reading.prediction, to_heatmap(reading.layer_map, method, size)
        return reading.prediction, self.explain_frame(frame, method, size)

    def logits(self, frames: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Malignant logits (N,) before the temperature, of frames uint8 (N, height, width, 3)."""
        return self._forward(frames).logits

    def explain(self, image: LesionImage, method: HeatmapMethod) -> Heatmap:
        """Where the network looked for the malignant class: at the picture's own size, in [0, 1]."""
        return self.explain_frame(self.prepare(image), method, (image.height_px, image.width_px))

    def explain_frame(self, frame: NDArray[np.uint8], method: HeatmapMethod, size: tuple[int, int]) -> Heatmap:
        """The heat map of one prepared frame, resized to `size` (height, width)."""
        x = self._to_input(frame[None])
        with self._lock:
            return draw_heatmap(self._network, x, method, size)

    def embeddings(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The inputs of the last linear layer, float32 (N, D)."""
        return self._forward(frames).embeddings

    def differential(self, frames: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Probabilities (N, K) of the card's diagnoses, of frames uint8 (N, height, width, 3); K is 0 for none."""
        return self._forward(frames).differential

    def _forward(self, frames: NDArray[np.uint8]) -> "_Output":
        x = self._to_input(frames)
        with self._lock, torch.inference_mode():
            return self._heads(self._network.features(x))

    def _heads(self, features: torch.Tensor) -> "_Output":
        embedding = self._network.embed(features)
        diagnoses, weights = self._network.diagnosis_logits(embedding), self._network.class_activation_weights
        return _Output(
            logits=self._network.logit(embedding).double().numpy(),
            differential=np.zeros((len(embedding), 0))
            if diagnoses is None
            else (diagnoses.double() / self.card.differential_temperature).softmax(dim=1).numpy(),
            embeddings=embedding.float().numpy(),
            maps=None if weights is None else class_activation_maps(features, weights),
        )

    def _to_input(self, frames: NDArray[np.uint8]) -> torch.Tensor:
        x = torch.from_numpy(normalise_frames(frames, self.card.frame))
        return x.contiguous(memory_format=torch.channels_last)

    def _to_predictions(self, output: "_Output") -> list[Prediction]:
        raw, calibrated = calibrate(output.logits, 1.0), calibrate(output.logits, self.card.temperature)
        return [
            Prediction(
                malignant_probability=float(calibrated[i]),
                raw_probability=float(raw[i]),
                band=band_of(float(calibrated[i]), self._points),
                operating_threshold=self.card.refer_threshold,
                no_concern_threshold=self.card.no_concern_threshold,
                model=self.card.identity,
                embedding=output.embeddings[i].astype(np.float16),
                differential=dict(zip(self.card.differential, output.differential[i].tolist(), strict=True)),
            )
            for i in range(len(raw))
        ]


@dataclass(frozen=True, slots=True, eq=False)
class _Output:
    """One forward pass: malignant logits (N,), probabilities of the differential (N, K), embeddings (N, D), class
    activation maps (N, h, w) where they have a closed form."""

    logits: NDArray[np.float64]
    differential: NDArray[np.float64]
    embeddings: NDArray[np.float32]
    maps: NDArray[np.float32] | None


def score_in_steps(
    classifier: Classifier, frames: NDArray[np.uint8] | Sequence[NDArray[np.uint8]], step: int = 32
) -> NDArray[np.float64]:
    """Logits (N,) of many frames, `step` at a time so that memory stays constant."""
    parts = [classifier.logits(np.stack(list(frames[i : i + step]))) for i in range(0, len(frames), step)]
    return np.concatenate(parts) if parts else np.zeros(0)
