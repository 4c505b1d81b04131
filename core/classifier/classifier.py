"""`Classifier`: one network, its card, and the turns in which several sessions share them."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from core.classifier.card import ModelCard, read_card, with_refer_threshold
from core.classifier.engine import Engine, Pass, load_engine
from core.classifier.maps import to_heatmap
from core.classifier.reading import Reading
from core.classifier.turns import Turns
from core.domain import Heatmap, LesionImage, Prediction
from core.evaluation.calibration import calibrate
from core.evaluation.operating_points import OperatingPoints, band_of
from core.imaging.frame import normalise_frames, resize_frame
from core.imaging.orientation import Orientation, orient_frames
from core.taxonomy import HeatmapMethod


class Classifier:
    """Scores pictures and draws heat maps. Safe to share between threads: they take turns at the network, because
    gradient maps are taken by hooks on it and because two passes at once are slower than one after the other."""

    def __init__(self, engine: Engine, card: ModelCard) -> None:
        self.card = card
        self._engine = engine
        self._turns = Turns()
        self._points = OperatingPoints(refer=card.refer_threshold, no_concern=card.no_concern_threshold)

    @classmethod
    def load(cls, folder: Path, threads: int | None = None) -> "Classifier":
        """Load a model folder. Raises WeightsMissing, WeightsChanged or CardUnusable."""
        card = read_card(folder)
        return cls(load_engine(folder, card, threads), card)

    def at_threshold(self, refer_threshold: float) -> "Classifier":
        """The same network with another referral threshold, to be used in its place: each has a lock of its own."""
        return Classifier(self._engine, with_refer_threshold(self.card, refer_threshold))

    def warm_up(self) -> None:
        """Pass an empty frame through, so that the first picture does not pay for what is set up on first use."""
        self._forward(np.zeros((1, self.card.frame.height_px, self.card.frame.width_px, 3), dtype=np.uint8))

    def turn(self, tell: Callable[[int], object] = lambda n_before: None) -> AbstractContextManager[None]:
        """This thread's turn for several steps in a row; `tell` hears how many are before it while it waits."""
        return self._turns.take(tell)

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
        """All that one pass gives of one picture: prediction, map at the layer's resolution, embedding, stages."""
        return self.read_frames(self.prepare(image)[None])[0]

    def read_frames(self, frames: NDArray[np.uint8]) -> list[Reading]:
        """All that one pass gives of frames uint8 (N, height, width, 3), as `prepare` makes them."""
        output = self._forward(frames)
        maps, stages = (
            [None] * len(frames) if found is None else list(found) for found in (output.maps, output.stages)
        )
        return [
            Reading(*row) for row in zip(self._to_predictions(output), maps, output.embeddings, stages, strict=True)
        ]

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
        return to_heatmap(self.layer_map(frame, method), method, size)

    def layer_map(self, frame: NDArray[np.uint8], method: HeatmapMethod) -> NDArray[np.float32]:
        """The map of one prepared frame at the layer's own resolution: float32 (h, w), non-negative, not scaled."""
        x, orientations = self._to_input(frame[None])
        with self._turns.take():
            found = self._engine.layer_map(x, method)
        return orientations[0].undo(found) if orientations else found

    def seen(self, frames: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        """What the scope gate weighs of frames: embeddings (N, D) and, where the network gives them, stages (N, S)."""
        output = self._forward(frames)
        return (output.embeddings,) if output.stages is None else (output.embeddings, output.stages)

    def embeddings(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The inputs of the last linear layer, float32 (N, D)."""
        return self._forward(frames).embeddings

    def differential(self, frames: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Probabilities (N, K) of the card's diagnoses, of frames uint8 (N, height, width, 3); K is 0 for none."""
        return self._differential(self._forward(frames))

    def _forward(self, frames: NDArray[np.uint8]) -> Pass:
        x, orientations = self._to_input(frames)
        with self._turns.take():
            output = self._engine.run(x)
        if output.maps is None or not orientations:
            return output
        maps = [orientation.undo(one) for orientation, one in zip(orientations, output.maps, strict=True)]
        return replace(output, maps=np.stack(maps))

    def _to_input(self, frames: NDArray[np.uint8]) -> tuple[NDArray[np.float32], list[Orientation]]:
        """What the engine is given, and how each frame was turned for it, where the card asks for that."""
        orientations: list[Orientation] = []
        if self.card.frame.is_oriented:
            frames, orientations = orient_frames(frames)
        return normalise_frames(frames, self.card.frame), orientations

    def _differential(self, output: Pass) -> NDArray[np.float64]:
        if not self.card.differential:
            return np.zeros((len(output.logits), 0))
        return np.asarray(softmax(output.diagnosis_logits / self.card.differential_temperature, axis=1))

    def _to_predictions(self, output: Pass) -> list[Prediction]:
        raw, calibrated = calibrate(output.logits, 1.0), calibrate(output.logits, self.card.temperature)
        differential = self._differential(output)
        return [
            Prediction(
                malignant_probability=float(calibrated[i]),
                raw_probability=float(raw[i]),
                band=band_of(float(calibrated[i]), self._points),
                operating_threshold=self.card.refer_threshold,
                no_concern_threshold=self.card.no_concern_threshold,
                model=self.card.identity,
                embedding=output.embeddings[i].astype(np.float16),
                differential=dict(zip(self.card.differential, differential[i].tolist(), strict=True)),
            )
            for i in range(len(raw))
        ]


def score_in_steps(
    classifier: Classifier, frames: NDArray[np.uint8] | Sequence[NDArray[np.uint8]], step: int = 32
) -> NDArray[np.float64]:
    """Logits (N,) of many frames, `step` at a time so that memory stays constant."""
    parts = [classifier.logits(np.stack(list(frames[i : i + step]))) for i in range(0, len(frames), step)]
    return np.concatenate(parts) if parts else np.zeros(0)
