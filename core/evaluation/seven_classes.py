"""How well a differential names the diagnosis, and what each diagnosis looks like to the malignant probability."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.bootstrap import N_DRAWS, draw_weights, measure
from core.evaluation.figures import Figure
from core.evaluation.metrics import Values, ratio
from core.evaluation.share import measure_share


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """The most probable of `classes` against the truth; `confusion[i][j]` counts images of class i called j.

    Recalls and confusion are of the differential as it is shown. `balanced_accuracy_at_equal_shares` is of one that
    takes every class for equally common; None where the network does not say how common they were in its training.
    """

    classes: tuple[str, ...]
    n: int
    balanced_accuracy: Figure
    recall: Mapping[str, Figure]
    n_by_class: Mapping[str, int]
    confusion: tuple[tuple[int, ...], ...]
    balanced_accuracy_at_equal_shares: Figure | None = None


@dataclass(frozen=True, slots=True)
class CalledShare:
    """The share of `n` images of one diagnosis that is called malignant, at 0.5 and at the operating point."""

    n: int
    at_half: Figure
    at_operating_point: Figure


def measure_classes(
    differential: NDArray[np.float64],
    truth: NDArray[np.int64],
    classes: Sequence[str],
    groups: NDArray[np.int64],
    n_draws: int = N_DRAWS,
    *,
    shares: Sequence[float] | None = None,
) -> ClassFigures:
    """Balanced accuracy (the mean recall over the classes), recalls and confusion of a differential (N, K).

    `truth` (N,) holds positions in `classes` (K,), each of which must occur. Intervals draw lesions within each class.
    `shares` (K,), all above 0, are those of the classes in training: a probability divided by its class's share is,
    up to a factor, what it would be at equal shares (Saerens et al., Neural Computation 2002). Raises ValueError where
    a class has no image.
    """
    n_classes = len(classes)
    missing = [name for i, name in enumerate(classes) if not (truth == i).any()]
    if missing:
        raise ValueError(f"expected images of each class, got none of {', '.join(missing)}")
    called = differential.argmax(axis=1)
    is_right = called == truth
    of_class = np.eye(n_classes)[truth]  # (N, K)
    weights = draw_weights(truth, groups, n_draws=n_draws)

    def balanced(is_right: NDArray[np.bool_]) -> Figure:
        def statistic(w: Values) -> dict[str, Values]:
            return {"mean": ratio(w @ (of_class * is_right[:, None]), w @ of_class).mean(axis=1)}

        return measure(statistic, weights)["mean"]

    def recall_of(i: int) -> Figure:
        is_in = truth == i
        return measure_share(is_right[is_in], weights[:, is_in], groups[is_in])

    counts = np.bincount(truth * n_classes + called, minlength=n_classes**2).reshape(n_classes, n_classes)
    return ClassFigures(
        classes=tuple(classes),
        n=len(truth),
        balanced_accuracy=balanced(is_right),
        recall={name: recall_of(i) for i, name in enumerate(classes)},
        n_by_class={name: int((truth == i).sum()) for i, name in enumerate(classes)},
        confusion=tuple(tuple(row) for row in counts.tolist()),
        balanced_accuracy_at_equal_shares=balanced(_at_equal_shares(differential, shares) == truth) if shares else None,
    )


def _at_equal_shares(differential: NDArray[np.float64], shares: Sequence[float]) -> NDArray[np.int64]:
    return np.asarray((differential / np.asarray(shares)).argmax(axis=1), dtype=np.int64)


def measure_called(
    probability: Values,
    diagnoses: Sequence[str | None],
    groups: NDArray[np.int64],
    threshold: float,
    n_draws: int = N_DRAWS,
) -> dict[str, CalledShare]:
    """Of each known diagnosis, the share of its images whose malignant probability (N,) reaches 0.5 and `threshold`."""
    names = np.array([name or "" for name in diagnoses], dtype=object)
    return {
        name: _called_share(probability[names == name], groups[names == name], threshold, n_draws)
        for name in sorted(set(names.tolist()) - {""})
    }


def _called_share(probability: Values, groups: NDArray[np.int64], threshold: float, n_draws: int) -> CalledShare:
    weights = draw_weights(np.zeros(len(groups), dtype=np.bool_), groups, n_draws=n_draws)
    at_half, at_point = (measure_share(probability >= value, weights, groups) for value in (0.5, threshold))
    return CalledShare(len(probability), at_half, at_point)
