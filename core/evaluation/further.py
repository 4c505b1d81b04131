"""What an evaluation says beyond the figures of its parts: calibration, source, robustness, the diagnosis."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.classifier.card import ModelCard
from core.data.ham_extra import diagnosis_of
from core.evaluation.about_set import Repeats
from core.evaluation.bootstrap import draw_weights
from core.evaluation.calibration import calibrate
from core.evaluation.calibration_figures import CalibrationFigures, assumed_malignant_share, measure_calibration
from core.evaluation.measure_set import measure_set, measure_threshold
from core.evaluation.operating_points import OperatingPoints
from core.evaluation.predictions import Predictions
from core.evaluation.results import Further, SetFigures, ThresholdFigures
from core.evaluation.robustness import Robustness, average_logits, count_changes, score_perturbed
from core.evaluation.scorer import DetailedScorer, Scorer, pass_all
from core.evaluation.sets import ReadableSet
from core.evaluation.seven_classes import CalledShare, ClassFigures, measure_called, measure_classes
from core.evaluation.source import SourceFigures, measure_source


def measure_further(
    scorer: Scorer,
    readable: ReadableSet,
    predictions: Predictions,
    repeats: Repeats | None,
    n_draws: int,
    *,
    with_robustness: bool = False,
) -> Further:
    """Everything of `Further` that the set and the network say enough for."""
    card = scorer.card
    perturbed = score_perturbed(scorer, readable.frames) if with_robustness else None
    return Further(
        at_accuracy_threshold=_at_accuracy_threshold(card, predictions, n_draws),
        unseen_lesions=_without_seen_lesions(card, predictions, repeats, n_draws),
        averaged=_averaged(card, predictions, perturbed, n_draws) if perturbed else None,
        calibration=_calibration(card, predictions, n_draws),
        source=_source(scorer, readable, predictions, n_draws),
        robustness=_robustness(card, predictions, perturbed, n_draws) if perturbed else None,
        classes=_classes(scorer, readable, predictions, n_draws),
        called=_called(card, readable, predictions, n_draws),
    )


def accuracy_threshold(card: ModelCard) -> float | None:
    """The threshold that validation chose for accuracy; None where the card names none."""
    value = card.facts.get("validation", {}).get("accuracy_threshold")
    return None if value is None else float(value)


def differential_shares(card: ModelCard) -> list[float] | None:
    """How common each diagnosis of the differential was in training, in its order; None where the card does not say,
    or where one did not occur."""
    shares = [float(share) for share in card.facts.get("differential_shares", [])]
    return shares if shares and min(shares) > 0 else None


def _at_accuracy_threshold(card: ModelCard, predictions: Predictions, n_draws: int) -> ThresholdFigures | None:
    threshold = accuracy_threshold(card)
    return None if threshold is None else measure_threshold(predictions, threshold, n_draws)


def _without_seen_lesions(
    card: ModelCard, predictions: Predictions, repeats: Repeats | None, n_draws: int
) -> SetFigures | None:
    if repeats is None or repeats.is_lesion_seen.all() or not repeats.is_lesion_seen.any():
        return None
    rows = zip(predictions.rows, repeats.is_lesion_seen, strict=True)
    kept = Predictions(tuple(row for row, is_seen in rows if not is_seen))
    return measure_set(kept, card.refer_threshold, n_draws)


def _averaged(
    card: ModelCard, predictions: Predictions, perturbed: Mapping[str, NDArray[np.float64]], n_draws: int
) -> SetFigures:
    logits = average_logits(predictions.logits, perturbed)
    scores = zip(predictions.rows, logits.tolist(), calibrate(logits, card.temperature).tolist(), strict=True)
    rows = tuple(replace(row, logit=logit, malignant_probability=p) for row, logit, p in scores)
    return measure_set(Predictions(rows), card.refer_threshold, n_draws)


def _calibration(card: ModelCard, predictions: Predictions, n_draws: int) -> CalibrationFigures:
    weights = draw_weights(predictions.is_malignant, predictions.groups, n_draws=n_draws)
    scored = (predictions.probability, predictions.is_malignant)
    return measure_calibration(*scored, weights, assumed_malignant_share(card))


def _source(scorer: Scorer, readable: ReadableSet, predictions: Predictions, n_draws: int) -> SourceFigures | None:
    """None where the malignant images are not known to come from both HAM10000 and elsewhere."""
    is_ham = np.array([bool(image.is_ham10000) for image in readable.images])
    is_malignant = predictions.is_malignant
    if any(image.is_ham10000 is None for image in readable.images) or len(set(is_ham[is_malignant].tolist())) < 2:
        return None
    frames = readable.frames[is_malignant]
    return measure_source(
        probability=predictions.probability[is_malignant],
        is_ham=is_ham[is_malignant],
        groups=predictions.groups[is_malignant],
        threshold=scorer.card.refer_threshold,
        embeddings=pass_all(scorer.embeddings, frames, "embed") if isinstance(scorer, DetailedScorer) else None,
        n_draws=n_draws,
    )


def _robustness(
    card: ModelCard, predictions: Predictions, perturbed: Mapping[str, NDArray[np.float64]], n_draws: int
) -> Robustness:
    points = OperatingPoints(card.refer_threshold, card.no_concern_threshold)
    return count_changes(predictions.logits, perturbed, card.temperature, points, predictions.groups, n_draws)


def _classes(scorer: Scorer, readable: ReadableSet, predictions: Predictions, n_draws: int) -> ClassFigures | None:
    """None for a network without a differential, and for a set that lacks one of its diagnoses or knows too few."""
    known = [diagnosis_of(image) for image in readable.images]
    classes = scorer.card.differential
    if not classes or set(known) != set(classes) or not isinstance(scorer, DetailedScorer):
        return None
    truth = np.array([classes.index(diagnosis) for diagnosis in known if diagnosis is not None], dtype=np.int64)
    differential = pass_all(scorer.differential, readable.frames, "name")
    names, shares = [str(name) for name in classes], differential_shares(scorer.card)
    return measure_classes(differential, truth, names, predictions.groups, n_draws, shares=shares)


def _called(card: ModelCard, readable: ReadableSet, predictions: Predictions, n_draws: int) -> dict[str, CalledShare]:
    known = [diagnosis_of(image) for image in readable.images]
    return measure_called(predictions.probability, known, predictions.groups, card.refer_threshold, n_draws)
