"""ImageNet weights fit tensor by tensor or are refused."""

import dataclasses
from pathlib import Path

import pytest
import torch
from torch import Tensor

from core.classifier.network import BackboneNetwork, build_network
from core.training import pretrained
from core.training.pretrained import find_package_weights, load_in_order, make_network
from core.training.recipe import Recipe

ARCHITECTURE = "tf_efficientnet_lite0"


@pytest.fixture(scope="module")
def tensors() -> dict[str, Tensor]:
    """A state dict under other names, with a classifier behind it, as the packages bring them."""
    torch.manual_seed(3)
    network = build_network(ARCHITECTURE)
    assert isinstance(network, BackboneNetwork)
    own = {f"other.{n}": tensor for n, tensor in enumerate(network.backbone.state_dict().values())}
    return {**own, "fc.weight": torch.zeros(1000, 1280), "fc.bias": torch.zeros(1000)}


def save(tensors: dict[str, Tensor], folder: Path) -> Path:
    torch.save(tensors, folder / "weights.pth")
    return folder / "weights.pth"


def untrained() -> BackboneNetwork:
    torch.manual_seed(0)
    network = build_network(ARCHITECTURE)
    assert isinstance(network, BackboneNetwork)
    return network


def test_tensors_are_loaded_in_order_and_the_classifier_is_left_out(tensors: dict[str, Tensor], tmp_path: Path) -> None:
    network = untrained()
    head = network.head.weight.clone()
    load_in_order(network.backbone, save(tensors, tmp_path))
    expected = list(tensors.values())
    for value, tensor in zip(expected, network.backbone.state_dict().values(), strict=False):
        assert torch.equal(value, tensor)
    assert torch.equal(network.head.weight, head)


def test_a_shape_that_does_not_fit_is_refused_and_nothing_is_loaded(tensors: dict[str, Tensor], tmp_path: Path) -> None:
    network = untrained()
    before = {name: tensor.clone() for name, tensor in network.backbone.state_dict().items()}
    wrong = {**tensors, "other.100": torch.zeros(7)}
    with pytest.raises(ValueError, match=r"weights\.pth: .* has shape \(7,\), expected"):
        load_in_order(network.backbone, save(wrong, tmp_path))
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.backbone.state_dict().items())


def test_a_file_with_too_few_tensors_is_refused(tensors: dict[str, Tensor], tmp_path: Path) -> None:
    few = dict(list(tensors.items())[:50])
    with pytest.raises(ValueError, match="holds 50 tensors, expected at least"):
        load_in_order(untrained().backbone, save(few, tmp_path))


def test_a_pickle_that_runs_code_is_not_loaded(tmp_path: Path) -> None:
    import pickle

    (tmp_path / "weights.pth").write_bytes(pickle.dumps(pytest.fail, protocol=2))
    with pytest.raises(pickle.UnpicklingError):
        load_in_order(untrained().backbone, tmp_path / "weights.pth")


def test_the_packages_weights_are_used_where_it_is_installed(
    tensors: dict[str, Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "made_up_weights"
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    expected = save(tensors, package / "models")
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setattr(pretrained, "_PACKAGES", {ARCHITECTURE: "made_up_weights"})
    assert find_package_weights(ARCHITECTURE) == expected
    network, origin = make_network(Recipe(architecture=ARCHITECTURE))
    assert origin == "ImageNet, package made_up_weights"
    assert torch.equal(next(iter(network.state_dict().values())), next(iter(tensors.values())))


def test_without_a_package_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "_PACKAGES", {ARCHITECTURE: "no_such_package_anywhere"})
    assert find_package_weights(ARCHITECTURE) is None
    assert find_package_weights("resnet18") is None


def test_from_scratch_loads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "load_in_order", lambda *_: pytest.fail("loaded"))
    recipe = dataclasses.replace(Recipe(architecture=ARCHITECTURE), is_pretrained=False, drop_path=0.0)
    assert make_network(recipe)[1] == "from scratch"
