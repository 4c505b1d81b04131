"""Two model folders on one labelled set: paired differences, and tests of whether they are more than chance."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import DataFolderInvalid
from core.evaluation.bootstrap import N_DRAWS
from core.evaluation.comparison import PairedDifference, ScoredBy, compare_networks
from core.evaluation.evaluate import predict_set
from core.evaluation.further import accuracy_threshold
from core.evaluation.paired_tests import DeLong, McNemar, delong_test, mcnemar_test
from core.evaluation.scorer import Scorer
from core.evaluation.sets import EvaluationSet, read_frames

_HALF = 0.5  # the threshold of a network whose validation chose none for accuracy


@dataclass(frozen=True, slots=True)
class PairedFigures:
    """First network minus second on one list of images: differences at each one's operating point, DeLong's test of
    the ROC-AUCs, McNemar's of the accuracies."""

    n_malignant: int
    difference: PairedDifference
    delong: DeLong
    mcnemar: McNemar


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """Two networks on the set and on its part of one source; thresholds are those for accuracy."""

    set_name: str
    first: str
    second: str
    first_accuracy_threshold: float
    second_accuracy_threshold: float
    parts: Mapping[str, PairedFigures]


def compare_models(
    *, first: Scorer, second: Scorer, labelled: EvaluationSet, cache: Path | None = None, n_draws: int = N_DRAWS
) -> ModelComparison:
    """Score the set by both networks and compare, image by image.

    Raises DataFolderInvalid where no image can be read, or fewer than two of a class.
    """
    scored = (_score(first, labelled, cache), _score(second, labelled, cache))
    calls = (_call_at(first), _call_at(second))
    whole = _compare_part(scored, calls, n_draws)
    if whole is None:
        raise DataFolderInvalid(f"{labelled.name} holds fewer than two readable images of a class.")
    part = (_same_source(scored[0]), _same_source(scored[1]))
    is_part = len(part[0].predictions.rows) < whole.difference.n
    same_source = _compare_part(part, calls, n_draws) if is_part else None
    return ModelComparison(
        set_name=labelled.name,
        first=first.card.name,
        second=second.card.name,
        first_accuracy_threshold=calls[0],
        second_accuracy_threshold=calls[1],
        parts={"whole": whole} | ({"same_source": same_source} if same_source else {}),
    )


def _score(scorer: Scorer, labelled: EvaluationSet, cache: Path | None) -> ScoredBy:
    readable = read_frames(labelled.images, scorer.card.frame, cache)
    return ScoredBy(predict_set(scorer, readable), scorer.card.refer_threshold)


def _call_at(scorer: Scorer) -> float:
    threshold = accuracy_threshold(scorer.card)
    return _HALF if threshold is None else threshold


def _same_source(scored: ScoredBy) -> ScoredBy:
    return replace(scored, predictions=scored.predictions.same_source())


def _compare_part(
    scored: tuple[ScoredBy, ScoredBy], accuracy_thresholds: tuple[float, float], n_draws: int
) -> PairedFigures | None:
    """None where a class has fewer than two images."""
    is_malignant = scored[0].predictions.is_malignant
    difference = compare_networks(*scored, n_draws)
    if difference is None or min(int(is_malignant.sum()), int((~is_malignant).sum())) < 2:
        return None
    first, second = (each.predictions.probability for each in scored)
    return PairedFigures(
        n_malignant=int(is_malignant.sum()),
        difference=difference,
        delong=delong_test(first, second, is_malignant),
        mcnemar=mcnemar_test(
            (first >= accuracy_thresholds[0]) == is_malignant, (second >= accuracy_thresholds[1]) == is_malignant
        ),
    )
