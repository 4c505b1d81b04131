"""The training loop: epochs of AdamW on binary cross-entropy, averaged weights, early stopping, checkpoints."""

import copy
import json
import math
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from timm.utils import ModelEmaV3
from torch import Tensor, nn
from tqdm import tqdm

from core.classifier.network import BackboneNetwork, Network
from core.data.splits import Split
from core.imaging.orientation import orient_frames
from core.training.augment import augment_batch, mix_up
from core.training.depthwise import FastDepthwiseGradients
from core.training.objective import Objective, Targets, Teachers
from core.training.precision import mixed_precision
from core.training.recipe import Recipe
from core.training.sampling import sampling_weights

_STEPS_TOLD = 20  # reading a loss waits for the device


@dataclass(frozen=True, slots=True)
class Epoch:
    """One row of the training curve; losses are binary cross-entropy per image."""

    epoch: int
    learning_rate: float
    train_loss: float
    validation_loss: float
    validation_roc_auc: float
    validation_accuracy: float
    seconds: float


@dataclass(slots=True)
class Progress:
    """What a checkpoint keeps beside the tensors."""

    curve: list[Epoch] = field(default_factory=list)
    best_epoch: int = 0
    best_roc_auc: float = -1.0

    @property
    def next_epoch(self) -> int:
        """The epoch to train next, counted from 1."""
        return len(self.curve) + 1


class Trainer:
    """Trains one network on frames that lie in memory; `run` resumes from the checkpoint where there is one."""

    def __init__(
        self,
        network: Network,
        recipe: Recipe,
        frames: NDArray[np.uint8],
        targets: Targets,
        split: Split,
        checkpoint: Path,
        teachers: Teachers | None = None,
    ) -> None:
        self.recipe = recipe
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        if recipe.is_backbone_frozen and isinstance(network, BackboneNetwork):
            network.backbone.requires_grad_(False)
        self.averaged = ModelEmaV3(self.network, decay=recipe.ema_decay, use_warmup=True)
        self.frames, self.targets, self.split = frames, targets, split
        self.checkpoint = checkpoint
        self.progress = Progress()
        self.best_state = copy.deepcopy(self.averaged.module.state_dict())
        self.objective = Objective(self.network.n_embedding, self._positive_weight(), recipe, teachers).to(self.device)
        self.optimiser = torch.optim.AdamW(
            [*_decay_groups(self.network, recipe.weight_decay), {"params": list(self.objective.parameters())}],
            lr=recipe.learning_rate,
            betas=(0.9, 0.99),
        )
        self.steps_per_epoch = max(1, (recipe.images_per_epoch or len(split.train)) // recipe.batch_size)

    def run(self, report: Callable[[Epoch], None] = lambda epoch: None) -> Progress:
        """Train to the last epoch, or until validation ROC-AUC has not risen for `patience` epochs."""
        self._resume()
        while self.progress.next_epoch <= self.recipe.epochs and not self._is_stalled():
            row = self._train_epoch(self.progress.next_epoch)
            self.progress.curve.append(row)
            if row.validation_roc_auc > self.progress.best_roc_auc:
                self.progress.best_roc_auc, self.progress.best_epoch = row.validation_roc_auc, row.epoch
                self.best_state = copy.deepcopy(self.averaged.module.state_dict())
            self._save_checkpoint()
            report(row)
        self.network.load_state_dict(self.best_state)
        return self.progress

    def _train_epoch(self, epoch: int) -> Epoch:
        started = time.perf_counter()
        torch.manual_seed(self.recipe.seed * 10_000 + epoch)  # per epoch, so that a resumed run draws the same
        order = self._draw_order(np.random.default_rng((self.recipe.seed, epoch)))
        losses: list[Tensor] = []
        bar = tqdm(range(self.steps_per_epoch), desc=f"epoch {epoch}/{self.recipe.epochs}", unit="step", leave=False)
        self._set_training_mode()
        for step in bar:
            picked = order[step * self.recipe.batch_size : (step + 1) * self.recipe.batch_size]
            losses.append(self._train_step((epoch - 1) * self.steps_per_epoch + step, picked))
            if step % _STEPS_TOLD == 0:
                bar.set_postfix(loss=f"{float(losses[-1]):.3f}")
        return self._measure(epoch, float(torch.stack(losses).mean()), started)

    def _set_training_mode(self) -> None:
        self.network.train()
        if self.recipe.is_backbone_frozen and isinstance(self.network, BackboneNetwork):
            self.network.backbone.eval()  # its batch statistics stay those of ImageNet, too

    def _train_step(self, step: int, picked: NDArray[np.int64]) -> Tensor:
        for group in self.optimiser.param_groups:
            group["lr"] = self._learning_rate_at(step)
        x = self._to_input(augment_batch(self._frames_of(picked), self.recipe))
        x, other, share = mix_up(x, self.recipe.mixup)
        with FastDepthwiseGradients() if self.device.type == "cpu" else nullcontext():
            loss: Tensor = self.objective(self.network, x, self.targets[picked].to(self.device), other, share)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)  # a rare step of a bf16 run is far too long
        self.optimiser.step()
        self.averaged.update(self.network, step=step)
        return loss.detach()

    def _measure(self, epoch: int, train_loss: float, started: float) -> Epoch:
        logits = self.validation_logits(self.averaged.module)
        truth = self.targets.is_malignant[list(self.split.validation)]
        return Epoch(
            epoch=epoch,
            learning_rate=self._learning_rate_at(epoch * self.steps_per_epoch - 1),
            train_loss=train_loss,
            validation_loss=float(nn.functional.binary_cross_entropy_with_logits(logits, truth)),
            validation_roc_auc=float(roc_auc_score(truth.numpy(), logits.numpy())),
            validation_accuracy=float(((logits >= 0) == (truth == 1)).float().mean()),
            seconds=time.perf_counter() - started,
        )

    def validation_logits(self, network: nn.Module) -> Tensor:
        """Logits (N,) of the validation part as the network is given it in use, in the split's order; bf16 as in
        training."""
        network.eval()
        logits = []
        with torch.inference_mode(), mixed_precision(self.device):
            for start in range(0, len(self.split.validation), 64):
                picked = np.array(self.split.validation[start : start + 64])
                logits.append(network(self._to_input(self._frames_of(picked, self.recipe.is_oriented))).float().cpu())
        return torch.cat(logits).clone()

    def _frames_of(self, picked: NDArray[np.int64], is_oriented: bool = False) -> Tensor:
        """Frames uint8 (N, 3, H, W) RGB on the device, as they lie or the one way up."""
        frames = orient_frames(self.frames[picked])[0] if is_oriented else self.frames[picked]
        return torch.from_numpy(frames).to(self.device).permute(0, 3, 1, 2)

    def _to_input(self, frames: Tensor) -> Tensor:
        """The same arithmetic as `normalise_frames`, on the device."""
        scale, shift = (
            torch.from_numpy(v).to(self.device)[:, None, None] for v in self.recipe.frame_rule.scale_and_shift
        )
        return (frames.float() * scale - shift).contiguous(memory_format=torch.channels_last)

    def _learning_rate_at(self, step: int) -> float:
        warmup = self.recipe.warmup_epochs * self.steps_per_epoch
        total = self.recipe.epochs * self.steps_per_epoch
        if step < warmup:
            return self.recipe.learning_rate * (step + 1) / warmup
        done = (step - warmup) / max(1.0, total - warmup)
        return self.recipe.learning_rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))

    def _draw_order(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Positions of an epoch's images: each once, or, where the recipe names a number, drawn by their weight."""
        train = np.asarray(self.split.train)
        if self.recipe.images_per_epoch is None:
            return np.asarray(rng.permutation(train))
        weights = sampling_weights(self.targets[list(self.split.train)])
        return np.asarray(rng.choice(train, size=self.recipe.images_per_epoch, p=weights))

    def _positive_weight(self) -> Tensor:
        """Benign over malignant images in train, so that both classes weigh the same; drawn images do already."""
        if self.recipe.images_per_epoch is not None:
            return torch.tensor(1.0)
        labels = self.targets.is_malignant[list(self.split.train)]
        return (labels == 0).sum() / (labels == 1).sum().clamp(min=1)

    def _is_stalled(self) -> bool:
        return len(self.progress.curve) - self.progress.best_epoch >= self.recipe.patience

    def _save_checkpoint(self) -> None:
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(
            {
                "recipe": self._recipe_text(),
                "network": self.network.state_dict(),
                "averaged": self.averaged.module.state_dict(),
                "objective": self.objective.state_dict(),
                "best": self.best_state,
                "optimiser": self.optimiser.state_dict(),
                "curve": [asdict(row) for row in self.progress.curve],
                "best_epoch": self.progress.best_epoch,
                "best_roc_auc": self.progress.best_roc_auc,
            },
            partial,
        )
        partial.replace(self.checkpoint)

    def _recipe_text(self) -> str:
        return json.dumps(asdict(self.recipe), sort_keys=True)

    def _resume(self) -> None:
        if not self.checkpoint.is_file():
            return
        kept: dict[str, Any] = torch.load(self.checkpoint, map_location="cpu", weights_only=True)
        if kept["recipe"] != self._recipe_text():
            raise ValueError(f"{self.checkpoint} is of another recipe; delete it, or give the same options")
        self.network.load_state_dict(kept["network"])
        self.averaged.module.load_state_dict(kept["averaged"])
        self.objective.load_state_dict(kept["objective"])
        self.best_state = kept["best"]
        self.optimiser.load_state_dict(kept["optimiser"])
        rows = [Epoch(**row) for row in kept["curve"]]
        self.progress = Progress(rows, kept["best_epoch"], kept["best_roc_auc"])


def _decay_groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Weight decay for matrices and kernels only, not for biases and normalisation."""
    decayed = [p for p in network.parameters() if p.ndim > 1]
    free = [p for p in network.parameters() if p.ndim <= 1]
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": free, "weight_decay": 0.0}]
