"""Both kinds of network: layers as described, one logit, a map that can be drawn."""

import pytest
import torch
from torch import nn

from core.classifier.network import BackboneNetwork, LesionCNN, build_network, count_parameters, inference_mode


@pytest.mark.parametrize("architecture", ["lesion_cnn", "tf_efficientnet_lite0", "resnet18"])
def test_every_network_gives_one_logit_through_features_and_embedding(architecture: str) -> None:
    torch.manual_seed(1)
    network = inference_mode(build_network(architecture))
    x = torch.randn(2, 3, 96, 96)
    with torch.inference_mode():
        features = network.features(x)
        embedding = network.embed(features)
        assert features.shape[2:] == (3, 3)
        assert embedding.ndim == 2
        assert torch.equal(network.logit(embedding), network(x))
        assert network(x).shape == (2,)


def test_lesion_cnn_is_made_of_the_described_layers() -> None:
    network = LesionCNN()
    kinds = [type(layer) for layer in network.blocks]
    assert kinds == [nn.Conv2d, nn.BatchNorm2d, nn.ReLU, nn.MaxPool2d] * 5
    assert [type(layer) for layer in network.hidden] == [nn.Flatten, nn.Dropout, nn.Linear, nn.ReLU]
    assert (network.head.out_features, network.dropout.p) == (1, 0.3)
    assert network.class_activation_weights is None


def test_a_backbones_logit_is_the_weighted_mean_of_its_feature_maps() -> None:
    torch.manual_seed(1)
    network = inference_mode(build_network("tf_efficientnet_lite0"))
    assert isinstance(network, BackboneNetwork)
    weights = network.class_activation_weights
    assert weights is not None
    with torch.inference_mode():
        features = network.features(torch.randn(1, 3, 96, 96))
        by_hand = torch.einsum("c,nchw->n", weights, features) / 9 + network.head.bias
        assert torch.allclose(network.logit(network.embed(features)), by_hand, atol=1e-5)


def test_dropout_is_on_in_training_and_off_in_serving() -> None:
    torch.manual_seed(1)
    network = build_network("lesion_cnn", dropout=0.5)
    x = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        assert not torch.equal(network.train()(x), network(x))
        assert torch.equal(inference_mode(network)(x), network(x))


def test_the_head_fits_a_backbone_whose_own_head_has_a_hidden_layer() -> None:
    network = inference_mode(build_network("mobilenetv3_small_050"))
    with torch.inference_mode():
        assert network(torch.randn(1, 3, 64, 64)).shape == (1,)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown architecture 'no_such_network'"):
        build_network("no_such_network")


def test_parameters_are_counted() -> None:
    assert count_parameters(nn.Linear(10, 3)) == 33
    assert count_parameters(build_network("tf_efficientnet_lite0")) == 3_372_289
