"""Net benefit by hand, and what must hold of any decision curve."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from core.evaluation.bootstrap import draw_weights
from core.evaluation.decision_curve import RISKS, DecisionCurve, decision_curve

SHARE = 0.25


def drawn(n: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    is_malignant = np.arange(n) % 4 == 0
    probability = 1 / (1 + np.exp(-rng.normal(np.where(is_malignant, 0.6, -2.0), 1.2)))
    return probability, is_malignant, draw_weights(is_malignant, np.arange(n), n_draws=80)


def curve(**changes: object) -> DecisionCurve:
    wanted = {"threshold": 0.4, "prevalence": SHARE, "assumed_share": SHARE} | changes
    return decision_curve(*drawn(), **wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize("i", [0, 9, 24, 49])
def test_at_the_sets_own_share_it_is_true_positives_less_weighed_false_ones(i: int) -> None:
    """Vickers & Elkin 2006: TP / n - FP / n x t / (1 - t), counted by scikit-learn."""
    probability, is_malignant, _ = drawn()
    found, risk = curve(), float(RISKS[i])
    for score_cut, value in ((risk, found.by_risk), (0.4, found.as_served)):
        assert value is not None
        (_, fp), (_, tp) = confusion_matrix(is_malignant, probability >= score_cut)
        assert value.value[i] == pytest.approx((tp - fp * risk / (1 - risk)) / len(probability))


def test_where_the_disease_is_rarer_only_the_mix_changes() -> None:
    probability, is_malignant, _ = drawn()
    called, risk = probability >= 0.4, float(RISKS[9])
    wanted = 0.05 * called[is_malignant].mean() - 0.95 * called[~is_malignant].mean() * risk / (1 - risk)
    assert curve(prevalence=0.05).as_served.value[9] == pytest.approx(wanted)


def test_sending_all_is_worth_nothing_at_a_risk_of_the_prevalence() -> None:
    found = curve(prevalence=0.10)
    assert found.all_sent[RISKS == 0.10] == pytest.approx(0.0, abs=1e-12)
    assert (np.diff(found.all_sent) < 0).all()


def test_the_interval_holds_the_value() -> None:
    found = curve()
    assert found.by_risk is not None
    for each in (found.by_risk, found.as_served):
        assert (each.low <= each.value).all() and (each.value <= each.high).all()


def test_a_useless_score_is_useful_nowhere() -> None:
    probability, is_malignant, weights = drawn()
    nothing = decision_curve(
        np.zeros_like(probability), is_malignant, weights, threshold=0.5, prevalence=0.2, assumed_share=None
    )
    assert nothing.useful_from is None
    assert nothing.by_risk is None


def test_it_is_useful_from_a_low_to_a_higher_risk() -> None:
    found = curve().useful_from
    assert found is not None and 0.01 <= found[0] < found[1] <= 0.5


@pytest.mark.parametrize("prevalence", [0.0, 1.0])
def test_a_prevalence_of_nothing_or_all_is_refused(prevalence: float) -> None:
    with pytest.raises(ValueError, match="prevalence"):
        curve(prevalence=prevalence)
