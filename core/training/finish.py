"""From a trained network to a model folder: weights, temperature, thresholds, card, reference statistics."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from core.classifier.card import ModelCard, write_card
from core.classifier.card_text import write_card_text
from core.classifier.explain import distinct_methods
from core.classifier.loading import save_network
from core.classifier.network import BackboneNetwork, Network, count_parameters, inference_mode
from core.data.ham_extra import HAM_FOLDER
from core.data.labelled import KAGGLE_FOLDER
from core.evaluation.calibration import (
    calibrate,
    expected_calibration_error,
    fit_softmax_temperature,
    fit_temperature,
)
from core.evaluation.operating_points import (
    OperatingPoints,
    choose_operating_points,
    threshold_for_accuracy,
)
from core.evaluation.reference import describe_reference, write_reference
from core.imaging.frame import FrameRule, normalise_frames
from core.imaging.orientation import orient_frames
from core.training.data import DIFFERENTIAL, TrainingData
from core.training.export.graph import export_graph
from core.training.loop import Progress
from core.training.objective import UNKNOWN
from core.training.recipe import Recipe
from core.training.sampling import differential_shares

LICENCE = (
    "Trained on images of the ISIC Archive and HAM10000, partly under CC-BY-NC 4.0: these weights are for "
    "non-commercial use. The program's code is Apache-2.0."
)
_N_FOR_METHODS = 16  # enough pictures to tell two methods apart; they differ on the first where they differ at all


def finish_model(
    network: Network, recipe: Recipe, data: TrainingData, progress: Progress, origin: str, out: Path
) -> ModelCard:
    """Write everything that inference needs into `out`; temperature and thresholds come from validation alone."""
    network = inference_mode(network)
    rows = list(data.split.validation)
    frames, is_malignant = data.frames[rows], data.is_malignant[rows]
    logits, diagnoses, embeddings = _forward(network, frames, recipe.frame_rule)
    weights = _class_weights(is_malignant) if recipe.images_per_epoch else np.ones(len(rows))
    temperature = fit_temperature(logits, is_malignant, weights)
    probability = calibrate(logits, temperature)
    points = choose_operating_points(probability, is_malignant)
    now = datetime.now(UTC)
    card = ModelCard(
        name=out.name,
        version=f"{now:%Y.%m.%d}",
        architecture=recipe.architecture,
        frame=recipe.frame_rule,
        temperature=temperature,
        refer_threshold=points.refer,
        no_concern_threshold=points.no_concern,
        weights_sha256=save_network(network, out),
        heatmap_methods=distinct_methods(network, _to_input(frames[:_N_FOR_METHODS], recipe.frame_rule)),
        differential=DIFFERENTIAL if diagnoses.shape[1] else (),
        differential_temperature=_differential_temperature(diagnoses, data.diagnosis[rows]),
        graph_sha256=_export(network, recipe, out),
        facts={
            "created_at": now.isoformat(timespec="seconds"),
            "licence": LICENCE,
            "training_data": data.describe(),
            "recipe": asdict(recipe),
            "initial_weights": origin,
            "parameters": count_parameters(network),
            "best_epoch": progress.best_epoch or None,
            "epochs_trained": len(progress.curve),
            "malignant_share": float(np.average(is_malignant, weights=weights)),
            "validation": _validation_facts(logits, probability, is_malignant, points),
            "validation_parts": _part_facts(data, probability),
            **({"differential_shares": _shares(data, recipe)} if diagnoses.shape[1] else {}),
        },
    )
    write_card(card, out)
    write_card_text(card, out)
    write_reference(describe_reference(probability, logits, embeddings, frames, is_malignant), out)
    return card


def _forward(
    network: Network, frames: NDArray[np.uint8], rule: FrameRule
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Malignant logits (N,), logits of the differential (N, K) with K = 0 for none, embeddings (N, D)."""
    logits, diagnoses, embeddings = [], [], []
    with torch.inference_mode():
        for start in range(0, len(frames), 64):
            embedding = network.embed(network.features(_to_input(frames[start : start + 64], rule)))
            logits.append(network.logit(embedding).double().numpy())
            embeddings.append(embedding.double().numpy())
            second = network.diagnosis_logits(embedding)
            diagnoses.append(np.zeros((len(embedding), 0)) if second is None else second.double().numpy())
    return np.concatenate(logits), np.concatenate(diagnoses), np.concatenate(embeddings)


def _export(network: Network, recipe: Recipe, out: Path) -> str:
    """The graph beside the weights, which are there already; "" for a network that is served by torch."""
    if not isinstance(network, BackboneNetwork):
        return ""
    return export_graph(network, recipe.architecture, recipe.frame_rule, out)


def _class_weights(is_malignant: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Each class half: the share of malignant images that drawn epochs show."""
    share = is_malignant.mean()
    return np.asarray(np.where(is_malignant, 0.5 / share, 0.5 / (1 - share)), dtype=np.float64)


def _differential_temperature(logits: NDArray[np.float64], diagnosis: NDArray[np.int64]) -> float:
    known = diagnosis != UNKNOWN
    return fit_softmax_temperature(logits[known], diagnosis[known]) if logits.shape[1] and known.any() else 1.0


def _shares(data: TrainingData, recipe: Recipe) -> list[float]:
    shown = data.targets[list(data.split.train)]
    return differential_shares(shown, len(DIFFERENTIAL), is_drawn=recipe.images_per_epoch is not None)


def _part_facts(data: TrainingData, probability: NDArray[np.float64]) -> dict[str, Any]:
    """ROC-AUC and n of validation's images of each data set that they come from."""
    rows = list(data.split.validation)
    folders = np.array([HAM_FOLDER if HAM_FOLDER in data.images[i].path.parts else KAGGLE_FOLDER for i in rows])
    found = {}
    for folder in sorted(set(folders)):
        of_folder = folders == folder
        truth = data.is_malignant[rows][of_folder]
        if 0 < truth.sum() < len(truth):
            roc_auc = float(roc_auc_score(truth, probability[of_folder]))
            found[str(folder)] = {"n": len(truth), "malignant": int(truth.sum()), "roc_auc": roc_auc}
    return found


def _to_input(frames: NDArray[np.uint8], rule: FrameRule) -> torch.Tensor:
    frames = orient_frames(frames)[0] if rule.is_oriented else frames
    return torch.from_numpy(normalise_frames(frames, rule)).contiguous(memory_format=torch.channels_last)


def _validation_facts(
    logits: NDArray[np.float64],
    probability: NDArray[np.float64],
    is_malignant: NDArray[np.bool_],
    points: OperatingPoints,
) -> dict[str, Any]:
    refer, concern = probability >= points.refer, probability >= points.no_concern
    return {
        "n": len(logits),
        "roc_auc": float(roc_auc_score(is_malignant, logits)),
        "accuracy_threshold": threshold_for_accuracy(probability, is_malignant),
        "sensitivity_at_refer": float(refer[is_malignant].mean()),
        "specificity_at_refer": float((~refer[~is_malignant]).mean()),
        "sensitivity_at_no_concern": float(concern[is_malignant].mean()),
        "share_indeterminate": float((concern & ~refer).mean()),
        "ece_before": expected_calibration_error(calibrate(logits, 1.0), is_malignant),
        "ece_after": expected_calibration_error(probability, is_malignant),
    }
