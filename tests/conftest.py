"""What every test shares: a home of its own, small drawn pictures, small untrained networks, the shipped one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import core  # noqa: F401  (its import hook, before a test imports what imports torchvision)
from core.taxonomy import Diagnosis

if TYPE_CHECKING:
    from core.classifier.classifier import Classifier
    from tests.postgres_server import PostgresServer

MIGRATED = "migrated"  # the database that each test's own one is copied from

INPUT_PX = 128  # of the untrained networks: 4 x 4 feature maps, and a forward pass of a few milliseconds

SEVEN_KINDS = (
    Diagnosis.NEVUS,
    Diagnosis.MELANOMA,
    Diagnosis.PIGMENTED_BENIGN_KERATOSIS,
    Diagnosis.BASAL_CELL_CARCINOMA,
    Diagnosis.ACTINIC_KERATOSIS,
    Diagnosis.VASCULAR_LESION,
    Diagnosis.DERMATOFIBROMA,
)


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the user's own record; networks run on one thread, so that workers do not fight."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("DATABASE_URL", "LESIONWISE_MODEL", "LESIONWISE_WEIGHTS"):
            patch.delenv(variable, raising=False)
        patch.setenv("LESIONWISE_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("LESIONWISE_THREADS", "1")
        yield


@pytest.fixture(scope="session")
def labelled_data() -> Path:
    """The folder of labelled images; where there is none, the test is skipped and says so."""
    folder = os.environ.get("LESIONWISE_DATA")
    if not folder:
        pytest.skip("LESIONWISE_DATA is not set: the labelled images are not here")
    return Path(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for all tests of this process; where it is missing, they are skipped, or fail in CI."""
    from tests.postgres_server import running_postgres, why_not

    reason = why_not()
    if reason and os.environ.get("CI"):
        pytest.fail(f"CI must run the tests on PostgreSQL: {reason}")
    if reason:
        pytest.skip(reason)
    with running_postgres() as server:
        _make_migrated(server)
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The address of a database of this test's own, at the newest tables."""
    name = postgres.create(MIGRATED)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def empty_postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The address of a database of this test's own, without any table."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


def _make_migrated(server: PostgresServer) -> None:
    from db.engine import make_engine, upgrade_to_head

    engine = make_engine(server.url(server.create(name=MIGRATED)))
    upgrade_to_head(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def untrained_cnn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with an untrained `lesion_cnn`; do not change it, copy it."""
    return make_model_folder(tmp_path_factory.mktemp("models") / "untrained-cnn", "lesion_cnn")


@pytest.fixture(scope="session")
def untrained_backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with an untrained `tf_efficientnet_lite0`; do not change it, copy it."""
    return make_model_folder(tmp_path_factory.mktemp("models") / "untrained-lite0", "tf_efficientnet_lite0")


@pytest.fixture(scope="session")
def untrained_differential(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with an untrained `test_resnet` that tells seven kinds apart; do not change it, copy it."""
    folder = tmp_path_factory.mktemp("models") / "untrained-seven"
    return make_model_folder(folder, "test_resnet", differential=SEVEN_KINDS)


@pytest.fixture(scope="session")
def shipped() -> Classifier:
    """The network that ships; its folder missing is a failure, not a skip."""
    from core.classifier.classifier import Classifier
    from core.settings import Settings

    return Classifier.load(Settings.from_environment().model_folder, threads=1)


def make_model_folder(folder: Path, architecture: str, seed: int = 0, differential: tuple[Diagnosis, ...] = ()) -> Path:
    """Write weights and card of an untrained network that takes 128 x 128 pixels."""
    import torch

    from core.classifier.card import ModelCard, write_card
    from core.classifier.loading import save_network
    from core.classifier.network import build_network
    from core.imaging.frame import FrameRule
    from core.taxonomy import HeatmapMethod

    torch.manual_seed(seed)
    half = (0.5, 0.5, 0.5)
    card = ModelCard(
        name=folder.name,
        version="2026.01.01",
        architecture=architecture,
        frame=FrameRule(INPUT_PX, INPUT_PX, half, half),
        temperature=1.5,
        refer_threshold=0.5,
        no_concern_threshold=0.3,
        weights_sha256=save_network(build_network(architecture, n_diagnoses=len(differential)), folder),
        heatmap_methods=tuple(HeatmapMethod),
        differential=differential,
        differential_temperature=0.8,
        facts={"licence": "none: untrained"},
    )
    write_card(card, folder)
    return folder
