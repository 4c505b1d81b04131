"""Heat maps: those of pytorch-grad-cam, from a network that is left as it was, by any number of threads."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from pytorch_grad_cam import EigenCAM, GradCAM, GradCAMPlusPlus, LayerCAM
from torch import Tensor

from core.classifier.classifier import Classifier
from core.classifier.explain import distinct_methods, layer_map
from core.classifier.loading import load_network
from core.classifier.maps import resize_map
from core.classifier.network import Network
from core.domain import LesionImage
from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, draw_jpeg, draw_lesion
from core.settings import Settings
from core.taxonomy import HeatmapMethod

LIBRARY = {
    HeatmapMethod.GRAD_CAM: GradCAM,
    HeatmapMethod.GRAD_CAM_PLUS_PLUS: GradCAMPlusPlus,
    HeatmapMethod.EIGEN_CAM: EigenCAM,
    HeatmapMethod.LAYER_CAM: LayerCAM,
}


class _Logit:
    """pytorch-grad-cam's target: the malignant logit itself."""

    def __call__(self, output: Tensor) -> Tensor:
        return output.sum()


def library_map(network: Network, x: Tensor, method: HeatmapMethod) -> NDArray[np.float32]:
    """pytorch-grad-cam called as its README says; it enlarges to the input's size and scales to [0, 1]."""
    with LIBRARY[method](model=network, target_layers=[network.heatmap_layer]) as cam:
        return np.asarray(cam(input_tensor=x.clone().requires_grad_(), targets=[_Logit()])[0], dtype=np.float32)


def at_layer_resolution(network: Network, x: Tensor) -> NDArray[np.float32]:
    """Grad-CAM by its definition and autograd (Selvaraju et al., ICCV 2017, equations 1 and 2)."""
    features = network.features(x).detach().requires_grad_()
    network.logit(network.embed(features)).sum().backward()
    assert features.grad is not None
    weights = features.grad.mean(dim=(2, 3), keepdim=True)
    values = torch.relu((weights * features).sum(dim=1))[0]
    return np.asarray(values.detach().numpy(), dtype=np.float32)


def scaled(values: NDArray[np.float32]) -> NDArray[np.float32]:
    assert values.max() > 0
    return values / float(values.max())


def inputs(n: int, side_px: int, network_seed: int = 0) -> Tensor:
    lesions = [DrawnLesion(side_px, side_px, irregularity=0.45, seed=network_seed + seed) for seed in range(n)]
    frames = np.stack([draw_lesion(lesion) for lesion in lesions])
    return torch.from_numpy(frames.transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1)


@pytest.fixture(scope="module")
def networks(untrained_cnn: Path, untrained_backbone: Path) -> dict[str, Network]:
    shipped = Settings.from_environment().model_folder
    folders = {"cnn": untrained_cnn, "backbone": untrained_backbone, "shipped": shipped}
    return {name: load_network(folder)[0] for name, folder in folders.items()}


@pytest.mark.parametrize("name", ["backbone", "shipped"])
def test_the_class_activation_map_is_grad_cam(networks: dict[str, Network], name: str) -> None:
    for x in inputs(3, 224):
        ours = layer_map(networks[name], x[None], HeatmapMethod.GRAD_CAM)
        assert np.abs(scaled(ours) - scaled(at_layer_resolution(networks[name], x[None]))).max() < 1e-4


def test_grad_cam_of_the_network_with_a_hidden_layer_is_grad_cam(networks: dict[str, Network]) -> None:
    for x in inputs(3, 128):
        ours = layer_map(networks["cnn"], x[None], HeatmapMethod.GRAD_CAM)
        assert np.abs(scaled(ours) - scaled(at_layer_resolution(networks["cnn"], x[None]))).max() < 1e-4


@pytest.mark.parametrize("method", list(HeatmapMethod))
@pytest.mark.parametrize("name", ["cnn", "shipped"])
def test_every_method_is_the_librarys(networks: dict[str, Network], name: str, method: HeatmapMethod) -> None:
    import cv2

    x = inputs(1, 224)
    small = layer_map(networks[name], x, method)
    # The library scales, enlarges with OpenCV and scales again; undo neither, do the same.
    large = cv2.resize(scaled(small - small.min()), (224, 224))
    ours = scaled(large - large.min())
    assert np.abs(ours - library_map(networks[name], x, method)).max() < 1e-4


@pytest.mark.parametrize("method", list(HeatmapMethod))
@pytest.mark.parametrize("name", ["cnn", "backbone"])
def test_hooks_are_released_and_no_gradient_is_left(
    networks: dict[str, Network], name: str, method: HeatmapMethod
) -> None:
    network = networks[name]
    layer_map(network, inputs(1, 128), method)
    assert not any(module._forward_hooks or module._backward_hooks for module in network.modules())
    assert not any(parameter.requires_grad or parameter.grad is not None for parameter in network.parameters())
    assert not network.training


def test_hooks_are_released_when_drawing_fails(networks: dict[str, Network]) -> None:
    network = networks["cnn"]
    with pytest.raises(RuntimeError) as caught:  # held, so that no garbage collection tidies up
        layer_map(network, torch.zeros(1, 5, 64, 64), HeatmapMethod.LAYER_CAM)  # 5 channels, not 3
    assert not any(module._forward_hooks or module._backward_hooks for module in network.modules())
    assert "channels" in str(caught.value)


def test_a_map_has_the_pictures_size_and_lies_between_0_and_1(shipped: Classifier) -> None:
    image = decode(draw_jpeg(DrawnLesion(width_px=301, height_px=200, irregularity=0.45)))
    heatmap = shipped.explain(image, HeatmapMethod.GRAD_CAM)
    assert heatmap.values.shape == (200, 301)
    assert heatmap.values.dtype == np.float32
    assert heatmap.method is HeatmapMethod.GRAD_CAM
    assert (float(heatmap.values.min()) >= 0, float(heatmap.values.max())) == (True, 1.0)


def test_an_empty_map_stays_empty() -> None:
    assert not resize_map(np.zeros((7, 7), dtype=np.float32), (20, 30)).any()


def test_enlarging_moves_nothing() -> None:
    small = np.zeros((7, 7), dtype=np.float32)
    small[1, 5] = 0.2
    large = resize_map(small, (210, 280))
    assert large.max() == 1
    y, x = centre_of_mass(large)
    assert (y, x) == pytest.approx((1.5 / 7, 5.5 / 7), abs=0.005)


@pytest.mark.parametrize("name", ["cnn", "shipped"])
def test_methods_that_are_offered_differ_from_each_other(networks: dict[str, Network], name: str) -> None:
    x = inputs(1, 224)
    offered = distinct_methods(networks[name], x)
    maps = {method: [layer_map(networks[name], one[None], method) for one in x] for method in offered}
    assert offered[0] is HeatmapMethod.GRAD_CAM
    for n, method in enumerate(offered):
        for other in offered[:n]:
            pairs = zip(maps[method], maps[other], strict=True)
            assert max(float(np.abs(scaled(a) - scaled(b)).max()) for a, b in pairs) > 1e-3


def test_a_method_that_is_the_same_as_another_on_a_network_is_not_offered(
    networks: dict[str, Network], monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.classifier import explain

    def drawn(network: Network, x: Tensor, method: HeatmapMethod) -> NDArray[np.float32]:
        same = method in (HeatmapMethod.GRAD_CAM, HeatmapMethod.LAYER_CAM)
        values = {True: [[0.0, 2.0]], False: [[1.0, float(len(method))]]}[same]
        return np.array(values, dtype=np.float32) * (3 if method is HeatmapMethod.LAYER_CAM else 1)

    monkeypatch.setattr(explain, "layer_map", drawn)
    assert distinct_methods(networks["cnn"], inputs(2, 32)) == (
        HeatmapMethod.GRAD_CAM,
        HeatmapMethod.GRAD_CAM_PLUS_PLUS,
        HeatmapMethod.EIGEN_CAM,
    )


def test_four_threads_give_the_same_maps_as_one(shipped: Classifier) -> None:
    lesions = [DrawnLesion(224, 224, centre_x=0.3 + 0.1 * n, irregularity=0.45, seed=n) for n in range(3)]
    images = [decode(draw_jpeg(lesion)) for lesion in lesions]
    jobs = [(image, method) for image in images for method in HeatmapMethod]
    alone = [shipped.explain(*job).values for job in jobs]
    assert all(not np.array_equal(alone[0], other) for other in alone[1:])
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda job: shipped.explain(*job).values, jobs))
    assert max(float(np.abs(a - b).max()) for a, b in zip(alone, together, strict=True)) < 1e-5


def centre_of_mass(values: NDArray[np.float32]) -> tuple[float, float]:
    """(y, x) in shares of height and width."""
    mass = values.astype(np.float64) / values.sum()
    y, x = np.mgrid[0 : values.shape[0], 0 : values.shape[1]] + 0.5
    return float((y * mass).sum() / values.shape[0]), float((x * mass).sum() / values.shape[1])


def heat_centre(shipped: Classifier, centre_x: float, centre_y: float, seed: int) -> NDArray[np.float64]:
    """Where the Grad-CAM map of a small ragged lesion, one that the network calls malignant, has its centre of mass."""
    lesion = DrawnLesion(448, 448, centre_x, centre_y, radius=0.12, irregularity=0.45, darkness=0.7, seed=seed)
    image = LesionImage(pixels=draw_lesion(lesion), sha256="", format="PNG")
    assert shipped.predict(image).malignant_probability >= 0.5
    return np.array(centre_of_mass(shipped.explain(image, HeatmapMethod.GRAD_CAM).values))


def test_moving_a_drawn_lesion_to_each_quarter_moves_the_maps_centre_of_mass_there(shipped: Classifier) -> None:
    """The way of the centre, not its place: some heat lies on the drawn skin, which no training picture shows."""
    ways = []
    for seed in range(5):
        at = {(y, x): heat_centre(shipped, x, y, seed) for y in (0.25, 0.75) for x in (0.25, 0.75)}
        ways += [(at[0.75, x] - at[0.25, x])[0] for x in (0.25, 0.75)]
        ways += [(at[y, 0.75] - at[y, 0.25])[1] for y in (0.25, 0.75)]
    assert min(ways) > 0
    assert np.mean(ways) > 0.1
