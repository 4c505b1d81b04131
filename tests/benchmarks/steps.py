"""Milliseconds per image of each step, at batch 1 and 32."""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np

from core.classifier.classifier import Classifier
from core.classifier.engine import load_engine
from core.domain import Analysis, CaseDraft, LesionImage, Upload
from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, as_jpeg, draw_jpeg, draw_lesion
from core.imaging.frame import normalise_frames
from core.settings import Settings
from core.taxonomy import HeatmapMethod
from dashboard.workflow.analyse import analyse_upload
from dashboard.workflow.cases import save_case
from dashboard.workflow.record import open_record

_ROUNDS = {1: 30, 32: 5}
_N_LESIONS, _LEAST_QUALITY = 8, 70  # of what is saved: each drawn lesion at one JPEG quality after the other
Step = Callable[[], object]


def measure_steps(settings: Settings, folder: Path) -> dict[str, float]:
    """Each step's milliseconds per image, and its ratio to the bare forward pass at the same batch size."""
    figures: dict[str, float] = {}
    classifier = Classifier.load(settings.model_folder, settings.torch_threads)
    for size in _ROUNDS:
        steps = _make_steps(classifier, settings, folder / f"steps-{size}", size)
        medians = _interleave(steps, _ROUNDS[size])
        for name, seconds in medians.items():
            figures[f"{name}_b{size}_ms"] = 1000 * seconds / size
            figures[f"{name}_b{size}_over_forward"] = seconds / medians["forward"]
    figures["predict_and_map_over_forward"] = figures["predict_and_map_b1_over_forward"]
    return figures


def _make_steps(classifier: Classifier, settings: Settings, home: Path, size: int) -> dict[str, Step]:
    """The steps over `size` drawn pictures of 600 x 450, by name; `forward` is the network alone on ready arrays."""
    contents = [draw_jpeg(DrawnLesion(seed=n)) for n in range(size)]
    images = [decode(content) for content in contents]
    frames = np.stack([classifier.prepare(image) for image in images])
    engine = load_engine(settings.model_folder, classifier.card, settings.torch_threads)
    x = normalise_frames(frames, classifier.card.frame)
    record = open_record(replace(settings, home=home, database_url=f"sqlite:///{home / 'bench.db'}"))
    counter, new = count(), _new_analyses(classifier, size * (_ROUNDS[size] + 1))

    def explain(picked: list[LesionImage]) -> None:
        for image in picked:
            classifier.explain(image, HeatmapMethod.GRAD_CAM)

    def predict_and_map() -> None:
        for image in images:
            classifier.predict_and_explain(image, HeatmapMethod.GRAD_CAM)

    def save() -> None:
        for _ in range(size):  # of a picture that the record has only the case itself would be written
            number = next(counter)
            draft = CaseDraft(submission_id=f"bench-{number}", filename=f"{number}.jpg")
            save_case(draft=draft, analysis=new[number], record=record)

    return {
        "forward": lambda: engine.run(x),
        "decode": lambda: [decode(content) for content in contents],
        "preprocess": lambda: [classifier.prepare(image) for image in images],
        "predict": lambda: classifier.predict_frames(frames),
        "explain": lambda: explain(images),
        "predict_and_map": predict_and_map,
        "save": save,
    }


def _new_analyses(classifier: Classifier, n: int) -> list[Analysis]:
    """As many analyses as there are saves, no two of the same picture: one result, beside other files."""
    drawn = [draw_lesion(DrawnLesion(seed=100 + seed)) for seed in range(_N_LESIONS)]
    uploads = [Upload("new.jpg", as_jpeg(drawn[i % _N_LESIONS], _LEAST_QUALITY + i // _N_LESIONS)) for i in range(n)]
    first = analyse_upload(upload=uploads[0], classifier=classifier)
    return [replace(first, upload=upload, image=decode(upload.content)) for upload in uploads]


def _interleave(steps: dict[str, Step], rounds: int) -> dict[str, float]:
    """Median seconds of each step; all steps run in every round, so that noise meets all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for step in steps.values():
        step()
    for _ in range(rounds):
        for name, step in steps.items():
            started = time.perf_counter()
            step()
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(values) for name, values in seconds.items()}
