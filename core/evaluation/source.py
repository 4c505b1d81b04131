"""Whether a network knows where a picture comes from, and whether its calls depend on it.

In the Kaggle set every benign image is from HAM10000, so a network gains by telling the source. Both figures look at
malignant images alone, among which the source says nothing of the label.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.bootstrap import N_DRAWS, draw_weights, measure
from core.evaluation.figures import Figure
from core.evaluation.metrics import Values, ratio, roc_auc
from core.evaluation.share import wilson_figure

N_FOLDS = 5
_SEED = 7
_INVERSE_PENALTY = 0.01  # more dimensions than images: without a strong penalty the probe fits noise


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """Malignant images of HAM10000 and of other collections, at the operating point.

    `difference` is HAM10000 minus other. `probe_roc_auc` says how well a linear probe tells the two apart from the
    embedding, 0.5 being not at all; None where there were too few lesions or no embedding.
    """

    n_ham: int
    n_other: int
    sensitivity_ham: Figure
    sensitivity_other: Figure
    difference: Figure
    probe_roc_auc: Figure | None = None


def measure_source(
    *,
    probability: Values,
    is_ham: NDArray[np.bool_],
    groups: NDArray[np.int64],
    threshold: float,
    embeddings: NDArray[np.float32] | None,
    n_draws: int = N_DRAWS,
) -> SourceFigures:
    """All figures of malignant images alone, (N,) each and embeddings (N, D), at `threshold`."""
    gap = sensitivity_gap(probability >= threshold, is_ham, groups, n_draws)
    return SourceFigures(
        n_ham=int(is_ham.sum()),
        n_other=int((~is_ham).sum()),
        sensitivity_ham=gap["ham"],
        sensitivity_other=gap["other"],
        difference=gap["difference"],
        probe_roc_auc=None if embeddings is None else probe_source(embeddings, is_ham, groups, n_draws),
    )


def sensitivity_gap(
    is_called: NDArray[np.bool_], is_ham: NDArray[np.bool_], groups: NDArray[np.int64], n_draws: int = N_DRAWS
) -> dict[str, Figure]:
    """Sensitivity among malignant images (N,) of `ham` and of `other`, and their `difference`, by lesion."""

    def statistic(w: Values) -> dict[str, Values]:
        ham, other = (ratio(w @ (is_called & part), w @ part.astype(np.float64)) for part in (is_ham, ~is_ham))
        return {"ham": ham, "other": other, "difference": ham - other}

    figures = measure(statistic, draw_weights(is_ham, groups, n_draws=n_draws))
    for name, part in (("ham", is_ham), ("other", ~is_ham)):
        if figures[name].value in (0.0, 1.0):  # all draws agree, which makes it no more certain
            figures[name] = wilson_figure(figures[name].value, len(np.unique(groups[part])))
    return figures


def probe_source(
    embeddings: NDArray[np.float32], is_ham: NDArray[np.bool_], groups: NDArray[np.int64], n_draws: int = N_DRAWS
) -> Figure | None:
    """ROC-AUC of a logistic regression for "in HAM10000" on embeddings (N, D): the mean over five folds that keep
    lesions together, each scored by the probe that did not see it; its interval draws lesions, not new probes.

    None where a source has fewer lesions than folds. Source: Alain & Bengio, "Understanding intermediate layers using
    linear classifier probes", 2016.
    """
    if min(len(np.unique(groups[is_ham == flag])) for flag in (False, True)) < N_FOLDS:
        return None
    scores, fold_of = _score_out_of_fold(embeddings, is_ham, groups)

    def statistic(w: Values) -> dict[str, Values]:
        folds = [roc_auc(scores[fold_of == k], is_ham[fold_of == k], w[:, fold_of == k]) for k in range(N_FOLDS)]
        return {"roc_auc": np.mean(folds, axis=0)}

    return measure(statistic, draw_weights(is_ham, groups, n_draws=n_draws))["roc_auc"]


def _score_out_of_fold(
    embeddings: NDArray[np.float32], is_ham: NDArray[np.bool_], groups: NDArray[np.int64]
) -> tuple[Values, NDArray[np.int64]]:
    """Per image the probe's score and the fold that it was held out in, both (N,)."""
    from sklearn.linear_model import LogisticRegression  # a second of import that only this needs
    from sklearn.model_selection import StratifiedGroupKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    scores, fold_of = np.zeros(len(is_ham)), np.zeros(len(is_ham), dtype=np.int64)
    folds = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=_SEED).split(embeddings, is_ham, groups)
    for k, (train, held) in enumerate(folds):
        probe = make_pipeline(StandardScaler(), LogisticRegression(C=_INVERSE_PENALTY, max_iter=1000))
        scores[held] = probe.fit(embeddings[train], is_ham[train]).decision_function(embeddings[held])
        fold_of[held] = k
    return scores, fold_of
