"""Sanity checks of heat maps: they depend on the network's weights, layer by layer, and explain the class asked for.

Source: Adebayo et al., "Sanity checks for saliency maps", NeurIPS 2018.
"""

from itertools import pairwise
from typing import cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.classifier.explain import layer_map
from core.classifier.loading import load_network
from core.classifier.network import BackboneNetwork, Network
from core.explanations.randomise import compare_maps, randomise_in_steps
from core.imaging.drawn import DrawnLesion, draw_lesion
from core.imaging.overlay import overlay_heatmap
from core.settings import Settings
from core.taxonomy import HeatmapMethod

OF_CLASS = [method for method in HeatmapMethod if method is not HeatmapMethod.EIGEN_CAM]


def inputs(n: int) -> Tensor:
    lesions = [DrawnLesion(224, 224, irregularity=0.45, darkness=1.0, seed=seed) for seed in range(n)]
    frames = np.stack([draw_lesion(lesion) for lesion in lesions])
    return torch.from_numpy(frames.transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1)


@pytest.fixture(scope="module")
def shipped_network() -> Network:
    return load_network(Settings.from_environment().model_folder)[0]


def test_randomising_the_network_part_by_part_changes_the_map(shipped_network: Network) -> None:
    found = compare_maps(shipped_network, inputs(2))
    assert next(iter(found)) == "head"
    assert len(found) >= 8
    assert found["head"] < 0.6
    assert abs(list(found.values())[-1]) < 0.5
    assert max(found.values()) < 0.9


def test_each_step_gives_one_part_more_new_weights_and_leaves_the_network_alone(shipped_network: Network) -> None:
    before = {name: values.clone() for name, values in shipped_network.state_dict().items()}
    changed: list[set[str]] = []
    for _, other in randomise_in_steps(shipped_network):
        changed.append({name for name, values in other.state_dict().items() if not torch.equal(values, before[name])})
    assert all(less < more for less, more in pairwise(changed))
    assert all(torch.equal(values, before[name]) for name, values in shipped_network.state_dict().items())


class Spots(nn.Module):
    """A network that sees a red spot as malignant and a blue one as benign, and whose map can be said beforehand."""

    def __init__(self, malignant_sign: float = 1.0) -> None:
        super().__init__()
        self.feature_maps = nn.Identity()
        self.head = nn.Linear(2, 1, bias=False)
        self.head.weight.data = torch.tensor([[malignant_sign, -malignant_sign]])

    def features(self, x: Tensor) -> Tensor:
        pooled = nn.functional.avg_pool2d(x, 16)
        return cast(Tensor, self.feature_maps(pooled[:, [0, 2]]))

    def embed(self, features: Tensor) -> Tensor:
        return features.mean(dim=(2, 3))

    def logit(self, embedding: Tensor) -> Tensor:
        return cast(Tensor, self.head(embedding)).squeeze(-1)

    def forward(self, x: Tensor) -> Tensor:
        return self.logit(self.embed(self.features(x)))

    @property
    def heatmap_layer(self) -> nn.Module:
        return self.feature_maps

    @property
    def class_activation_weights(self) -> Tensor:
        return self.head.weight[0]


def spots() -> Tensor:
    """Red in the upper left, blue in the lower right, of 64 x 64."""
    x = torch.zeros(1, 3, 64, 64)
    x[0, 0, :16, :16] = 1
    x[0, 2, -16:, -16:] = 1
    return x


def map_of(network: Spots, method: HeatmapMethod) -> NDArray[np.float32]:
    return layer_map(cast(Network, network), spots(), method)


@pytest.mark.parametrize("method", OF_CLASS)
def test_the_class_asked_for_is_the_class_explained(method: HeatmapMethod) -> None:
    malignant, benign = map_of(Spots(), method), map_of(Spots(malignant_sign=-1.0), method)
    assert malignant[0, 0] == malignant.max() > 0
    assert malignant[-1, -1] < 0.1 * malignant[0, 0]
    assert benign[-1, -1] == benign.max() > 0
    assert benign[0, 0] < 0.1 * benign[-1, -1]


def test_eigen_cam_explains_no_class() -> None:
    malignant, benign = (map_of(Spots(sign), HeatmapMethod.EIGEN_CAM) for sign in (1.0, -1.0))
    assert np.array_equal(malignant, benign)


def test_the_differential_does_not_move_the_map_of_the_malignant_class() -> None:
    torch.manual_seed(0)
    network = BackboneNetwork("test_resnet", n_diagnoses=7).eval()
    before = layer_map(network, inputs(1), HeatmapMethod.GRAD_CAM)
    assert network.diagnosis_head is not None
    network.diagnosis_head.weight.data.normal_()
    assert np.array_equal(before, layer_map(network, inputs(1), HeatmapMethod.GRAD_CAM))


def test_where_the_map_is_hot_the_picture_takes_the_colour_of_heat() -> None:
    grey = np.full((64, 64, 3), 120, dtype=np.uint8)
    small = map_of(Spots(), HeatmapMethod.GRAD_CAM)
    heat = np.kron(small / small.max(), np.ones((16, 16), dtype=np.float32)).astype(np.float32)
    over = overlay_heatmap(grey, heat, 1.0)
    hot = over[8, 8].astype(int)
    assert (hot > [240, 240, 150]).all()  # the light yellow at the legend's end for "much"
    assert np.array_equal(over[-8, -8], grey[-8, -8])
