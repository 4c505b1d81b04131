"""The app in AppTest: a home of its own, two small untrained networks with figures, labelled images of noise."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pytest
import streamlit as st
import torch
from numpy.typing import NDArray
from PIL import Image

from core.classifier.card import CARD_FILE, ModelCard, write_card
from core.classifier.classifier import Classifier
from core.classifier.loading import save_network
from core.classifier.network import LESION_CNN, build_network, count_parameters
from core.domain import CaseDraft, Upload
from core.evaluation.evaluate import evaluate
from core.evaluation.predictions import write_predictions
from core.evaluation.results import write_evaluation
from core.evaluation.sets import open_set
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.imaging.frame import FrameRule
from core.settings import Settings
from core.taxonomy import HeatmapMethod
from dashboard.workflow.analyse import analyse_upload
from dashboard.workflow.cases import save_case
from dashboard.workflow.record import Record, open_record
from tests.pages.app_driver import App

MODEL, OTHER_MODEL = "small-net", "other-net"
N_PER_CLASS = 24
_FACTS = {
    "created_at": "2026-03-02T12:00:00+00:00",
    "licence": "Untrained: for tests.",
    "training_data": {"train": {"n": 12, "malignant": 6}, "validation": {"n": 4, "malignant": 2}},
    "initial_weights": "random",
    "best_epoch": 2,
    "validation": {"roc_auc": 0.9, "sensitivity_at_refer": 0.95, "sensitivity_at_no_concern": 0.99},
}
_CURVE = (
    "epoch,learning_rate,train_loss,validation_loss,validation_roc_auc,validation_accuracy,seconds\n"
    "1,0.001,0.6,0.5,0.8,0.75,9\n2,0.001,0.4,0.45,0.9,0.85,9\n"
)


class DrawnScorer:
    """Stands in for a network in an evaluation: logits drawn by label, so that the two classes overlap."""

    def __init__(self, card: ModelCard, gap: float, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.card = card
        self._logits = rng.normal(np.repeat([-gap, gap], N_PER_CLASS), 1.5)
        self._n_given = 0

    def logits(self, frames: NDArray[np.uint8]) -> NDArray[np.float64]:
        start, self._n_given = self._n_given, self._n_given + len(frames)
        return self._logits[start : self._n_given]


@pytest.fixture(scope="session")
def drawn_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like the Kaggle set's: half of the malignant images are of another source, two lesions were trained
    on."""
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(3)
    rows = []
    for part, n in (("train", 4), ("test", N_PER_CLASS)):
        for label in ("benign", "malignant"):
            folder = root / part / label
            folder.mkdir(parents=True)
            for i in range(n):
                coarse = rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)
                Image.fromarray(coarse).resize((64, 64)).save(folder / f"{i:02}.png")
                if label == "benign" or i % 2 == 0:
                    lesion = f"{label}-{i}" if part == "train" or i < 1 else f"{part}-{label}-{i}"
                    rows.append([f"{part}/{label}/{i:02}.png", lesion, "Nevus" if label == "benign" else "Melanoma"])
    with (root / "kaggle_provenance.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["kaggle_file", "lesion_id", "diagnosis"], *rows])
    return root


@pytest.fixture(scope="session")
def shipped_weights(tmp_path_factory: pytest.TempPathFactory, drawn_data: Path) -> Path:
    """Two installed networks with figures; shared by all tests, so never written to: see `weights_root`."""
    root = tmp_path_factory.mktemp("weights")
    for name, gap, seed in ((MODEL, 1.6, 1), (OTHER_MODEL, 0.9, 2)):
        _install(root / name, drawn_data, gap, seed)
    return root


@pytest.fixture
def weights_root(shipped_weights: Path, tmp_path: Path) -> Path:
    """The installed networks, this test's own copy."""
    return copytree(shipped_weights, tmp_path / "weights")


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def environment(weights_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An app with a home of its own and no data folder; set LESIONWISE_DATA on it to give one."""
    for variable in ("DATABASE_URL", "LESIONWISE_DATA"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LESIONWISE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LESIONWISE_WEIGHTS", str(weights_root))
    monkeypatch.setenv("LESIONWISE_MODEL", MODEL)
    monkeypatch.setenv("LESIONWISE_THREADS", "1")
    return monkeypatch


@pytest.fixture
def settings(environment: pytest.MonkeyPatch) -> Settings:
    """What the app reads from the environment."""
    return Settings.from_environment()


@pytest.fixture
def record(settings: Settings) -> Record:
    """The record that the app writes to."""
    return open_record(settings)


@pytest.fixture
def picture() -> bytes:
    """A small drawn lesion as the bytes of a JPEG."""
    return draw_jpeg(DrawnLesion(width_px=240, height_px=180))


@pytest.fixture
def app(environment: pytest.MonkeyPatch) -> App:
    """The app in one browser session; opens no page by itself."""
    return App()


@pytest.fixture
def new_app(environment: pytest.MonkeyPatch) -> Callable[[], App]:
    """Opens the app in further browser sessions."""
    return App


@pytest.fixture
def model_folder(weights_root: Path) -> Path:
    """The folder of the network in use, which the test may break."""
    return weights_root / MODEL


@pytest.fixture
def change_card(model_folder: Path) -> Callable[..., None]:
    """Rewrites fields of the card of the network in use."""
    path = model_folder / CARD_FILE

    def change(**values: object) -> None:
        path.write_text(json.dumps(json.loads(path.read_text()) | values))

    return change


@pytest.fixture
def save(settings: Settings, record: Record, picture: bytes) -> Callable[..., int]:
    """Saves a case without the app: words as keywords, `content` for another picture, `model` for another network.
    Gives the case's id."""

    def save_one(
        content: bytes = picture,
        filename: str = "lesion.jpg",
        model: str = "",
        **words: Any,  # noqa: ANN401
    ) -> int:
        classifier = Classifier.load(settings.weights_root / model if model else settings.model_folder)
        analysis = analyse_upload(upload=Upload(filename, content), classifier=classifier)
        draft = CaseDraft(analysis.submission_id, filename, **words)
        return save_case(draft=draft, analysis=analysis, record=record)

    return save_one


def _install(folder: Path, data: Path, gap: float, seed: int) -> None:
    torch.manual_seed(seed)  # of some random weights the heat map is empty
    network = build_network(LESION_CNN)
    card = ModelCard(
        name=folder.name,
        version="2026.03.02",
        architecture=LESION_CNN,
        frame=FrameRule(64, 64, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
        temperature=1.2,
        refer_threshold=0.30731,
        no_concern_threshold=0.1166,
        weights_sha256="",
        heatmap_methods=(HeatmapMethod.GRAD_CAM, HeatmapMethod.LAYER_CAM),
        facts=_FACTS | {"parameters": count_parameters(network)},
    )
    card = replace(card, weights_sha256=save_network(network, folder))
    write_card(card, folder)
    evaluation, predictions = evaluate(scorer=DrawnScorer(card, gap, seed), labelled=open_set(data), n_draws=100)
    write_evaluation(evaluation, folder)
    write_predictions(predictions.rows, folder)
    (folder / "curve.csv").write_text(_CURVE, encoding="utf-8")
