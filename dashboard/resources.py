"""The composition root: the only place that builds things. What is cached here is the same for all sessions."""

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.classifier.card import ModelCard, read_card
from core.evaluation.predictions import PREDICTIONS_FILE, Predictions, read_predictions
from core.evaluation.results import METRICS_FILE, Evaluation, read_evaluation
from core.settings import Settings
from dashboard.shelf import ClassifierShelf
from dashboard.worker import BatchWorker
from dashboard.workflow.practice import Practice, load_practice
from dashboard.workflow.record import Record, open_record
from dashboard.workflow.threshold import threshold_in_force

if TYPE_CHECKING:
    from core.gates.assess import Gates
    from dashboard.workflow.similar import ConfirmedIndex

_MAX_NETWORKS = 16  # far more than a practice installs; a network measured again takes the place of its old figures


@st.cache_resource(show_spinner=False)
def get_settings() -> Settings:
    """The environment, read once."""
    return Settings.from_environment()


@st.cache_resource(show_spinner=False)
def get_record() -> Record:
    """The practice's record, its database at the newest schema. Raises StorageFailed."""
    return open_record(get_settings())


@st.cache_resource(show_spinner=False)
def get_shelf() -> ClassifierShelf:
    """The networks in memory; the practice's default begins to load at once."""
    settings, record = get_settings(), get_record()  # here: nothing may build them from the shelf's own thread
    shelf = ClassifierShelf(
        settings.weights_root, settings.torch_threads, lambda card: threshold_in_force(card=card, record=record)
    )
    shelf.warm_up(get_practice().model)
    return shelf


@st.cache_resource(show_spinner=False)
def get_worker() -> BatchWorker:
    """The thread that scores batches, started."""
    root = get_settings().weights_root  # here: the worker's own thread must not call Streamlit
    worker = BatchWorker(get_record(), get_shelf(), lambda model: _load_gates(root / model))
    worker.start(get_practice().model)
    return worker


@st.cache_resource(show_spinner=False)
def get_confirmed_index() -> "ConfirmedIndex":
    """The embeddings of confirmed cases in memory: numbers by case id, and nothing that says whose they are."""
    from dashboard.workflow.similar import ConfirmedIndex

    return ConfirmedIndex(get_record())


@st.cache_resource(show_spinner=False)
def set_loaded_aside(page: str) -> None:
    """Keep what a page has loaded, modules above all, out of the collector's sight, once for each page.

    Streamlit collects garbage after every run, also of a fragment: over all 240,000 objects of the program it takes
    0.16 s, in which no picture is handed out; over what came after this, less than a millisecond.
    """
    gc.collect()
    gc.freeze()


def get_practice() -> Practice:
    """The practice's settings as they are now."""
    return load_practice(record=get_record(), settings=get_settings())


def get_card(model: str) -> ModelCard:
    """The card of an installed network. Raises WeightsMissing or CardUnusable."""
    return read_card(get_settings().weights_root / model)


def get_gates(model: str) -> "Gates":
    """The gates of an installed network. Raises WeightsMissing or CardUnusable."""
    from core.gates.scope import SCOPE_FILE

    return _read_gates(model, changed_at(model, SCOPE_FILE))


def get_evaluation(model: str, weights_sha256: str) -> Evaluation | None:
    """The shipped test figures of a network. None where they are of other weights, or missing."""
    evaluation = _read_evaluation(model, changed_at(model, METRICS_FILE))
    return evaluation if evaluation and evaluation.weights_sha256 == weights_sha256 else None


def get_predictions(model: str, weights_sha256: str) -> Predictions | None:
    """The shipped test predictions of a network, where its figures are of these weights."""
    if get_evaluation(model, weights_sha256) is None:
        return None
    return _read_predictions(model, changed_at(model, PREDICTIONS_FILE))


def changed_at(model: str, file: str) -> int:
    """When a file of a network was last changed, in ns; 0 where there is none.

    It is part of the key of what is cached from that file, so that `make evaluate` beside a running app is seen.
    """
    path = get_settings().weights_root / model / file
    return path.stat().st_mtime_ns if path.is_file() else 0


@st.cache_resource(show_spinner=False, max_entries=_MAX_NETWORKS)
def _read_evaluation(model: str, changed_at: int) -> Evaluation | None:  # no patient's data, nor below
    return read_evaluation(get_settings().weights_root / model) if changed_at else None


@st.cache_resource(show_spinner=False, max_entries=_MAX_NETWORKS)
def _read_predictions(model: str, changed_at: int) -> Predictions | None:
    return read_predictions(get_settings().weights_root / model) if changed_at else None


@st.cache_resource(show_spinner=False, max_entries=_MAX_NETWORKS)
def _read_gates(model: str, changed_at: int) -> "Gates":
    return _load_gates(get_settings().weights_root / model)


def _load_gates(folder: Path) -> "Gates":
    from core.gates.assess import Gates  # OpenCV and onnxruntime, which no page should wait for

    return Gates.load(folder, read_card(folder))
