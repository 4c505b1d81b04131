"""The two kinds of network: `lesion_cnn`, from scratch, and any timm backbone with one linear layer to one logit."""

from __future__ import annotations

from typing import Protocol, cast

import timm
import torch
from torch import Tensor, nn

from core.classifier.stages import record_stages

LESION_CNN = "lesion_cnn"
_CNN_CHANNELS = (32, 64, 128, 256, 256)
_CNN_HIDDEN = 128


class LesionNetwork(Protocol):
    """What the rest of the program needs of a network; x is float32 (N, 3, H, W), standardised."""

    def features(self, x: Tensor) -> Tensor:
        """The last activation before pooling, (N, C, h, w)."""
        ...

    def embed(self, features: Tensor) -> Tensor:
        """The input of the last linear layer, (N, D)."""
        ...

    def logit(self, embedding: Tensor) -> Tensor:
        """The malignant logit, (N,)."""
        ...

    def diagnosis_logits(self, embedding: Tensor) -> Tensor | None:
        """Logits (N, K) of the diagnoses in the card's order, or None where the network tells none apart."""
        ...

    @property
    def n_embedding(self) -> int:
        """D, the length of an embedding."""
        ...

    @property
    def heatmap_layer(self) -> nn.Module:
        """The module whose output a heat map is drawn from."""
        ...

    @property
    def class_activation_weights(self) -> Tensor | None:
        """Weights (C,) of the feature maps in the logit where the map has a closed form, else None."""
        ...


class LesionCNN(nn.Module):
    """The described network, from scratch: blocks of convolution, batch normalisation, ReLU and max pooling, then
    dropout, two fully connected layers and one sigmoid output (the sigmoid is applied outside, with the loss)."""

    def __init__(self, dropout: float = 0.3) -> None:
        super().__init__()
        blocks: list[nn.Module] = []
        n_in = 3
        for n_out in _CNN_CHANNELS:
            blocks += [nn.Conv2d(n_in, n_out, 3, padding=1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU()]
            blocks += [nn.MaxPool2d(2)]
            n_in = n_out
        self.blocks = nn.Sequential(*blocks)
        self.feature_maps = nn.Identity()
        self.pool = nn.AdaptiveAvgPool2d(2)
        self.hidden = nn.Sequential(nn.Flatten(), nn.Dropout(dropout), nn.Linear(n_in * 4, _CNN_HIDDEN), nn.ReLU())
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(_CNN_HIDDEN, 1)

    def features(self, x: Tensor) -> Tensor:
        """The last activation before pooling, (N, 256, H / 32, W / 32)."""
        return cast(Tensor, self.feature_maps(self.blocks(x)))

    def embed(self, features: Tensor) -> Tensor:
        """The hidden layer, (N, 128)."""
        return cast(Tensor, self.hidden(self.pool(features)))

    def logit(self, embedding: Tensor) -> Tensor:
        """The malignant logit, (N,)."""
        return cast(Tensor, self.head(self.dropout(embedding))).squeeze(-1)

    def diagnosis_logits(self, embedding: Tensor) -> None:
        """None: this network gives no differential."""

    def forward(self, x: Tensor) -> Tensor:
        """The malignant logit, (N,)."""
        return self.logit(self.embed(self.features(x)))

    @property
    def n_embedding(self) -> int:
        """The hidden layer's size."""
        return self.head.in_features

    @property
    def heatmap_layer(self) -> nn.Module:
        """The point through which the last block's activation passes."""
        return self.feature_maps

    @property
    def class_activation_weights(self) -> Tensor | None:
        """None: a hidden layer lies between the maps and the logit."""
        return None


class BackboneNetwork(nn.Module):
    """A timm backbone, global average pooling, dropout and one linear layer to one logit; beside it, where
    `n_diagnoses` is given, a second linear layer to the logits of a differential."""

    def __init__(
        self,
        architecture: str,
        dropout: float = 0.3,
        drop_path: float = 0.0,
        pretrained: bool = False,
        n_diagnoses: int = 0,
    ) -> None:
        super().__init__()
        options = {"drop_path_rate": drop_path} if drop_path else {}
        self.backbone = timm.create_model(architecture, pretrained=pretrained, num_classes=0, global_pool="", **options)
        self.feature_maps = nn.Identity()
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(int(self.backbone.num_features), 1)
        self.diagnosis_head = nn.Linear(int(self.backbone.num_features), n_diagnoses) if n_diagnoses else None

    def features(self, x: Tensor) -> Tensor:
        """The last activation before pooling, (N, C, h, w)."""
        return cast(Tensor, self.feature_maps(self.backbone.forward_features(x)))

    def features_and_stages(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The last activation before pooling, (N, C, h, w), and the statistics (N, S) of the stages before it."""
        with record_stages(self.backbone) as found:
            features = self.features(x)
        return features, torch.cat(found, dim=1)

    def embed(self, features: Tensor) -> Tensor:
        """The globally averaged features, (N, C)."""
        return features.mean(dim=(2, 3))

    def logit(self, embedding: Tensor) -> Tensor:
        """The malignant logit, (N,)."""
        return cast(Tensor, self.head(self.dropout(embedding))).squeeze(-1)

    def diagnosis_logits(self, embedding: Tensor) -> Tensor | None:
        """Logits (N, K) of the differential, or None where the network gives none."""
        if self.diagnosis_head is None:
            return None
        return cast(Tensor, self.diagnosis_head(self.dropout(embedding)))

    def forward(self, x: Tensor) -> Tensor:
        """The malignant logit, (N,)."""
        return self.logit(self.embed(self.features(x)))

    @property
    def n_embedding(self) -> int:
        """The number of feature maps."""
        return self.head.in_features

    @property
    def heatmap_layer(self) -> nn.Module:
        """The point through which the backbone's last activation passes."""
        return self.feature_maps

    @property
    def class_activation_weights(self) -> Tensor | None:
        """The linear layer's weights, (C,): the logit is their sum over the averaged maps, plus a bias."""
        return self.head.weight[0]


Network = LesionCNN | BackboneNetwork


def build_network(
    architecture: str,
    *,
    dropout: float = 0.3,
    drop_path: float = 0.0,
    pretrained: bool = False,
    n_diagnoses: int = 0,
) -> Network:
    """Make an untrained `lesion_cnn` or a timm backbone by name (its hub's weights where `pretrained`); `n_diagnoses`
    adds the second output of a backbone.

    Raises ValueError for a name that timm does not know.
    """
    if architecture == LESION_CNN:
        return LesionCNN(dropout)
    if architecture not in timm.list_models():
        raise ValueError(f"unknown architecture {architecture!r}: expected {LESION_CNN!r} or a name of timm's list")
    return BackboneNetwork(architecture, dropout, drop_path, pretrained, n_diagnoses)


def count_parameters(network: nn.Module) -> int:
    """How many numbers were trained."""
    return sum(parameter.numel() for parameter in network.parameters())


def inference_mode(network: Network) -> Network:
    """Put a network into the state in which it serves: evaluation mode, no gradients kept, channels last."""
    network.eval().requires_grad_(False)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]
