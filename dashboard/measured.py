"""What was measured of the installed networks, cached for all sessions: nothing here is of a patient."""

from contextlib import suppress
from pathlib import Path

import pandas as pd
import streamlit as st

from core.classifier.card import ModelCard, installed_models, read_card
from core.data.audit_file import AUDIT_FILE, read_audit
from core.data.audit_result import Audit
from core.errors import CardUnusable, DataFolderInvalid
from core.evaluation.comparison import PairedDifference, ScoredBy, compare_networks
from core.evaluation.exploration import Exploration, prepare_exploration
from core.evaluation.parts import SetPart, predictions_of
from core.evaluation.predictions import PREDICTIONS_FILE, Predictions
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


@st.cache_resource(show_spinner=False, max_entries=_MAX_ENTRIES)
def _read_audit(path: str, changed_at: int) -> Audit | None:
    return read_audit(Path(path))


@st.cache_resource(show_spinner=False, max_entries=_MAX_ENTRIES)
def _explore(model: str, part: SetPart, changed_at: int, _predictions: Predictions) -> Exploration:
    return prepare_exploration(predictions_of(_predictions, part))


@st.cache_resource(show_spinner=False, max_entries=_MAX_ENTRIES)
def _compare(key: tuple[str, ...], _first: ScoredBy, _second: ScoredBy) -> PairedDifference | None:
    return compare_networks(_first, _second)
