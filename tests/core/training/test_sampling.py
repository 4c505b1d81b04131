"""Balanced draws: half of each class, rare kinds oftener than their share but not as often as common ones."""

import numpy as np
import torch

from core.training.objective import UNKNOWN, Targets
from core.training.sampling import differential_shares, sampling_weights


def test_classes_are_drawn_alike_and_kinds_by_the_root_of_their_number() -> None:
    malignant = torch.tensor([0.0] * 109 + [1.0] * 20)
    kinds = torch.tensor([0] * 100 + [6] * 9 + [1] * 16 + [UNKNOWN] * 4)
    weights = sampling_weights(Targets(malignant, kinds, torch.ones(129)))
    assert weights.sum() == np.float64(1.0)
    shares = [weights[part].sum() for part in (slice(0, 100), slice(100, 109), slice(109, 125), slice(125, 129))]
    np.testing.assert_allclose(shares, [0.5 * 10 / 13, 0.5 * 3 / 13, 0.5 * 4 / 6, 0.5 * 2 / 6])


def test_one_class_alone_takes_all() -> None:
    weights = sampling_weights(Targets(torch.zeros(4), torch.zeros(4, dtype=torch.int64), torch.ones(4)))
    np.testing.assert_allclose(weights, 0.25)


def test_shares_of_the_differential_are_those_of_drawn_epochs_among_known_diagnoses() -> None:
    malignant = torch.tensor([0.0] * 109 + [1.0] * 20)
    kinds = torch.tensor([0] * 100 + [2] * 9 + [1] * 16 + [UNKNOWN] * 4)
    targets = Targets(malignant, kinds, torch.ones(129))
    drawn = np.array([0.5 * 10 / 13, 0.5 * 4 / 6, 0.5 * 3 / 13])
    np.testing.assert_allclose(differential_shares(targets, 3, is_drawn=True), drawn / drawn.sum())
    np.testing.assert_allclose(differential_shares(targets, 3, is_drawn=False), np.array([100, 16, 9]) / 125)


def test_without_a_known_diagnosis_there_are_no_shares() -> None:
    targets = Targets(torch.zeros(4), torch.full((4,), UNKNOWN), torch.ones(4))
    assert differential_shares(targets, 2, is_drawn=True) == [0, 0]
