"""What a training minimises: the malignant label, the diagnosis where it is known, and not telling the source."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from core.classifier.network import Network
from core.training.precision import mixed_precision
from core.training.recipe import Recipe

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

    def to(self, device: torch.device) -> "Targets":
        """The same on another device."""
        return Targets(self.is_malignant.to(device), self.diagnosis.to(device), self.is_ham10000.to(device))


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What teachers make of N pictures, on average: malignant probability (N,), diagnoses (N, K) or None."""

    malignant: Tensor
    diagnoses: Tensor | None


class Teachers:
    """Trained networks that answer together. Raises ValueError for fewer than one."""

    def __init__(self, networks: Sequence[Network]) -> None:
        if not networks:
            raise ValueError("expected at least one teacher, got none")
        self.networks = networks

    @torch.no_grad()
    def __call__(self, x: Tensor) -> Answers:
        """Answer inputs (N, 3, H, W), all networks alike."""
        malignant, diagnoses = [], []
        for network in self.networks:
            with mixed_precision(x.device):
                embedding = network.embed(network.features(x))
                logits, second = network.logit(embedding), network.diagnosis_logits(embedding)
            malignant.append(logits.float().sigmoid())
            if second is not None:
                diagnoses.append(second.float().softmax(dim=1))
        return Answers(torch.stack(malignant).mean(dim=0), torch.stack(diagnoses).mean(dim=0) if diagnoses else None)


class Objective(nn.Module):
    """The weighted sum of three losses; a part of weight 0 costs nothing.

    The source's part is adversarial: a small head learns to tell, from the embedding of malignant images alone, whether
    a picture is from HAM10000, and the gradient that reaches the network is reversed. Benign images tell nothing: all
    of them are from HAM10000. Source: Ganin et al., "Domain-adversarial training of neural networks", JMLR 2016.
    """

    def __init__(
        self,
        n_embedding: int,
        positive_weight: Tensor,
        recipe: Recipe,
        teachers: Teachers | None = None,
    ) -> None:
        super().__init__()
        self.register_buffer("positive_weight", positive_weight)
        self.recipe, self.teachers = recipe, teachers
        self.source_head = nn.Sequential(
            nn.Linear(n_embedding, _SOURCE_HIDDEN), nn.ReLU(), nn.Linear(_SOURCE_HIDDEN, 1)
        )

    def forward(self, network: Network, x: Tensor, targets: Targets, other: Tensor, share: float) -> Tensor:
        """The loss of inputs (N, 3, H, W) that hold `share` of `targets` and the rest of `targets[other]`."""
        with mixed_precision(x.device):
            embedding = network.embed(network.features(x))
            logits, diagnoses = network.logit(embedding), network.diagnosis_logits(embedding)
        logits, diagnoses = logits.float(), None if diagnoses is None else diagnoses.float()
        source = self._source_logits(embedding)
        parts = [(share, targets)] if share == 1.0 else [(share, targets), (1 - share, targets[other])]
        told = torch.stack([weight * self._told(logits, diagnoses, part) for weight, part in parts]).sum()
        hidden = torch.stack([weight * self._source_loss(source, part) for weight, part in parts]).sum()
        if self.teachers is None:
            return told + hidden
        taught = self._taught(logits, diagnoses, self.teachers(x))
        return (1 - self.recipe.teacher_share) * told + self.recipe.teacher_share * taught + hidden

    def _source_logits(self, embedding: Tensor) -> Tensor | None:
        if not self.recipe.source_weight:
            return None
        return cast(Tensor, self.source_head(_reverse(embedding.float()))).squeeze(-1)

    def _told(self, logits: Tensor, diagnoses: Tensor | None, targets: Targets) -> Tensor:
        """What the labels say: malignant or not, and the diagnosis of those whose diagnosis is known."""
        loss = nn.functional.binary_cross_entropy_with_logits(
            logits, targets.is_malignant, pos_weight=cast(Tensor, self.positive_weight)
        )
        if diagnoses is None:
            return loss
        known = targets.diagnosis != UNKNOWN
        each = nn.functional.cross_entropy(diagnoses, targets.diagnosis, ignore_index=UNKNOWN, reduction="none")
        return loss + self.recipe.diagnosis_weight * _mean_where(known, each)

    def _taught(self, logits: Tensor, diagnoses: Tensor | None, answers: Answers) -> Tensor:
        """What the teachers say of the same pictures."""
        loss = nn.functional.binary_cross_entropy_with_logits(logits, answers.malignant)
        if diagnoses is None or answers.diagnoses is None:
            return loss
        return loss + self.recipe.diagnosis_weight * nn.functional.cross_entropy(diagnoses, answers.diagnoses)

    def _source_loss(self, source: Tensor | None, targets: Targets) -> Tensor:
        if source is None:
            return torch.zeros((), device=targets.is_malignant.device)
        tells = (targets.is_malignant == 1) & targets.is_ham10000.isfinite()
        each = nn.functional.binary_cross_entropy_with_logits(
            source, targets.is_ham10000.nan_to_num(), reduction="none"
        )
        return self.recipe.source_weight * _mean_where(tells, each)


def _mean_where(flags: Tensor, values: Tensor) -> Tensor:
    """The mean of the values (N,) whose flag is set, 0 where none is; without asking the device how many there are."""
    return torch.where(flags, values, 0.0).sum() / flags.sum().clamp(min=1)


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
