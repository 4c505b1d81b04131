"""What was measured of the installed networks, cached for all sessions: nothing here is of a patient."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from core.classifier.card import ModelCard, installed_models, read_card
from core.data.audit_file import AUDIT_FILE, read_audit
from core.data.audit_findings import findings
from core.data.audit_result import Audit
from core.domain import ModelIdentity
from core.errors import CardUnusable, DataFolderInvalid
from core.evaluation.ablations import ABLATIONS_FILE, Ablation, read_ablations
from core.evaluation.calibration_figures import assumed_malignant_share
from core.evaluation.calibration_steps import CalibrationStep, calibration_steps
from core.evaluation.comparison import PairedDifference, ScoredBy, compare_networks
from core.evaluation.deferral import Deferral, measure_deferral
from core.evaluation.exploration import Exploration, ExploredThreshold, explore_at, prepare_exploration
from core.evaluation.gates_report import GATES_FILE, figures_of_gates, read_gates
from core.evaluation.operating_points import OperatingPoints
from core.evaluation.other_sets import find_other_sets
from core.evaluation.parts import SetPart, predictions_of
from core.evaluation.predictions import PREDICTIONS_FILE, Predictions
from core.evaluation.reference import REFERENCE_FILE, read_reference
from core.evaluation.results import Evaluation
from core.evaluation.scoring_log import LoggedScoring, read_log
from core.evaluation.subgroups import Division, divide
from core.explanations.training_images import TrainingImages, read_training_images, training_images_file
from dashboard.resources import changed_at, get_predictions, get_settings

_CURVE_FILE = "curve.csv"  # as `core.training.curve` names it, which cannot be imported without torch
_CURVE_COLUMNS = ("epoch", "train_loss", "validation_loss", "validation_roc_auc", "validation_accuracy")
_MAX_ENTRIES = 32


def get_cards() -> dict[str, ModelCard]:
    """The cards of all installed networks that can be read, by the name of their folder."""
    root, cards = get_settings().weights_root, {}
    for name in installed_models(root):
        with suppress(CardUnusable):  # where that network is to score, the reason is told
            cards[name] = read_card(root / name)
    return cards


def get_exploration(model: str, weights_sha256: str, part: SetPart) -> Exploration | None:
    """What any threshold is measured with, its bootstrap draws made once; None without shipped predictions."""
    predictions = get_predictions(model, weights_sha256)
    return _explore(model, part, changed_at(model, PREDICTIONS_FILE), predictions) if predictions else None


def get_explored(
    model: str, part: SetPart, images: Exploration, threshold: float, prevalence: float
) -> ExploredThreshold:
    """What a threshold gives on a part, `images`; kept, for most visits ask for the same one."""
    return _explore_at(model, part, changed_at(model, PREDICTIONS_FILE), threshold, prevalence, images)


def has_predictions(model: str, card: ModelCard, part: SetPart) -> bool:
    """Whether the images of a part can be told apart in the shipped predictions; files of earlier versions do not say
    which lesions training has seen. Where there are none at all the whole counts as told, and its reader says so."""
    predictions = get_predictions(model, card.weights_sha256)
    if predictions is None or part is not SetPart.UNSEEN_LESIONS:
        return True
    return any(row.lesion_in_train is not None for row in predictions.rows)


def get_comparison(first: tuple[str, ModelCard], second: tuple[str, ModelCard]) -> PairedDifference | None:
    """The first network (its name and card) minus the second; None where they did not score the same images."""
    scored, key = [], []
    for name, card in (first, second):
        predictions = get_predictions(name, card.weights_sha256)
        if predictions is None:
            return None
        scored.append(ScoredBy(predictions, card.refer_threshold))
        key += [name, card.card_sha256, str(changed_at(name, PREDICTIONS_FILE))]
    return _compare(tuple(key), *scored)


def get_other_sets(card: ModelCard, evaluation: Evaluation) -> dict[str, Evaluation]:
    """Evaluations of these weights on further sets, shipped or made here, by the name of the set."""
    settings = get_settings()
    shipped = settings.weights_root / card.name
    return find_other_sets(card, shipped=shipped, home=settings.home, main_set=evaluation.set_name)


def get_divisions(model: str, card: ModelCard) -> tuple[Division, ...] | None:
    """The test set divided into subgroups; None without shipped predictions."""
    predictions = get_predictions(model, card.weights_sha256)
    return _divide(card.card_sha256, changed_at(model, PREDICTIONS_FILE), predictions, card) if predictions else None


def get_calibration_steps(model: str, card: ModelCard, part: SetPart) -> tuple[CalibrationStep, ...] | None:
    """The probabilities before and after calibration; None without shipped predictions."""
    predictions = get_predictions(model, card.weights_sha256)
    images = get_exploration(model, card.weights_sha256, part)
    if predictions is None or images is None:
        return None
    return _calibrate(card.card_sha256, part, changed_at(model, PREDICTIONS_FILE), predictions, images, card)


def get_deferral(model: str, card: ModelCard, part: SetPart) -> Deferral | None:
    """What is gained by leaving the least certain images to a person; None without shipped predictions."""
    images = get_exploration(model, card.weights_sha256, part)
    changed = changed_at(model, PREDICTIONS_FILE)
    return None if images is None else _defer(card.card_sha256, part, changed, images, card)


def get_test_log(model: str) -> list[LoggedScoring]:
    """Every logged scoring of test images that was written beside the weights, the oldest first."""
    return read_log(get_settings().weights_root / model)


def get_reference(card: ModelCard) -> dict[str, Any] | None:
    """The distributions that drift is measured against. Raises DataFolderInvalid for a broken file."""
    path = get_settings().weights_root / card.name / REFERENCE_FILE
    return _read_reference(card.name, path.stat().st_mtime_ns) if path.is_file() else None


def get_reference_of(model: ModelIdentity) -> dict[str, Any] | None:
    """The distributions of the network that gave a result, where exactly that one is installed. Raises
    DataFolderInvalid for a broken file."""
    card = get_cards().get(model.name)
    return get_reference(card) if card and card.weights_sha256 == model.weights_sha256 else None


def get_training_images(weights_sha256: str) -> TrainingImages | None:
    """The embedded training images of these weights, where they were prepared on this machine."""
    path = training_images_file(get_settings().cache_root, weights_sha256)
    return _read_training_images(weights_sha256, path.stat().st_mtime_ns) if path.is_file() else None


def get_ablations() -> tuple[Ablation, ...]:
    """The table of ablations, where it is installed. Raises DataFolderInvalid for a broken file."""
    path = get_settings().weights_root / ABLATIONS_FILE
    return _read_ablations(path.stat().st_mtime_ns) if path.is_file() else ()


def get_gate_figures(model: str, weights_sha256: str) -> Mapping[str, str]:
    """What was measured of a network's gates, in words; empty where it was not. Raises CardUnusable."""
    return _read_gate_figures(model, weights_sha256, changed_at(model, GATES_FILE))


@st.cache_resource(show_spinner=False, max_entries=_MAX_ENTRIES)
def _read_gate_figures(model: str, weights_sha256: str, changed_at: int) -> Mapping[str, str]:
    report = read_gates(get_settings().weights_root / model, weights_sha256) if changed_at else None
    return figures_of_gates(report) if report else {}


def get_training_curve(model: str) -> pd.DataFrame | None:
    """One row per epoch of a network's training, where its curve is installed. Raises DataFolderInvalid."""
    path = get_settings().weights_root / model / _CURVE_FILE
    if not path.is_file():
        return None
    try:
        return pd.read_csv(path, usecols=lambda name: name in _CURVE_COLUMNS, dtype=float)[list(_CURVE_COLUMNS)]
    except (ValueError, KeyError) as error:
        raise DataFolderInvalid(
            f"The training curve of {model!r} cannot be read.", "Train the network again with `make train`."
        ) from error


def get_audit() -> Audit | None:
    """The shipped audit of the labelled images, where there is one. Raises DataFolderInvalid for a broken file."""
    path = get_settings().weights_root / AUDIT_FILE
    return _read_audit(str(path), path.stat().st_mtime_ns) if path.is_file() else None


def get_audit_findings() -> tuple[str, ...]:
    """What the audit of the images found, what weighs most first; nothing where there is no audit."""
    audit = get_audit()
    return findings(audit) if audit else ()


@st.cache_resource(show_spinner=False, max_entries=_MAX_ENTRIES)
def _read_audit(path: str, changed_at: int) -> Audit | None:
    return read_audit(Path(path))


@st.cache_resource(show_spinner=False, max_entries=_MAX_ENTRIES)
def _explore(model: str, part: SetPart, changed_at: int, _predictions: Predictions) -> Exploration:
    return prepare_exploration(predictions_of(_predictions, part))


@st.cache_resource(show_spinner=False, max_entries=_MAX_ENTRIES)
def _explore_at(
    model: str, part: SetPart, changed_at: int, threshold: float, prevalence: float, _images: Exploration
) -> ExploredThreshold:
    return explore_at(_images, threshold, prevalence)


@st.cache_resource(show_spinner=False, max_entries=_MAX_ENTRIES)
def _compare(key: tuple[str, ...], _first: ScoredBy, _second: ScoredBy) -> PairedDifference | None:
    return compare_networks(_first, _second)


@st.cache_resource(show_spinner=False, max_entries=_MAX_ENTRIES)
def _divide(card_sha256: str, changed_at: int, _predictions: Predictions, _card: ModelCard) -> tuple[Division, ...]:
    return divide(_predictions, _card.refer_threshold)


@st.cache_resource(show_spinner=False, max_entries=_MAX_ENTRIES)
def _calibrate(
    card_sha256: str, part: SetPart, changed_at: int, _predictions: Predictions, _images: Exploration, _card: ModelCard
) -> tuple[CalibrationStep, ...]:
    logits = predictions_of(_predictions, part).logits
    share = assumed_malignant_share(_card)
    return calibration_steps(logits, _card.temperature, _images.is_malignant, _images.weights, share)


@st.cache_resource(show_spinner=False, max_entries=_MAX_ENTRIES)
def _defer(card_sha256: str, part: SetPart, changed_at: int, _images: Exploration, _card: ModelCard) -> Deferral:
    points = OperatingPoints(refer=_card.refer_threshold, no_concern=_card.no_concern_threshold)
    return measure_deferral(_images.probability, _images.is_malignant, _images.weights, points)


@st.cache_resource(show_spinner=False, max_entries=2)
def _read_training_images(weights_sha256: str, changed_at: int) -> TrainingImages | None:
    return read_training_images(get_settings().cache_root, weights_sha256)


@st.cache_resource(show_spinner=False, max_entries=1)
def _read_ablations(changed_at: int) -> tuple[Ablation, ...]:
    return read_ablations(get_settings().weights_root)


@st.cache_resource(show_spinner=False, max_entries=_MAX_ENTRIES)
def _read_reference(model: str, changed_at: int) -> dict[str, Any] | None:
    return read_reference(get_settings().weights_root / model)
