"""The prior-shift formula against Bayes' rule on two normal distributions."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from core.evaluation.prior_shift import correct_prior


def posterior(x: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    malignant, benign = share * norm.pdf(x, 1), (1 - share) * norm.pdf(x, -1)
    return np.asarray(malignant / (malignant + benign), dtype=np.float64)


@pytest.mark.parametrize("share", [0.066, 0.165, 0.9])
def test_the_correction_turns_the_posterior_at_one_share_into_that_at_another(share: float) -> None:
    x = np.linspace(-4, 4, 41)
    corrected = correct_prior(posterior(x, 0.45), assumed_share=0.45, set_share=share)
    assert corrected == pytest.approx(posterior(x, share))


def test_the_same_share_changes_nothing_and_certainty_stays() -> None:
    probability = np.array([0.0, 0.2, 0.7, 1.0])
    assert correct_prior(probability, assumed_share=0.3, set_share=0.3) == pytest.approx(probability)
    assert correct_prior(probability, assumed_share=0.5, set_share=0.1)[[0, 3]].tolist() == [0, 1]


def test_there_and_back_is_where_it_began() -> None:
    probability = np.linspace(0.01, 0.99, 9)
    there = correct_prior(probability, assumed_share=0.45, set_share=0.1)
    assert correct_prior(there, assumed_share=0.1, set_share=0.45) == pytest.approx(probability)
    assert (there < probability).all()


@pytest.mark.parametrize(("assumed", "share"), [(0.0, 0.5), (0.5, 1.0), (1.2, 0.5)])
def test_a_share_of_nothing_or_everything_is_refused(assumed: float, share: float) -> None:
    with pytest.raises(ValueError, match=r"inside \(0, 1\)"):
        correct_prior(np.array([0.5]), assumed_share=assumed, set_share=share)
