"""Heat maps: where in the picture the malignant logit came from.

Grad-CAM at the last activation of a network that ends in global average pooling and one linear layer is, up to a
positive factor, the class activation map (Zhou et al., CVPR 2016; Selvaraju et al., ICCV 2017, section 3.1): ReLU of
the feature maps weighted by the linear layer. It then needs one forward pass and no gradient. The other methods, and
Grad-CAM on a network with a hidden layer, are pytorch-grad-cam's; of a network that ends so, they too are given the
gradient in closed form, since it is the linear layer's weights at every place.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.classifier.network import Network
from core.taxonomy import HeatmapMethod


def layer_map(network: Network, x: Tensor, method: HeatmapMethod) -> NDArray[np.float32]:
    """The map at the layer's own resolution, float32 (h, w), non-negative, not yet scaled."""
    weights = network.class_activation_weights
    if method is HeatmapMethod.GRAD_CAM and weights is not None:
        with torch.inference_mode():
            maps: NDArray[np.float32] = class_activation_maps(network.features(x), weights)
        return np.asarray(maps[0], dtype=np.float32)
    cam = _library_class(method)(network, [network.heatmap_layer])
    cam.uses_gradients = method is not HeatmapMethod.EIGEN_CAM
    try:  # its own context manager would swallow an IndexError
        return _from_weights(network, cam, x, weights) if weights is not None else _from_gradients(cam, x)
    finally:
        cam.activations_and_grads.release()


def distinct_methods(network: Network, x: Tensor, tolerance: float = 1e-3) -> tuple[HeatmapMethod, ...]:
    """The methods worth offering: each one whose scaled maps differ from every earlier one's on inputs (N, 3, H, W).

    Grad-CAM comes first and is always among them.
    """
    kept: dict[HeatmapMethod, NDArray[np.float32]] = {}
    for method in HeatmapMethod:
        maps = np.stack([_scaled(layer_map(network, one[None], method)) for one in x])
        if all(float(np.abs(maps - other).max()) > tolerance for other in kept.values()):
            kept[method] = maps
    return tuple(kept)


def class_activation_maps(features: Tensor, weights: Tensor) -> NDArray[np.float32]:
    """ReLU of the feature maps (N, C, h, w) weighted by the last layer's weights (C,): float32 (N, h, w)."""
    return np.asarray(torch.relu(torch.einsum("c,nchw->nhw", weights.float(), features.float())).numpy())


def _from_weights(network: Network, cam: Any, x: Tensor, weights: Tensor) -> NDArray[np.float32]:  # noqa: ANN401
    """A library's map (h, w) of a network whose logit is the weighted mean of its feature maps: no backward pass."""
    with torch.inference_mode():
        activations = network.features(x).float().numpy()
    n_places = activations.shape[2] * activations.shape[3]
    gradients = np.broadcast_to(weights.detach().float().numpy()[:, None, None] / n_places, activations.shape)
    return _library_map(cam, x, activations, gradients)


def _from_gradients(cam: Any, x: Tensor) -> NDArray[np.float32]:  # noqa: ANN401
    """A library's map (h, w) by a backward pass, at the layer's resolution."""
    with torch.enable_grad():
        outputs = cam.activations_and_grads(x.clone().requires_grad_(cam.uses_gradients))
        if cam.uses_gradients:
            outputs.sum().backward()
    activations = cam.activations_and_grads.activations[0].detach().numpy()
    gradients = [g.detach().numpy() for g in cam.activations_and_grads.gradients]
    return _library_map(cam, x, activations, gradients[0] if gradients else None)


def _library_map(
    cam: Any,  # noqa: ANN401  (the library is untyped)
    x: Tensor,
    activations: NDArray[np.float32],
    gradients: NDArray[np.float32] | None,
) -> NDArray[np.float32]:
    values = cam.get_cam_image(x, cam.target_layers[0], [], activations, gradients, False)
    return np.maximum(np.asarray(values[0], dtype=np.float32), 0)


def _library_class(method: HeatmapMethod) -> Any:  # noqa: ANN401
    import pytorch_grad_cam  # seconds to import, so only once a map is asked for

    return {
        HeatmapMethod.GRAD_CAM: pytorch_grad_cam.GradCAM,
        HeatmapMethod.GRAD_CAM_PLUS_PLUS: pytorch_grad_cam.GradCAMPlusPlus,
        HeatmapMethod.EIGEN_CAM: pytorch_grad_cam.EigenCAM,
        HeatmapMethod.LAYER_CAM: pytorch_grad_cam.LayerCAM,
    }[method]


def _scaled(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return values / max(float(values.max()), 1e-12)
