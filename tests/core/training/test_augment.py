"""Augmentation changes the picture, not its kind; it is seeded, and shows skin in the corners."""

import dataclasses

import pytest
import torch

from core.imaging.drawn import DrawnLesion, draw_lesion
from core.training.augment import _crop_sides, augment_batch, compress, mix_up
from core.training.recipe import Recipe, TrainingSet, default_recipe


def frames(n: int, side_px: int) -> torch.Tensor:
    pictures = [torch.from_numpy(draw_lesion(DrawnLesion(side_px, side_px, seed=seed))) for seed in range(n)]
    return torch.stack(pictures).permute(0, 3, 1, 2)


def recipe(side_px: int) -> Recipe:
    return Recipe(input_px=side_px)


@pytest.mark.parametrize("side_px", [64, 224])
def test_shape_and_type_stay(side_px: int) -> None:
    changed = augment_batch(frames(3, side_px), recipe(side_px))
    assert changed.shape == (3, 3, side_px, side_px)
    assert changed.dtype == torch.uint8


def test_crops_are_drawn_at_the_size_that_training_wants() -> None:
    changed = augment_batch(frames(2, 80), dataclasses.replace(recipe(80), training_px=64))
    assert changed.shape == (2, 3, 64, 64)


def test_each_picture_is_changed_on_its_own_and_the_input_is_left_alone() -> None:
    torch.manual_seed(0)
    same = frames(1, 64).repeat(4, 1, 1, 1)
    kept = same.clone()
    changed = augment_batch(same, recipe(64))
    assert torch.equal(same, kept)
    assert all(not torch.equal(changed[i], changed[j]) for i in range(4) for j in range(i))


def test_the_same_seed_gives_the_same_pictures() -> None:
    batches = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        batches.append(augment_batch(frames(2, 64), recipe(64)))
    assert torch.equal(batches[0], batches[1])
    assert not torch.equal(batches[0], batches[2])


@pytest.mark.parametrize("side_px", [64, 224])
def test_no_corner_turns_black(side_px: int) -> None:
    """Light skin all over stays light all over: black would stand for a dark vignette."""
    torch.manual_seed(0)
    skin = torch.full((24, 3, side_px, side_px), 200, dtype=torch.uint8)
    changed = augment_batch(skin, recipe(side_px))
    assert int(changed.min()) >= 140  # 200 less 25% of brightness is 150


def test_quarter_turns_of_whole_frames_only_move_and_recolour_pixels() -> None:
    torch.manual_seed(0)
    sharp = dataclasses.replace(recipe(64), has_quarter_turns_only=True, smallest_crop=1.0, longest_sides=1.0)
    checks = torch.zeros(1, 3, 64, 64, dtype=torch.uint8)
    checks[..., ::2, ::2] = checks[..., 1::2, 1::2] = 200
    changed = augment_batch(checks.repeat(8, 1, 1, 1), sharp)
    assert all(len(picture[0].unique()) == 2 for picture in changed)
    assert any(len(picture[0].unique()) > 2 for picture in augment_batch(checks.repeat(8, 1, 1, 1), recipe(64)))


def test_a_lesion_stays_in_the_picture() -> None:
    torch.manual_seed(0)
    changed = augment_batch(frames(8, 128), recipe(128)).float().mean(dim=1)
    darkest = changed.flatten(1).quantile(0.02, dim=1)
    skin = changed.flatten(1).median(dim=1).values
    assert (darkest < 0.8 * skin).all()


def test_a_flat_grey_changes_in_brightness_alone() -> None:
    """Contrast turns about the mean, and saturation and hue leave grey as it is."""
    torch.manual_seed(0)
    grey = torch.full((32, 3, 16, 16), 120, dtype=torch.uint8)
    changed = augment_batch(grey, recipe(16)).float()
    assert (changed.amax(dim=(1, 2, 3)) - changed.amin(dim=(1, 2, 3)) <= 1).all()
    assert 120 * 0.75 - 1 <= changed.min() < changed.max() <= 120 * 1.25 + 1


def test_a_crop_never_shows_less_than_the_recipe_allows() -> None:
    torch.manual_seed(0)
    height, width = _crop_sides(10_000, Recipe(smallest_crop=0.5, largest_crop=1.2, longest_sides=1.3))
    area, ratio = height * width, width / height
    assert 0.5 - 1e-4 <= area.min() < 0.51 and 1.19 < area.max() <= 1.2 + 1e-4
    assert 1 / 1.3 - 1e-4 <= ratio.min() < 0.78 and 1.29 < ratio.max() <= 1.3 + 1e-4


def test_a_smaller_crop_shows_less_of_the_picture() -> None:
    """A ramp from 0 to 224 across the picture: its range in the result tells how much of it is seen."""
    torch.manual_seed(0)
    ramp = torch.arange(224, dtype=torch.uint8).expand(64, 3, 224, 224).clone()
    whole = Recipe(input_px=224, smallest_crop=1.0, longest_sides=1.0)
    seen = augment_batch(ramp, whole).float()
    assert (seen.amax(dim=(1, 2, 3)) - seen.amin(dim=(1, 2, 3))).median() > 150
    tight = Recipe(input_px=224, smallest_crop=0.1, longest_sides=1.0)
    closer = augment_batch(ramp, tight).float()
    assert closer.flatten(1).std(dim=1).mean() < seen.flatten(1).std(dim=1).mean()


def test_what_the_clinic_adds_is_off_for_the_published_protocol_and_on_for_the_clinic() -> None:
    published = default_recipe("tf_efficientnet_lite0")
    clinic = default_recipe("tf_efficientnet_lite0", TrainingSet.CLINIC)
    assert (published.artefacts, published.soften, published.colour_cast) == (0.0, 0.0, 0.0)
    assert min(clinic.artefacts, clinic.soften, clinic.colour_cast) > 0


def test_artefacts_are_drawn_over_the_wanted_share() -> None:
    torch.manual_seed(0)
    skin = torch.full((200, 3, 48, 48), 150, dtype=torch.uint8)
    changed = augment_batch(skin, Recipe(input_px=48, artefacts=0.5)).float()
    is_drawn_on = changed.amax(dim=(1, 2, 3)) - changed.amin(dim=(1, 2, 3)) > 8
    assert 0.35 < is_drawn_on.float().mean() < 0.6


def test_a_crop_beyond_the_frame_shows_it_smaller() -> None:
    torch.manual_seed(0)
    whole = dataclasses.replace(recipe(96), smallest_crop=1.0, longest_sides=1.0)
    far = dataclasses.replace(whole, smallest_crop=2.0, largest_crop=2.0)
    spot = torch.full((24, 3, 96, 96), 200, dtype=torch.uint8)
    spot[:, :, 40:56, 40:56] = 20
    n_dark = [float((augment_batch(spot, given).float().mean(dim=1) < 90).sum()) for given in (whole, far)]
    assert n_dark[1] == pytest.approx(n_dark[0] / 2, rel=0.2)  # twice the area is shown


def test_softening_takes_detail_from_a_part_of_the_batch() -> None:
    torch.manual_seed(1)
    noise = torch.randint(0, 255, (1, 3, 64, 64), dtype=torch.uint8).repeat(40, 1, 1, 1)
    steps = augment_batch(noise, Recipe(input_px=64, soften=0.5, smallest_crop=1.0)).float().diff(dim=3).abs()
    roughness = steps.mean(dim=(1, 2, 3))
    assert roughness[:20].mean() < 0.7 * roughness[20:].mean()


def test_a_jpeg_leaves_its_marks_on_the_wanted_share_and_no_more_than_marks() -> None:
    torch.manual_seed(0)
    pictures = frames(1, 64).repeat(60, 1, 1, 1)
    difference = (compress(pictures.clone(), 0.5).float() - pictures.float()).abs().mean(dim=(1, 2, 3))
    assert 0.3 < (difference > 0).float().mean() < 0.7
    assert difference.max() < 12
    assert torch.equal(compress(pictures.clone(), 0.0), pictures)


def test_mixup_blends_inputs_by_the_share_that_it_tells() -> None:
    torch.manual_seed(3)
    labels = torch.tensor([0.0, 1.0, 0.0, 1.0])
    x = labels[:, None, None, None].expand(4, 3, 2, 2).clone()
    mixed, other, share = mix_up(x, 0.5)
    assert torch.allclose(mixed[:, 0, 0, 0], share * labels + (1 - share) * labels[other])
    assert sorted(other.tolist()) == [0, 1, 2, 3]
    assert 0 <= share <= 1


def test_no_mixup_leaves_the_batch_as_it_is() -> None:
    x = torch.rand(4, 3, 2, 2)
    mixed, other, share = mix_up(x, 0.0)
    assert mixed is x
    assert other.tolist() == [0, 1, 2, 3]
    assert share == 1.0
