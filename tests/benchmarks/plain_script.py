"""Score and map against what a user would write instead: torch, timm and pytorch-grad-cam, as their READMEs show."""

import statistics
import time
from collections.abc import Callable

import numpy as np
import timm
import torch
from numpy.typing import NDArray
from pytorch_grad_cam import GradCAM
from safetensors.torch import load_file

from core.classifier.card import WEIGHTS_FILE
from core.classifier.classifier import Classifier
from core.classifier.maps import resize_map
from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.imaging.frame import FrameRule
from core.imaging.orientation import orient_frames
from core.settings import Settings

_ROUNDS = {1: 15, 32: 4}
_PAUSE_S = 0.05  # the other one's threads go on spinning for a while after their work


class PlainScript:
    """A timm network with one output, GradCAM at its last activation, gradients left on as the library wants them."""

    def __init__(self, settings: Settings, architecture: str, rule: FrameRule) -> None:
        state = load_file(settings.model_folder / WEIGHTS_FILE)
        own = {key.removeprefix("backbone."): value for key, value in state.items() if key.startswith("backbone.")}
        own |= {"classifier.weight": state["head.weight"], "classifier.bias": state["head.bias"]}
        self._model = timm.create_model(architecture, num_classes=1)
        self._model.load_state_dict(own)
        self._model.eval()
        self._cam = GradCAM(model=self._model, target_layers=[self._model.bn2])
        self._rule = rule

    def run(self, frames: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Probabilities (N,) and maps (N, H, W) of frames uint8 (N, H, W, 3)."""
        x = torch.from_numpy(frames).permute(0, 3, 1, 2).float() / 255
        x = (x - torch.tensor(self._rule.mean).view(1, 3, 1, 1)) / torch.tensor(self._rule.std).view(1, 3, 1, 1)
        with torch.no_grad():
            score = torch.sigmoid(self._model(x))[:, 0].numpy()
        return score, self._cam(input_tensor=x, targets=None)


def measure_speedup(settings: Settings) -> dict[str, float]:
    """Seconds of the plain script over the program's own, at batch 1 and 32, on the same frames and threads."""
    torch.set_num_threads(settings.torch_threads)
    classifier = Classifier.load(settings.model_folder, settings.torch_threads)
    script = PlainScript(settings, classifier.card.architecture, classifier.card.frame)
    figures: dict[str, float] = {}
    for size, rounds in _ROUNDS.items():
        lesions = [DrawnLesion(irregularity=0.45, darkness=1.0, seed=seed) for seed in range(size)]
        frames = np.stack([classifier.prepare(decode(draw_jpeg(lesion))) for lesion in lesions])
        frames = orient_frames(frames)[0]  # the program turns them all the same; the script does not know of it
        _require_the_same(script, classifier, frames)
        plain, ours = _interleave(lambda: script.run(frames), lambda: _score_and_map(classifier, frames), rounds)  # noqa: B023
        figures |= {f"plain_script_b{size}_ms": 1000 * plain / size, f"score_and_map_b{size}_ms": 1000 * ours / size}
        figures[f"speedup_b{size}"] = plain / ours
    return figures


def _score_and_map(classifier: Classifier, frames: NDArray[np.uint8]) -> list[tuple[float, NDArray[np.float32]]]:
    size, found = frames.shape[1:3], []
    for reading in classifier.read_frames(frames):
        assert reading.layer_map is not None
        found.append((reading.prediction.raw_probability, resize_map(reading.layer_map, size)))
    return found


def _require_the_same(script: PlainScript, classifier: Classifier, frames: NDArray[np.uint8]) -> None:
    scores, maps = script.run(frames)
    for score, whole, (own_score, own_map) in zip(scores, maps, _score_and_map(classifier, frames), strict=True):
        if abs(score - own_score) > 1e-4 or np.corrcoef(whole.ravel(), own_map.ravel())[0, 1] < 0.98:
            raise ValueError("the plain script and the program are expected to give the same score and map")


def _interleave(first: Callable[[], object], second: Callable[[], object], rounds: int) -> tuple[float, float]:
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for step, kept in zip((first, second), seconds, strict=True):
            time.sleep(_PAUSE_S)
            started = time.perf_counter()
            step()
            kept.append(time.perf_counter() - started)
    return statistics.median(seconds[0]), statistics.median(seconds[1])
