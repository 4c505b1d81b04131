"""How often a band changes, with scorers whose answer is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evaluation.calibration import calibrate
from core.evaluation.operating_points import OperatingPoints, band_of
from core.evaluation.perturbations import PERTURBATIONS, Family
from core.evaluation.robustness import average_logits, band_numbers, count_changes, measure_robustness, score_perturbed
from core.taxonomy import Band
from tests.core.evaluation.conftest import StubScorer, make_card

POINTS = OperatingPoints(refer=0.6, no_concern=0.3)
NAMES = {family: [each.name for each in PERTURBATIONS if each.family is family] for family in Family}
CARD = make_card()


def make_frames(n: int = 40) -> NDArray[np.uint8]:
    """Left halves dark, right halves bright."""
    frames = np.full((n, 32, 32, 3), 60, dtype=np.uint8)
    frames[:, :, 16:] = 180
    return frames


def right_minus_left(frames: NDArray[np.uint8]) -> NDArray[np.float64]:
    values = frames[..., 0].astype(np.float64)
    return np.asarray((values[:, :, 16:].mean(axis=(1, 2)) - values[:, :, :16].mean(axis=(1, 2))) / 10)


def test_a_scorer_of_the_mean_colour_does_not_care_for_flips_and_turns() -> None:
    robustness = measure_robustness(
        StubScorer(lambda frames: frames.mean(axis=(1, 2, 3)) - 115, CARD), make_frames(), POINTS
    )
    symmetry = robustness.families[Family.SYMMETRY]
    assert robustness.n == 40
    assert (symmetry.mean_share.value, symmetry.mean_share.low) == (0, 0)
    assert 0.05 < symmetry.mean_share.high < 0.12  # Wilson for 0 of 40
    assert symmetry.any_share.value == 0
    assert robustness.families[Family.MILD].by_perturbation["darker"].value == 1
    assert robustness.families[Family.MILD].by_perturbation["blurred"].value == 0


def test_a_scorer_that_looks_to_one_side_changes_under_what_moves_that_side() -> None:
    robustness = measure_robustness(StubScorer(right_minus_left, CARD), make_frames(), POINTS)
    symmetry, mild = (robustness.families[family] for family in Family)
    kept = {name for name, share in symmetry.by_perturbation.items() if share.value == 0}
    assert kept == {"flip_top_bottom"}
    assert symmetry.mean_share.value == pytest.approx(6 / 7)
    assert symmetry.any_share.value == 1
    assert mild.mean_share.value == 0


def test_the_mean_share_is_the_mean_over_the_perturbations_and_any_counts_an_image_once() -> None:
    logits = np.zeros(50)  # indeterminate
    perturbed = {name: logits.copy() for name in NAMES[Family.MILD]}
    perturbed["blurred"][:10] = 9  # refer
    perturbed["jpeg"][5:20] = -9  # no concern
    mild = count_changes(logits, perturbed, 1.0, POINTS).families[Family.MILD]
    assert (mild.by_perturbation["blurred"].value, mild.by_perturbation["jpeg"].value) == (0.2, 0.3)
    assert mild.mean_share.value == pytest.approx(0.5 / 6)
    assert mild.any_share.value == pytest.approx(0.4)
    assert mild.any_share.low < 0.4 < mild.any_share.high
    assert list(mild.by_perturbation) == NAMES[Family.MILD]


def test_a_family_that_was_not_scored_whole_is_left_out() -> None:
    logits = np.zeros(5)
    assert count_changes(logits, {"jpeg": logits}, 1.0, POINTS).families == {}


def test_several_images_of_one_lesion_widen_the_interval() -> None:
    logits = np.zeros(120)
    perturbed = {name: np.where(np.arange(120) < 30, 9.0, 0.0) for name in NAMES[Family.MILD]}
    alone = count_changes(logits, perturbed, 1.0, POINTS).families[Family.MILD].mean_share
    grouped = count_changes(logits, perturbed, 1.0, POINTS, np.arange(120) // 6).families[Family.MILD].mean_share
    assert grouped.value == alone.value == 0.25
    assert grouped.high - grouped.low > 1.8 * (alone.high - alone.low)


def test_bands_are_those_of_the_app_on_the_calibrated_scale() -> None:
    probability = np.array([0.0, 0.29, 0.3, 0.59, 0.6, 1.0])
    order = [Band.NO_CONCERN, Band.INDETERMINATE, Band.REFER]
    assert band_numbers(probability, POINTS).tolist() == [order.index(band_of(p, POINTS)) for p in probability]
    hot = np.array([1.0])
    changed = count_changes(hot, dict.fromkeys(NAMES[Family.MILD], hot * 0), 2.0, POINTS).families[Family.MILD]
    assert calibrate(hot, 2.0)[0] > 0.6
    assert changed.mean_share.value == 1


def test_an_average_over_flips_and_turns_cancels_what_depends_on_the_side() -> None:
    frames = make_frames(3)
    scorer = StubScorer(right_minus_left, CARD)
    averaged = average_logits(scorer.logits(frames), score_perturbed(scorer, frames))
    assert np.abs(averaged).max() < 1e-9 < np.abs(scorer.logits(frames)).min()
