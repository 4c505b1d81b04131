"""Drawn pictures in the layouts of the real sets, and small scorers whose answers are known."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from core.classifier.card import ModelCard, write_card
from core.classifier.loading import save_network
from core.classifier.network import LesionCNN
from core.data.ham_extra import HAM_CLASSES, HAM_FOLDER
from core.data.labelled import KAGGLE_FOLDER
from core.imaging.frame import FrameRule
from core.taxonomy import HeatmapMethod

RULE = FrameRule(height_px=32, width_px=32, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))


def make_card(weights_sha256: str = "ab" * 32) -> ModelCard:
    return ModelCard(
        name="tiny",
        version="1",
        architecture="lesion_cnn",
        frame=RULE,
        temperature=2.0,
        refer_threshold=0.5,
        no_concern_threshold=0.3,
        weights_sha256=weights_sha256,
        heatmap_methods=(HeatmapMethod.GRAD_CAM,),
    )


@dataclass
class RedScorer:
    """Calls red pictures malignant: the logit grows with the mean of the red channel."""

    card: ModelCard

    def logits(self, frames: NDArray[np.uint8]) -> NDArray[np.float64]:
        return np.asarray((frames[..., 0].mean(axis=(1, 2)) - 128) / 16, dtype=np.float64)


def draw(path: Path, *, red: int, seed: int) -> None:
    """A picture of noise around a red value; each seed is another picture to a perceptual hash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    coarse = np.random.default_rng(seed).integers(0, 60, size=(8, 8, 3))
    coarse[..., 0] += red - 30
    Image.fromarray(coarse.astype(np.uint8)).resize((40, 30)).save(path)


def fill(root: Path, *, seed: int = 0, n: int = 6) -> Path:
    for i in range(n):
        draw(root / "benign" / f"{i}.png", red=90, seed=seed + i)
        draw(root / "malignant" / f"{i}.png", red=200, seed=seed + 100 + i)
    return root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path / "practice")


@pytest.fixture
def kaggle(tmp_path: Path) -> Path:
    """A set in the Kaggle layout: two test lesions are in train too, and one test picture is there twice."""
    root = tmp_path / "data"
    fill(root / KAGGLE_FOLDER / "train", seed=1000)
    test = fill(root / KAGGLE_FOLDER / "test", seed=0)
    copied = (test / "malignant" / "5.png").read_bytes()
    (root / KAGGLE_FOLDER / "train" / "malignant" / "copy.png").write_bytes(copied)
    rows = [(f"test/benign/{i}.png", f"L{i}") for i in range(6)]
    rows += [("test/malignant/0.png", "L9"), ("test/malignant/1.png", "L9"), ("train/malignant/0.png", "L9")]
    with (root / "kaggle_provenance.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kaggle_file", "lesion_id", "diagnosis", "age_approx", "sex", "anatom_site"])
        writer.writerows([name, lesion, "Nevus", "45.0", "female", "Trunk"] for name, lesion in rows)
    return root


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    out = tmp_path_factory.mktemp("models") / "tiny"
    write_card(make_card(save_network(LesionCNN(), out)), out)
    return out


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LESIONWISE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LESIONWISE_THREADS", "1")
    return tmp_path / "home"


@dataclass
class SeeingScorer(RedScorer):
    """Names the diagnosis by how green a picture is, in steps of 30, and embeds its mean colours."""

    def embeddings(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.asarray(frames.mean(axis=(1, 2)), dtype=np.float32)

    def differential(self, frames: NDArray[np.uint8]) -> NDArray[np.float64]:
        n_classes = len(self.card.differential)
        step = (frames[..., 1].mean(axis=(1, 2)) // 30).astype(int).clip(max=n_classes - 1)
        return np.asarray(0.9 * np.eye(n_classes)[step] + 0.1 / n_classes, dtype=np.float64)


def see_seven(card: ModelCard) -> SeeingScorer:
    """A scorer with all seven HAM classes, in their order."""
    return SeeingScorer(replace(card, differential=tuple(HAM_CLASSES.values())))


@dataclass
class StubScorer:
    """Scores frames by any function."""

    score: Callable[[NDArray[np.uint8]], NDArray[np.float64]]
    card: ModelCard

    def logits(self, frames: NDArray[np.uint8]) -> NDArray[np.float64]:
        return self.score(frames)


@pytest.fixture
def ham(tmp_path: Path) -> Path:
    """A folder with twenty lesions of each HAM class: the malignant ones red, each class of its own green."""
    root = tmp_path / "data"
    rows = []
    for k, dx in enumerate(HAM_CLASSES):
        for i in range(20):
            is_malignant = dx in ("mel", "bcc", "akiec")
            colour = (200 if is_malignant else 90, 30 * k + 15, 100)
            path = root / HAM_FOLDER / "images" / f"{dx}{i}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (40, 30), colour).save(path, quality=95)
            rows.append([path.stem, f"L{path.stem}", dx, int(is_malignant)])
    with (root / HAM_FOLDER / "metadata.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["isic_id", "lesion_id", "dx", "malignant"], *rows])
    return root
