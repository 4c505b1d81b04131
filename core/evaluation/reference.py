"""`reference.json`: how scores, embeddings and pictures were distributed on the images that set the network up."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import DataFolderInvalid
from core.evaluation.calibration import calibrate
from core.evaluation.drift import Reference, mix_references
from core.evaluation.metrics import Labels, Values
from core.evaluation.scorer import DetailedScorer, pass_all, score_all

REFERENCE_FILE = "reference.json"
_QUANTILES = np.linspace(0, 1, 101)
_BENIGN, _MALIGNANT = "benign", "malignant"
PROBABILITY, EMBEDDING = "malignant_probability", "embedding_distance"


def picture_statistics(frames: NDArray[np.uint8]) -> dict[str, Values]:
    """Brightness, contrast, saturation and redness (N,) of frames uint8 (N, H, W, 3) RGB, in grey levels (0-255).

    Brightness is the mean grey value (ITU-R BT.601), contrast its deviation, saturation the mean of the largest less
    the smallest channel, redness the mean of red less the mean of blue.
    """
    values = frames.astype(np.float32)
    grey = values @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    spread = values.max(axis=3) - values.min(axis=3)
    return {
        "brightness": grey.mean(axis=(1, 2)).astype(np.float64),
        "contrast": grey.std(axis=(1, 2)).astype(np.float64),
        "saturation": spread.mean(axis=(1, 2)).astype(np.float64),
        "redness": (values[..., 0] - values[..., 2]).mean(axis=(1, 2)).astype(np.float64),
    }


def embedding_distance(embeddings: NDArray[Any], mean: Values, deviation: Values) -> Values:
    """How far each embedding (N, D) lies from the reference's centre: the root mean square of its standardised values.

    Dimensions that never moved on the reference count nothing.
    """
    moved = deviation > 0
    standard = (embeddings[:, moved].astype(np.float64) - mean[moved]) / deviation[moved]
    return np.asarray(np.sqrt((standard**2).mean(axis=1)), dtype=np.float64)


def describe_reference(
    probability: Values,
    logits: Values,
    embeddings: NDArray[np.float64],
    frames: NDArray[np.uint8],
    is_malignant: Labels,
) -> dict[str, Any]:
    """What `reference.json` holds, of the same images (N,) in all five; scores also for each label, where it occurs."""
    mean, deviation = embeddings.mean(axis=0).round(6), embeddings.std(axis=0).round(6)  # as they are written
    measures = {PROBABILITY: probability, "logit": logits, EMBEDDING: embedding_distance(embeddings, mean, deviation)}
    measures |= picture_statistics(frames)
    return {
        "n": len(probability),
        "quantiles": _QUANTILES.round(2).tolist(),
        **{name: np.quantile(values, _QUANTILES).tolist() for name, values in measures.items()},
        "by_label": {
            label: {"n": int(is_in.sum()), PROBABILITY: np.quantile(probability[is_in], _QUANTILES).tolist()}
            for label, is_in in ((_BENIGN, ~is_malignant), (_MALIGNANT, is_malignant))
            if is_in.any()
        },
        "embedding_mean": mean.tolist(),
        "embedding_std": deviation.tolist(),
    }


def measure_reference(scorer: DetailedScorer, frames: NDArray[np.uint8], is_malignant: Labels) -> dict[str, Any]:
    """What `reference.json` holds, of frames uint8 (N, H, W, 3) that a network scores now."""
    logits = score_all(scorer, frames)
    embeddings = pass_all(scorer.embeddings, frames, "embed").astype(np.float64)
    return describe_reference(calibrate(logits, scorer.card.temperature), logits, embeddings, frames, is_malignant)


def write_reference(values: Mapping[str, Any], folder: Path) -> Path:
    """Write it beside the weights."""
    path = folder / REFERENCE_FILE
    path.write_text(json.dumps(values) + "\n", encoding="utf-8")
    return path


def read_reference(folder: Path) -> dict[str, Any] | None:
    """What was written, or None where there is none. Raises DataFolderInvalid for a broken file."""
    path = folder / REFERENCE_FILE
    if not path.is_file():
        return None
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        references_of(values)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataFolderInvalid(
            f"The reference in {path} cannot be read ({error}).",
            "Make it again with `python -m core.evaluation reference`.",
        ) from error
    return values


def references_of(values: Mapping[str, Any], prevalence: float | None = None) -> dict[str, Reference]:
    """Each measure that the file holds; files of earlier versions hold the scores alone.

    With a `prevalence` the scores are those that the same lesions would have at that malignant share, where the file
    tells the labels apart.
    """
    quantiles = tuple(float(q) for q in values["quantiles"])
    labels = {
        label: Reference(int(found["n"]), quantiles, tuple(float(v) for v in found[PROBABILITY]))
        for label, found in values.get("by_label", {}).items()
    }
    mixed = {}
    if prevalence is not None and len(labels) == len((_BENIGN, _MALIGNANT)):
        mixed = {PROBABILITY: mix_references(labels[_BENIGN], labels[_MALIGNANT], prevalence)}
    return _measures(values, quantiles) | mixed


def _measures(values: Mapping[str, Any], quantiles: tuple[float, ...]) -> dict[str, Reference]:
    return {
        name: Reference(int(values["n"]), quantiles, tuple(float(v) for v in found))
        for name, found in values.items()
        if name != "quantiles" and isinstance(found, list) and len(found) == len(quantiles)
        if not name.startswith("embedding_") or name == EMBEDDING
    }
