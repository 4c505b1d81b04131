"""Augmentation changes the picture, not its kind; it is seeded, and shows skin in the corners."""

import pytest
import torch

from core.imaging.drawn import DrawnLesion, draw_lesion
from core.training.augment import augment_batch, make_augmentation, mix_up


def frames(n: int, side_px: int) -> torch.Tensor:
    pictures = [torch.from_numpy(draw_lesion(DrawnLesion(side_px, side_px, seed=seed))) for seed in range(n)]
    return torch.stack(pictures).permute(0, 3, 1, 2)


@pytest.mark.parametrize("side_px", [64, 224])
def test_shape_and_type_stay(side_px: int) -> None:
    changed = augment_batch(frames(3, side_px), make_augmentation(side_px, 0.65))
    assert changed.shape == (3, 3, side_px, side_px)
    assert changed.dtype == torch.uint8


def test_each_picture_is_changed_on_its_own_and_the_input_is_left_alone() -> None:
    torch.manual_seed(0)
    same = frames(1, 64).repeat(4, 1, 1, 1)
    kept = same.clone()
    changed = augment_batch(same, make_augmentation(64, 0.65))
    assert torch.equal(same, kept)
    assert all(not torch.equal(changed[i], changed[j]) for i in range(4) for j in range(i))


def test_the_same_seed_gives_the_same_pictures() -> None:
    batches = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        batches.append(augment_batch(frames(2, 64), make_augmentation(64, 0.65)))
    assert torch.equal(batches[0], batches[1])
    assert not torch.equal(batches[0], batches[2])


@pytest.mark.parametrize("side_px", [64, 224])
def test_no_corner_turns_black(side_px: int) -> None:
    """Light skin all over stays light all over: black would stand for a dark vignette."""
    torch.manual_seed(0)
    skin = torch.full((24, 3, side_px, side_px), 200, dtype=torch.uint8)
    changed = augment_batch(skin, make_augmentation(side_px, 0.65))
    assert int(changed.min()) >= 127  # the grey of an erased patch; 200 less 25% of brightness is 150


def test_a_lesion_stays_in_the_picture() -> None:
    torch.manual_seed(0)
    changed = augment_batch(frames(8, 128), make_augmentation(128, 0.65)).float().mean(dim=1)
    darkest = changed.flatten(1).quantile(0.02, dim=1)
    skin = changed.flatten(1).median(dim=1).values
    assert (darkest < 0.8 * skin).all()


def test_mixup_blends_inputs_and_labels_by_the_same_share() -> None:
    torch.manual_seed(3)
    labels = torch.tensor([0.0, 1.0, 0.0, 1.0])
    x = labels[:, None, None, None].expand(4, 3, 2, 2).clone()
    mixed, soft = mix_up(x, labels, 0.5)
    assert torch.allclose(mixed[:, 0, 0, 0], soft)
    assert not torch.equal(soft, labels)
    assert soft.min() >= 0
    assert soft.max() <= 1


def test_no_mixup_leaves_the_batch_as_it_is() -> None:
    x, labels = torch.rand(4, 3, 2, 2), torch.tensor([0.0, 1.0, 0.0, 1.0])
    mixed, soft = mix_up(x, labels, 0.0)
    assert mixed is x
    assert soft is labels
