"""The parts of a test set that are told apart, because the whole one flatters a network."""

from enum import StrEnum

from core.evaluation.predictions import Predictions
from core.evaluation.results import Evaluation, SetFigures


class SetPart(StrEnum):
    """All images; those of lesions that training is not known to have seen; those of the one source that every benign
    image has; those of which training saw neither the lesion nor a near-duplicate."""

    WHOLE = "whole"
    UNSEEN_LESIONS = "unseen_lesions"
    SAME_SOURCE = "same_source"
    WITHOUT_REPEATS = "without_repeats"


def figures_by_part(evaluation: Evaluation) -> dict[SetPart, SetFigures]:
    """The figures of each part that the set says enough to tell apart; the whole set is always there."""
    found = {
        SetPart.WHOLE: evaluation.whole,
        SetPart.UNSEEN_LESIONS: evaluation.further.unseen_lesions,
        SetPart.SAME_SOURCE: evaluation.same_source,
        SetPart.WITHOUT_REPEATS: evaluation.without_repeats,
    }
    return {part: figures for part, figures in found.items() if figures is not None}


def predictions_of(predictions: Predictions, part: SetPart) -> Predictions:
    """The scored images of one part."""
    if part is SetPart.UNSEEN_LESIONS:
        return predictions.unseen_lesions()
    if part is SetPart.SAME_SOURCE:
        return predictions.same_source()
    if part is SetPart.WITHOUT_REPEATS:
        return predictions.without_repeats()
    return predictions
