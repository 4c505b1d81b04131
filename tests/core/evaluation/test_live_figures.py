"""Figures of a practice's own confirmed cases."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, precision_score, recall_score

from core.evaluation.advice import MIN_MALIGNANT, advise_threshold
from core.evaluation.live_figures import MIN_CONFIRMED, ConfirmedCases, measure_live


def cases(n: int, seed: int = 0) -> ConfirmedCases:
    rng = np.random.default_rng(seed)
    is_malignant = np.arange(n) % 3 == 0
    probability = np.clip(rng.normal(np.where(is_malignant, 0.7, 0.3), 0.2), 0.01, 0.99)
    return ConfirmedCases(probability, probability >= 0.5, probability < 0.2, is_malignant, np.arange(n))


def test_below_thirty_confirmed_cases_nothing_is_said() -> None:
    assert measure_live(cases(MIN_CONFIRMED - 1)) is None
    assert measure_live(cases(MIN_CONFIRMED), n_draws=20) is not None


def test_figures_are_those_of_the_stored_bands() -> None:
    given = cases(240)
    found = measure_live(given, n_draws=50)
    assert found is not None
    label, called = given.is_malignant, given.is_referred
    assert (found.n, found.n_malignant, found.n_referred) == (240, 80, int(called.sum()))
    for figure, wanted in (
        (found.sensitivity, recall_score(label, called)),
        (found.specificity, recall_score(label, called, pos_label=0)),
        (found.positive_predictive_value, precision_score(label, called)),
        (found.negative_predictive_value, precision_score(label, called, pos_label=0)),
        (found.brier, brier_score_loss(label, given.probability)),
    ):
        assert figure is not None
        assert figure.value == pytest.approx(wanted)
        assert figure.low <= figure.value <= figure.high


def test_cases_of_benign_lesions_alone_have_no_sensitivity() -> None:
    given = cases(60)
    benign = ConfirmedCases(
        given.probability, given.is_referred, given.is_no_concern, np.zeros(60, dtype=np.bool_), given.groups
    )
    found = measure_live(benign, n_draws=20)
    assert found is not None and found.sensitivity is None and found.specificity is not None


def test_several_cases_of_one_lesion_make_no_narrower_interval() -> None:
    once = cases(60)
    thrice = ConfirmedCases(*(np.repeat(getattr(once, name), 3) for name in ConfirmedCases.__slots__))
    a, b = measure_live(once, n_draws=300), measure_live(thrice, n_draws=300)
    assert a is not None and b is not None and a.sensitivity and b.sensitivity
    assert b.sensitivity.high - b.sensitivity.low == pytest.approx(a.sensitivity.high - a.sensitivity.low, rel=0.15)


@pytest.mark.parametrize(
    ("name", "sensitivity", "specificity"),
    [("positive_predictive_value", 0.9, 0.5), ("negative_predictive_value", 0.5, 0.9)],
)
def test_an_interval_of_a_predictive_value_holds_the_true_one(
    name: str, sensitivity: float, specificity: float
) -> None:
    """300 practices of 200 cases, half malignant by chance: draws that held that share fixed covered 74% and 78%."""
    rng, n = np.random.default_rng(3), 200
    truth = 0.9 / (0.9 + 0.5)  # of the called ones, and by symmetry of the others
    covered = []
    for _ in range(300):
        is_malignant = rng.random(n) < 0.5
        is_referred = rng.random(n) < np.where(is_malignant, sensitivity, 1 - specificity)
        probability = np.where(is_referred, 0.9, 0.1)
        given = ConfirmedCases(probability, is_referred, ~is_referred, is_malignant, np.arange(n))
        figure = getattr(measure_live(given, n_draws=200), name)
        covered.append(figure.low <= truth <= figure.high)
    assert np.mean(covered) >= 0.9


def test_below_a_hundred_malignant_cases_no_threshold_is_advised() -> None:
    given = cases(3 * MIN_MALIGNANT - 3)
    assert advise_threshold(given.probability, given.is_malignant, given.groups) is None


def test_the_advised_threshold_finds_ninety_five_per_cent_and_none_higher_does() -> None:
    given = cases(600)
    advice = advise_threshold(given.probability, given.is_malignant, given.groups, n_draws=200)
    assert advice is not None
    scores = given.probability[given.is_malignant]
    assert (scores >= advice.threshold.value).mean() >= 0.95 > (scores > advice.threshold.value).mean()
    assert advice.threshold.low < advice.threshold.value < advice.threshold.high
    assert (advice.n_malignant, advice.n_benign) == (200, 400)
    called = given.probability >= advice.threshold.value
    assert advice.specificity and advice.specificity.value == pytest.approx(1 - called[~given.is_malignant].mean())
