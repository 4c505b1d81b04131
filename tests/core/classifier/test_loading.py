"""Only the weights that the card describes are ever used."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from core.classifier.card import CARD_FILE, WEIGHTS_FILE
from core.classifier.classifier import Classifier
from core.classifier.loading import load_network, save_network
from core.classifier.network import build_network
from core.errors import CardUnusable, WeightsChanged, WeightsMissing, WeightsUnusable
from core.settings import DEFAULT_MODEL


@pytest.fixture
def folder(untrained_cnn: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(untrained_cnn, tmp_path / "net"))


def test_the_weights_come_back_as_they_were_saved(tmp_path: Path, untrained_cnn: Path) -> None:
    torch.manual_seed(0)  # the fixture's seed
    expected = build_network("lesion_cnn").state_dict()
    network, card = load_network(untrained_cnn)
    assert card.architecture == "lesion_cnn"
    assert all(torch.equal(tensor, expected[name]) for name, tensor in network.state_dict().items())
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert save_network(network, tmp_path) == card.weights_sha256  # channels last in memory, the same on disk


@pytest.mark.parametrize("share", [0.001, 0.5, 0.999])
def test_one_flipped_bit_is_noticed(folder: Path, share: float) -> None:
    content = bytearray((folder / WEIGHTS_FILE).read_bytes())
    content[int(share * len(content))] ^= 1
    (folder / WEIGHTS_FILE).write_bytes(content)
    with pytest.raises(WeightsChanged, match="not the ones that were validated"):
        Classifier.load(folder)


def test_missing_weights_are_named(folder: Path) -> None:
    (folder / WEIGHTS_FILE).unlink()
    with pytest.raises(WeightsMissing, match="its weights are missing"):
        Classifier.load(folder)
    with pytest.raises(WeightsMissing):
        Classifier.load(folder / "nowhere")


@pytest.mark.parametrize("architecture", ["tf_efficientnet_lite0", "resnet18", "no_such_network", ""])
def test_weights_of_another_architecture_are_refused(folder: Path, architecture: str) -> None:
    card = json.loads((folder / CARD_FILE).read_text())
    (folder / CARD_FILE).write_text(json.dumps({**card, "architecture": architecture}))
    with pytest.raises(CardUnusable, match="not of the architecture"):
        Classifier.load(folder)


def test_a_file_that_is_no_safetensors_is_refused_even_with_the_right_hash(folder: Path) -> None:
    import hashlib

    (folder / WEIGHTS_FILE).write_bytes(b"not tensors")
    card = json.loads((folder / CARD_FILE).read_text())
    sha256 = hashlib.sha256(b"not tensors").hexdigest()
    (folder / CARD_FILE).write_text(json.dumps({**card, "weights_sha256": sha256}))
    with pytest.raises(CardUnusable):
        Classifier.load(folder)


def test_every_way_to_fail_offers_history_without_scoring(folder: Path) -> None:
    (folder / CARD_FILE).write_text("{")
    with pytest.raises(WeightsUnusable) as caught:
        Classifier.load(folder)
    assert "weights/" in caught.value.next_step


def test_the_shipped_weights_are_the_ones_of_their_card(shipped: Classifier) -> None:
    assert shipped.card.name == DEFAULT_MODEL
    assert len(shipped.card.card_sha256) == 64
    assert 0 < shipped.card.no_concern_threshold <= shipped.card.refer_threshold < 1
