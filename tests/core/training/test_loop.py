"""Epochs, checkpoints and their end: what is resumed gives the same weights as what was never interrupted."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.classifier.network import LesionCNN, build_network
from core.data.splits import Split
from core.imaging.drawn import DrawnLesion, draw_lesion
from core.training.loop import Epoch, Trainer
from core.training.objective import UNKNOWN, Targets
from core.training.recipe import Recipe, TrainingSet, default_recipe

RECIPE = Recipe(
    architecture="lesion_cnn",
    epochs=3,
    batch_size=4,
    learning_rate=1e-3,
    patience=3,
    drop_path=0.0,
    is_pretrained=False,
    input_px=32,
)
SPLIT = Split(train=tuple(range(9)), validation=(9, 10, 11))
IS_MALIGNANT = np.array([False, True, False] * 4)
TARGETS = Targets(
    is_malignant=torch.from_numpy(IS_MALIGNANT.astype(np.float32)),
    diagnosis=torch.where(torch.from_numpy(IS_MALIGNANT), UNKNOWN, 0),
    is_ham10000=torch.ones(len(IS_MALIGNANT)),
)


@pytest.fixture(scope="module")
def frames() -> NDArray[np.uint8]:
    return np.stack(
        [draw_lesion(DrawnLesion(32, 32, irregularity=0.4 * dark, seed=n)) for n, dark in enumerate(IS_MALIGNANT)]
    )


def make_trainer(frames: NDArray[np.uint8], checkpoint: Path, recipe: Recipe = RECIPE) -> Trainer:
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(1)
    n_diagnoses = 7 if recipe.diagnosis_weight else 0
    network = build_network(
        recipe.architecture, dropout=recipe.dropout, drop_path=recipe.drop_path, n_diagnoses=n_diagnoses
    )
    return Trainer(network, recipe, frames, TARGETS, SPLIT, checkpoint)


class _Interrupted(Exception):
    """Stands for the power cut."""


def stop_after(epoch: int) -> object:
    def report(row: Epoch) -> None:
        if row.epoch == epoch:
            raise _Interrupted

    return report


def scripted(trainer: Trainer, scores: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the trainer epochs that end with these validation scores, and weights that tell which epoch it was."""

    def train_epoch(epoch: int) -> Epoch:
        with torch.no_grad():
            trainer.averaged.module.head.bias.fill_(float(epoch))
        return Epoch(epoch, 1e-3, 0.5, 0.5, scores[epoch - 1], 0.5, 1.0)

    monkeypatch.setattr(trainer, "_train_epoch", train_epoch)


BACKBONE_FOR_THE_CLINIC = dataclasses.replace(
    default_recipe("tf_efficientnet_lite0", TrainingSet.CLINIC),
    epochs=2,
    batch_size=4,
    images_per_epoch=8,
    is_pretrained=False,
    input_px=32,
)


@pytest.mark.parametrize("recipe", [RECIPE, BACKBONE_FOR_THE_CLINIC], ids=lambda recipe: recipe.architecture)
def test_a_resumed_training_gives_the_weights_of_an_uninterrupted_one(
    frames: NDArray[np.uint8], tmp_path: Path, recipe: Recipe
) -> None:
    whole = make_trainer(frames, tmp_path / "whole" / "checkpoint.pt", recipe)
    whole.run()
    with pytest.raises(_Interrupted):
        make_trainer(frames, tmp_path / "cut" / "checkpoint.pt", recipe).run(stop_after(1))  # type: ignore[arg-type]
    resumed = make_trainer(frames, tmp_path / "cut" / "checkpoint.pt", recipe)
    resumed.run()
    without_time = [
        [dataclasses.replace(row, seconds=0.0) for row in trainer.progress.curve] for trainer in (whole, resumed)
    ]
    assert without_time[0] == without_time[1]
    expected = whole.network.state_dict()
    for name, tensor in resumed.network.state_dict().items():
        assert torch.allclose(tensor.double(), expected[name].double(), rtol=0, atol=1e-6), name


def test_a_finished_training_is_not_trained_again(frames: NDArray[np.uint8], tmp_path: Path) -> None:
    first = make_trainer(frames, tmp_path / "checkpoint.pt")
    first.run()
    again = make_trainer(frames, tmp_path / "checkpoint.pt")
    progress = again.run(lambda row: pytest.fail("trained on"))
    assert progress == first.progress
    assert all(torch.equal(a, b) for a, b in zip(first.network.parameters(), again.network.parameters(), strict=True))


def test_a_checkpoint_of_another_recipe_is_refused(frames: NDArray[np.uint8], tmp_path: Path) -> None:
    make_trainer(frames, tmp_path / "checkpoint.pt", dataclasses.replace(RECIPE, epochs=1)).run()
    with pytest.raises(ValueError, match="is of another recipe"):
        make_trainer(frames, tmp_path / "checkpoint.pt").run()


def test_a_checkpoint_that_is_half_written_is_not_taken_for_one(frames: NDArray[np.uint8], tmp_path: Path) -> None:
    (tmp_path / "checkpoint.partial").write_bytes(b"half")
    trainer = make_trainer(frames, tmp_path / "checkpoint.pt", dataclasses.replace(RECIPE, epochs=1))
    assert len(trainer.run().curve) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_training_stops_when_validation_no_longer_rises_and_keeps_the_best(
    frames: NDArray[np.uint8], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = dataclasses.replace(RECIPE, epochs=9, patience=2)
    trainer = make_trainer(frames, tmp_path / "checkpoint.pt", recipe)
    scripted(trainer, [0.6, 0.8, 0.7, 0.8, 0.99], monkeypatch)  # as good as the best is no rise
    progress = trainer.run()
    assert (len(progress.curve), progress.best_epoch, progress.best_roc_auc) == (4, 2, 0.8)
    assert trainer.network.head.bias.item() == 2.0


def test_early_stopping_still_holds_after_a_resumption(
    frames: NDArray[np.uint8], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = dataclasses.replace(RECIPE, epochs=9, patience=2)
    first = make_trainer(frames, tmp_path / "checkpoint.pt", recipe)
    scripted(first, [0.8, 0.7], monkeypatch)
    with pytest.raises(_Interrupted):
        first.run(stop_after(2))  # type: ignore[arg-type]
    second = make_trainer(frames, tmp_path / "checkpoint.pt", recipe)
    scripted(second, [0.0, 0.0, 0.75, 0.99], monkeypatch)
    assert len(second.run().curve) == 3
    assert second.network.head.bias.item() == 1.0


def test_validation_sees_frames_the_way_up_of_their_use(frames: NDArray[np.uint8], tmp_path: Path) -> None:
    oriented = dataclasses.replace(RECIPE, is_oriented=True)
    for recipe, is_same in ((oriented, True), (RECIPE, False)):
        logits = [
            trainer.validation_logits(trainer.network)
            for trainer in (make_trainer(turned, tmp_path / "none.pt", recipe) for turned in (frames, frames[:, ::-1]))
        ]
        assert torch.equal(*logits) == is_same


def test_the_learning_rate_rises_linearly_and_falls_as_a_cosine(frames: NDArray[np.uint8], tmp_path: Path) -> None:
    recipe = dataclasses.replace(RECIPE, epochs=11, warmup_epochs=1.0, batch_size=1, learning_rate=0.1)
    trainer = make_trainer(frames, tmp_path / "checkpoint.pt", recipe)
    rates = [trainer._learning_rate_at(step) for step in range(99)]  # 9 steps per epoch
    assert rates[:9] == pytest.approx([0.1 * n / 9 for n in range(1, 10)])
    assert rates[9] == pytest.approx(0.1)
    assert rates[9 + 45] == pytest.approx(0.1 * (0.01 + 0.99 / 2))  # half of the way down
    assert rates[9:] == sorted(rates[9:], reverse=True)
    assert trainer._learning_rate_at(99) == pytest.approx(0.001)
    assert trainer._learning_rate_at(500) == pytest.approx(0.001)


def test_the_steps_use_the_schedule(frames: NDArray[np.uint8], tmp_path: Path) -> None:
    trainer = make_trainer(frames, tmp_path / "checkpoint.pt")
    curve = trainer.run().curve
    assert [row.learning_rate for row in curve] == [trainer._learning_rate_at(2 * n - 1) for n in (1, 2, 3)]
    assert {group["lr"] for group in trainer.optimiser.param_groups} == {trainer._learning_rate_at(5)}


def test_the_rarer_class_weighs_more_in_the_loss(frames: NDArray[np.uint8], tmp_path: Path) -> None:
    trainer = make_trainer(frames, tmp_path / "checkpoint.pt")
    assert trainer.objective.state_dict()["positive_weight"].item() == 6 / 3  # of the train part alone
    drawn = dataclasses.replace(RECIPE, images_per_epoch=8)
    balanced = make_trainer(frames, tmp_path / "drawn.pt", drawn)
    assert balanced.objective.state_dict()["positive_weight"].item() == 1.0


def test_drawn_epochs_have_the_wanted_length_and_show_both_classes_alike(
    frames: NDArray[np.uint8], tmp_path: Path
) -> None:
    trainer = make_trainer(frames, tmp_path / "c.pt", dataclasses.replace(RECIPE, images_per_epoch=4000))
    order = trainer._draw_order(np.random.default_rng(0))
    assert len(order) == 4000
    assert set(order) == set(SPLIT.train)
    assert IS_MALIGNANT[order].mean() == pytest.approx(0.5, abs=0.05)
    assert trainer.steps_per_epoch == 1000


def test_only_kernels_and_matrices_decay(frames: NDArray[np.uint8], tmp_path: Path) -> None:
    decayed, free, head = make_trainer(frames, tmp_path / "checkpoint.pt").optimiser.param_groups
    assert (decayed["weight_decay"], free["weight_decay"], head["weight_decay"]) == (0.02, 0.0, 0.01)
    assert {parameter.ndim for parameter in free["params"]} == {1}
    assert min(parameter.ndim for parameter in decayed["params"]) == 2
    n = len(decayed["params"]) + len(free["params"])
    assert n == len(list(LesionCNN().parameters()))


def test_training_fits_what_it_sees(frames: NDArray[np.uint8], tmp_path: Path) -> None:
    recipe = dataclasses.replace(RECIPE, epochs=30, patience=30, dropout=0.0)
    curve = make_trainer(frames, tmp_path / "checkpoint.pt", recipe).run().curve
    losses = [row.train_loss for row in curve]
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:5])


def test_recipes_differ_by_kind_of_network() -> None:
    cnn, backbone = default_recipe("lesion_cnn"), default_recipe("tf_efficientnet_lite0")
    assert (cnn.is_pretrained, backbone.is_pretrained) == (False, True)
    assert cnn.learning_rate > backbone.learning_rate
    assert backbone.frame_rule.mean == cnn.frame_rule.mean == (0.5, 0.5, 0.5)
    assert default_recipe("resnet18").frame_rule.mean == (0.485, 0.456, 0.406)
    assert (backbone.frame_rule.height_px, backbone.frame_rule.width_px) == (224, 224)


@pytest.mark.parametrize("training_set", TrainingSet)
def test_the_small_network_is_given_nothing_that_it_lacks(training_set: TrainingSet) -> None:
    recipe = default_recipe("lesion_cnn", training_set)
    assert (recipe.is_pretrained, recipe.diagnosis_weight, recipe.drop_path) == (False, 0.0, 0.0)
    assert recipe.training_set is training_set
