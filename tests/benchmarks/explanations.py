"""What explanations cost: heat maps beside scores, and the nearest of 100,000 embeddings."""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import onnxruntime
from history import fill_history
from numpy.typing import NDArray
from sqlalchemy import insert

from core.classifier import onnx_engine
from core.classifier.classifier import Classifier
from core.classifier.maps import to_heatmap
from core.domain import ModelIdentity, Prediction
from core.imaging.drawn import DrawnLesion, draw_lesion
from core.settings import Settings
from core.taxonomy import Band, ConfirmType, Diagnosis, HeatmapMethod
from dashboard.workflow.record import Record, open_record, utc_now
from dashboard.workflow.similar import ConfirmedIndex, find_similar_cases
from db.repositories.predictions import EMBEDDING_TYPE
from db.tables import DiagnosisRow, EmbeddingRow

N_MAPS = 96  # of 1,000, to whose cost it is held: the ratio does not depend on their number
N_EMBEDDINGS = 100_000
_STEP, _ROUNDS = 32, 5
_N_DIMENSIONS = 1280  # of EfficientNet-Lite
_CHUNK = 5000


def measure_maps_over_scoring(settings: Settings) -> dict[str, float]:
    """The time for scores with heat maps at the frame's size, over that for scores alone; steps of 32, interleaved.

    For scores alone the graph is followed to the logits and no farther: as it is served, one pass gives the map too.
    """
    classifier = Classifier.load(settings.model_folder, settings.torch_threads)
    side = classifier.card.frame.width_px
    drawn = np.stack([draw_lesion(DrawnLesion(side, side, irregularity=0.3, seed=n)) for n in range(_STEP)])
    steps = [drawn] * (N_MAPS // _STEP)

    def score() -> None:
        with patch.object(onnx_engine, "_run", _run_to_logits):
            for frames in steps:
                classifier.predict_frames(frames)

    def score_and_map() -> None:
        for frames in steps:
            for reading in classifier.read_frames(frames):
                assert reading.layer_map is not None
                to_heatmap(reading.layer_map, HeatmapMethod.GRAD_CAM, (side, side))

    ratios = [_seconds(score_and_map) / _seconds(score) for _ in range(_ROUNDS)]
    return {"maps_over_scoring": statistics.median(ratios)}


def _run_to_logits(session: onnxruntime.InferenceSession, x: NDArray[np.float32]) -> onnx_engine.Outputs:
    """The logits of frames (N, 3, H, W), with nothing in the place of maps, embeddings and stages."""
    options = onnxruntime.RunOptions()
    options.only_execute_path_to_fetches = True
    [logits] = session.run([onnx_engine.OUTPUTS[0]], {onnx_engine.INPUT: x}, options)
    return [logits, np.zeros((len(x), 1, 1), np.float32), *[np.zeros((len(x), 1), np.float32)] * 2]


def measure_similar(settings: Settings, folder: Path) -> dict[str, float]:
    """Milliseconds for the five most similar of 100,000 confirmed cases, words and all; and for the first question,
    which reads them into memory."""
    home = folder / "similar-home"
    record = open_record(replace(settings, home=home, database_url=f"sqlite:///{home / 'bench.db'}"))
    prediction = _fill(record, N_EMBEDDINGS)
    index = ConfirmedIndex(record)

    def ask() -> None:
        found = find_similar_cases(
            prediction=prediction, upload_sha256="none", lesion_id=None, index=index, record=record
        )
        assert len(found) == 5

    first = _seconds(ask)
    return {
        "similar_100k_ms": 1000 * statistics.median(_seconds(ask) for _ in range(_ROUNDS)),
        "similar_100k_first_s": first,
    }


def _fill(record: Record, n: int) -> Prediction:
    """Generated cases, all of them confirmed and with an embedding; gives a prediction to ask with."""
    fill_history(record, n)
    rng, at = np.random.default_rng(0), utc_now()
    melanoma = {"diagnosis": Diagnosis.MELANOMA, "is_malignant": True, "confirm_type": ConfirmType.HISTOPATHOLOGY}
    words = melanoma | {"note": "", "recorded_by": "", "recorded_at": at}
    for start in range(1, n + 1, _CHUNK):
        ids = range(start, start + _CHUNK)
        values = rng.random((_CHUNK, _N_DIMENSIONS), dtype=np.float32).astype(EMBEDDING_TYPE)
        with record.writing() as work:
            rows = [{"prediction_id": i, "values": row.tobytes()} for i, row in zip(ids, values, strict=True)]
            work.session.execute(insert(EmbeddingRow), rows)
            work.session.execute(insert(DiagnosisRow), [{"case_id": i} | words for i in ids])
    model = ModelIdentity("lesion-net", "2024.1", "w" * 64, "c" * 64)
    return Prediction(0.5, 0.5, Band.REFER, 0.4, 0.1, model, values[0])


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
