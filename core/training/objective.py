"""What a training minimises: the malignant label, the diagnosis where it is known, and not telling the source."""

from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from core.classifier.network import Network

UNKNOWN = -1
_SOURCE_HIDDEN = 64


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What is known of N images: malignant 0 or 1, float32; the diagnosis' number, int64, or UNKNOWN; whether the
    picture is from HAM10000, float32, NaN where that is not known."""

    is_malignant: Tensor
    diagnosis: Tensor
    is_ham10000: Tensor

    def __getitem__(self, picked: Any) -> "Targets":  # noqa: ANN401  (whatever indexes a tensor)
        return Targets(self.is_malignant[picked], self.diagnosis[picked], self.is_ham10000[picked])


class Objective(nn.Module):
    """The weighted sum of three losses; a part of weight 0 costs nothing.

    The source's part is adversarial: a small head learns to tell, from the embedding of malignant images alone, whether
    a picture is from HAM10000, and the gradient that reaches the network is reversed. Benign images tell nothing: all
    of them are from HAM10000. Source: Ganin et al., "Domain-adversarial training of neural networks", JMLR 2016.
    """

    def __init__(
        self, n_embedding: int, positive_weight: Tensor, diagnosis_weight: float, source_weight: float
    ) -> None:
        super().__init__()
        self.register_buffer("positive_weight", positive_weight)
        self.diagnosis_weight, self.source_weight = diagnosis_weight, source_weight
        self.source_head = nn.Sequential(
            nn.Linear(n_embedding, _SOURCE_HIDDEN), nn.ReLU(), nn.Linear(_SOURCE_HIDDEN, 1)
        )

    def forward(self, network: Network, x: Tensor, targets: Targets, other: Tensor, share: float) -> Tensor:
        """The loss of inputs (N, 3, H, W) that hold `share` of `targets` and the rest of `targets[other]`."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            embedding = network.embed(network.features(x))
            logits, diagnoses = network.logit(embedding), network.diagnosis_logits(embedding)
        source = self._source_logits(embedding)
        parts = [(share, targets)] if share == 1.0 else [(share, targets), (1 - share, targets[other])]
        losses = [weight * self._loss(logits.float(), diagnoses, source, part) for weight, part in parts]
        return torch.stack(losses).sum()

    def _source_logits(self, embedding: Tensor) -> Tensor | None:
        if not self.source_weight:
            return None
        return cast(Tensor, self.source_head(_reverse(embedding.float()))).squeeze(-1)

    def _loss(self, logits: Tensor, diagnoses: Tensor | None, source: Tensor | None, targets: Targets) -> Tensor:
        loss = nn.functional.binary_cross_entropy_with_logits(
            logits, targets.is_malignant, pos_weight=cast(Tensor, self.positive_weight)
        )
        if diagnoses is not None and bool((targets.diagnosis != UNKNOWN).any()):
            loss = loss + self.diagnosis_weight * nn.functional.cross_entropy(
                diagnoses.float(), targets.diagnosis, ignore_index=UNKNOWN
            )
        tells = (targets.is_malignant == 1) & targets.is_ham10000.isfinite()
        if source is not None and bool(tells.any()):
            loss = loss + self.source_weight * nn.functional.binary_cross_entropy_with_logits(
                source[tells], targets.is_ham10000[tells]
            )
        return loss


class _Reverse(torch.autograd.Function):
    """The identity, with the gradient's sign turned."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # noqa: ANN401
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:  # noqa: ANN401
        return -gradient


def _reverse(x: Tensor) -> Tensor:
    return cast(Tensor, _Reverse.apply(x))  # type: ignore[no-untyped-call]
