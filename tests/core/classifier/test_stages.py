"""What a backbone sees on the way: the statistics of its stages, recorded only while that is asked for."""

import pytest
import torch

from core.classifier.network import BackboneNetwork, build_network, inference_mode
from core.classifier.stages import describe, record_stages


@pytest.fixture(scope="module")
def network() -> BackboneNetwork:
    built = inference_mode(build_network("test_efficientnet"))
    assert isinstance(built, BackboneNetwork)
    return built


def test_a_stage_is_described_by_mean_and_deviation_of_each_map() -> None:
    activation = torch.tensor([[[[1.0, 3.0], [1.0, 3.0]], [[5.0, 5.0], [5.0, 5.0]]]])
    assert describe(activation).tolist() == [[2.0, 5.0, 1.0, 0.0]]


def test_features_are_the_same_with_stages_beside_them(network: BackboneNetwork) -> None:
    x = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    features, stages = network.features_and_stages(x)
    assert torch.equal(features, network.features(x))
    n_maps = sum(info["num_chs"] for info in network.backbone.feature_info)
    assert stages.shape == (2, 2 * n_maps)


def test_nothing_is_recorded_once_it_is_closed(network: BackboneNetwork) -> None:
    x = torch.zeros(1, 3, 64, 64)
    with record_stages(network.backbone) as found:
        network.features(x)
    n_found = len(found)
    network.features(x)
    assert len(found) == n_found == len(network.backbone.feature_info)
