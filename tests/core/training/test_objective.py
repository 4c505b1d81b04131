"""The loss counts what is known, ignores what is not, and turns the gradient of the source."""

import math

import pytest
import torch
from torch import nn

from core.classifier.network import BackboneNetwork, build_network
from core.training.objective import UNKNOWN, Objective, Targets, Teachers
from core.training.precision import mixed_precision
from core.training.recipe import Recipe

NAN = math.nan


def targets(malignant: list[float], diagnosis: list[int], is_ham: list[float]) -> Targets:
    return Targets(torch.tensor(malignant), torch.tensor(diagnosis), torch.tensor(is_ham))


@pytest.fixture
def network() -> BackboneNetwork:
    torch.manual_seed(0)
    network = build_network("tf_efficientnet_lite0", dropout=0.0, n_diagnoses=7)
    assert isinstance(network, BackboneNetwork)
    return network.eval()


@pytest.fixture
def x() -> torch.Tensor:
    return torch.rand(4, 3, 32, 32, generator=torch.Generator().manual_seed(1))


def objective(
    network: BackboneNetwork, *, diagnosis: float = 0.0, source: float = 0.0, positive: float = 1.0
) -> Objective:
    torch.manual_seed(2)
    recipe = Recipe(diagnosis_weight=diagnosis, source_weight=source)
    return Objective(network.n_embedding, torch.tensor(positive), recipe)


def whole(loss: Objective, network: BackboneNetwork, x: torch.Tensor, known: Targets) -> torch.Tensor:
    value: torch.Tensor = loss(network, x, known, torch.arange(len(x)), 1.0)
    return value


def test_without_further_parts_it_is_the_binary_cross_entropy(network: BackboneNetwork, x: torch.Tensor) -> None:
    known = targets([0.0, 1.0, 0.0, 1.0], [0, 1, 2, UNKNOWN], [1.0, 1.0, 1.0, 0.0])
    with mixed_precision(torch.device("cpu")):
        logits = network(x).float()
    expected = nn.functional.binary_cross_entropy_with_logits(logits, known.is_malignant, pos_weight=torch.tensor(2.0))
    assert whole(objective(network, positive=2.0), network, x, known).item() == pytest.approx(expected.item(), abs=1e-6)


def test_an_unknown_diagnosis_counts_nothing(network: BackboneNetwork, x: torch.Tensor) -> None:
    labels, source = [0.0, 1.0, 0.0, 1.0], [1.0, 1.0, 1.0, 0.0]
    bare = whole(objective(network), network, x, targets(labels, [0, 1, 2, 3], source))
    none = whole(objective(network, diagnosis=1.0), network, x, targets(labels, [UNKNOWN] * 4, source))
    one = whole(objective(network, diagnosis=1.0), network, x, targets(labels, [3] + [UNKNOWN] * 3, source))
    assert none.item() == pytest.approx(bare.item(), abs=1e-6)
    assert one.item() == pytest.approx(bare.item() + math.log(7), rel=0.3)  # an untrained network knows nothing


def test_the_source_is_asked_of_malignant_images_of_known_source_only(
    network: BackboneNetwork, x: torch.Tensor
) -> None:
    loss, bare = objective(network, source=1.0), objective(network)
    for malignant, is_ham in (([0.0] * 4, [1.0, 0.0, 1.0, 0.0]), ([1.0] * 4, [NAN] * 4)):
        known = targets(malignant, [UNKNOWN] * 4, is_ham)
        assert whole(loss, network, x, known).item() == pytest.approx(whole(bare, network, x, known).item())
    known = targets([1.0] * 4, [UNKNOWN] * 4, [1.0, 0.0, 1.0, NAN])
    assert whole(loss, network, x, known).item() > whole(bare, network, x, known).item() + 0.1


def test_the_gradient_of_the_source_is_turned_for_the_network_and_not_for_its_head(
    network: BackboneNetwork, x: torch.Tensor
) -> None:
    """One small step against the gradient lets the head tell the source better and the network hide it better."""
    known = targets([1.0] * 4, [UNKNOWN] * 4, [1.0, 0.0, 1.0, 0.0])
    loss, bare = objective(network, source=1.0), objective(network)
    before = (whole(loss, network, x, known) - whole(bare, network, x, known)).item()
    of_network = list(network.backbone.parameters())
    with_source = torch.autograd.grad(whole(loss, network, x, known), of_network)
    without = torch.autograd.grad(whole(bare, network, x, known), of_network)
    with torch.no_grad():
        for parameter, a, b in zip(of_network, with_source, without, strict=True):
            parameter.sub_(0.05 * (a - b))
    after = (whole(loss, network, x, known) - whole(bare, network, x, known)).item()
    assert after > before
    of_head = torch.autograd.grad(whole(loss, network, x, known), list(loss.source_head.parameters()))
    with torch.no_grad():
        for parameter, gradient in zip(loss.source_head.parameters(), of_head, strict=True):
            parameter.sub_(0.05 * gradient)
    assert (whole(loss, network, x, known) - whole(bare, network, x, known)).item() < after


def test_a_blend_has_the_blended_loss(network: BackboneNetwork, x: torch.Tensor) -> None:
    known = targets([0.0, 1.0, 0.0, 1.0], [0, 1, 2, UNKNOWN], [1.0, 1.0, 1.0, 0.0])
    loss = objective(network, diagnosis=0.5)
    other = torch.tensor([1, 2, 3, 0])
    parts = whole(loss, network, x, known), whole(loss, network, x, known[other])
    blended = loss(network, x, known, other, 0.3)
    assert blended.item() == pytest.approx(0.3 * parts[0].item() + 0.7 * parts[1].item(), rel=1e-5)


def taught(network: BackboneNetwork, teachers: list[BackboneNetwork], share: float) -> Objective:
    recipe = Recipe(diagnosis_weight=0.5, teacher_share=share)
    return Objective(network.n_embedding, torch.tensor(1.0), recipe, Teachers(teachers))


def test_teachers_answer_together(network: BackboneNetwork, x: torch.Tensor) -> None:
    torch.manual_seed(5)
    second = build_network("tf_efficientnet_lite0", dropout=0.0, n_diagnoses=7)
    assert isinstance(second, BackboneNetwork)
    one, other, both = Teachers([network])(x), Teachers([second.eval()])(x), Teachers([network, second])(x)
    assert torch.allclose(both.malignant, (one.malignant + other.malignant) / 2)
    assert one.diagnoses is not None
    assert torch.allclose(one.diagnoses.sum(dim=1), torch.ones(4), atol=1e-5)
    with pytest.raises(ValueError, match="at least one teacher"):
        Teachers([])


def test_what_a_teacher_says_counts_by_its_share(network: BackboneNetwork, x: torch.Tensor) -> None:
    known = targets([0.0, 1.0, 0.0, 1.0], [0, 1, 2, UNKNOWN], [1.0, 1.0, 1.0, 0.0])
    told = whole(objective(network, diagnosis=0.5), network, x, known).item()
    all_taught = whole(taught(network, [network], 1.0), network, x, known).item()
    half = whole(taught(network, [network], 0.5), network, x, known).item()
    assert half == pytest.approx((told + all_taught) / 2, rel=1e-5)
    p = Teachers([network])(x)
    assert p.diagnoses is not None
    entropy = nn.functional.binary_cross_entropy(p.malignant, p.malignant)
    entropy = entropy - 0.5 * (p.diagnoses * p.diagnoses.log()).sum(dim=1).mean()
    assert all_taught == pytest.approx(entropy.item(), rel=1e-4)  # a network that is its own teacher is right
