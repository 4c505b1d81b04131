"""Figures and tests against statsmodels, and against what two packages printed that cannot be installed beside torch.

`confidenceinterval` 1.0.5 and `MLstatkit` 0.1.91 ran once in an environment of their own (numpy 2.4.6) on the scores of
`make_scores`: `roc_auc_score(labels, first)` (DeLong), `tpr_score`, `tnr_score`, `ppv_score`, `npv_score` and
`accuracy_score(labels, first >= 0.5, method="wilson")`, and `Delong_test(labels, first, second)`.
"""

import numpy as np
import pytest
from numpy.typing import NDArray
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from core.domain import ReadOutcome
from core.evaluation.agreement import RANKS, measure_agreement
from core.evaluation.bootstrap import draw_weights, measure
from core.evaluation.drift import holm
from core.evaluation.metrics import ranking_statistic, threshold_statistic
from core.evaluation.paired_tests import delong_test, mcnemar_test
from core.evaluation.wilson import wilson_interval

N, THRESHOLD = 240, 0.5
SHARES = {  # of confidenceinterval, with Wilson's interval
    "sensitivity": (0.791208790339331, 0.6967681450525728, 0.862059193318519),
    "specificity": (0.731543623670105, 0.655227311177059, 0.7962208792052856),
    "precision": (0.6428571422831633, 0.5507355016059547, 0.7255041135177758),
    "accuracy": (0.7541666666666667, 0.6959703060101055, 0.8043547846862689),
}
ROC_AUC = (0.83981115, 0.788885412301163, 0.8907368802174527)  # of confidenceinterval, with DeLong's interval
DELONG_Z, DELONG_P, DELONG_VARIANCE = -1.272851545489708, 0.20307072614284782, 0.0016007242929131902  # of MLstatkit
DELONG_AUCS = (0.8398111955158936, 0.788885611033262)

Scores = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]


def make_scores() -> Scores:
    """Two scores of the same 240 images, and their labels."""
    rng = np.random.default_rng(3)
    is_malignant = rng.random(N) < 0.4
    first, second = (np.clip(rng.normal(0.35 + gain * is_malignant, 0.2), 0, 1) for gain in (0.3, 0.2))
    return first, second, is_malignant


@pytest.mark.parametrize(("n_hits", "n"), [(0, 30), (1, 31), (17, 30), (94, 100), (300, 300)])
def test_wilsons_interval_is_statsmodels(n_hits: int, n: int) -> None:
    found = wilson_interval(n_hits, n)
    assert [float(end) for end in found] == pytest.approx(proportion_confint(n_hits, n, method="wilson"), abs=1e-12)


@pytest.mark.parametrize(("n_first", "n_second"), [(1, 9), (7, 3), (40, 60), (5, 5), (0, 4)])
def test_mcnemars_p_is_statsmodels(n_first: int, n_second: int) -> None:
    first = np.array([True] * n_first + [False] * n_second + [True] * 30 + [False] * 6)
    second = np.array([False] * n_first + [True] * n_second + [True] * 30 + [False] * 6)
    expected = mcnemar([[30, n_first], [n_second, 6]], exact=True)
    assert mcnemar_test(first, second).p == pytest.approx(expected.pvalue)


@pytest.mark.parametrize("seed", range(3))
def test_holms_correction_is_statsmodels(seed: int) -> None:
    p = np.random.default_rng(seed).random(7) ** 3
    assert holm(p.tolist()) == pytest.approx(multipletests(p, method="holm")[1].tolist())


@pytest.mark.parametrize("seed", range(3))
def test_kappa_is_statsmodels_and_its_interval_about_as_wide(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ranks = rng.integers(3, size=300)
    other = np.where(rng.random(300) < 0.6, ranks, rng.integers(3, size=300))
    reads = [
        ReadOutcome(1, None, "dr a", RANKS[a][0], RANKS[b][1], None, None) for a, b in zip(ranks, other, strict=True)
    ]
    found = measure_agreement(reads)
    for figure, weights in ((found.kappa, None), (found.weighted, "linear")):
        expected = cohens_kappa(found.table, wt=weights)
        assert figure.value == pytest.approx(expected.kappa)
        assert (figure.low, figure.high) == pytest.approx((expected.kappa_low, expected.kappa_upp), abs=0.02)


def test_shares_are_those_of_confidenceinterval_and_the_bootstrap_is_about_as_wide() -> None:
    first, _, is_malignant = make_scores()
    weights = draw_weights(np.zeros(N, np.int64), np.arange(N), n_draws=4000)
    found = measure(threshold_statistic(first, is_malignant, THRESHOLD), weights)
    for name, (value, low, high) in SHARES.items():
        assert found[name].value == pytest.approx(value, abs=1e-8)
        assert (found[name].low, found[name].high) == pytest.approx((low, high), abs=0.02), name


def test_the_roc_auc_and_its_interval_are_those_of_confidenceinterval() -> None:
    first, _, is_malignant = make_scores()
    weights = draw_weights(is_malignant, np.arange(N), n_draws=4000)
    found = measure(ranking_statistic(first, is_malignant), weights)["roc_auc"]
    assert found.value == pytest.approx(ROC_AUC[0], abs=1e-6)
    assert (found.low, found.high) == pytest.approx(ROC_AUC[1:], abs=0.01)


def test_delong_is_that_of_mlstatkit() -> None:
    first, second, is_malignant = make_scores()
    found = delong_test(first, second, is_malignant)
    assert (found.first, found.second) == pytest.approx(DELONG_AUCS, abs=1e-6)  # it computes in float32
    assert found.standard_error**2 == pytest.approx(DELONG_VARIANCE, rel=1e-5)
    assert abs(found.difference / found.standard_error) == pytest.approx(abs(DELONG_Z), rel=1e-5)
    assert found.p == pytest.approx(DELONG_P, rel=1e-5)
