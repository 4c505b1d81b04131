"""Scored images at any threshold: what a slider moves, from bootstrap draws that are made once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.at_threshold import measure_at
from core.evaluation.bootstrap import N_DRAWS, draw_weights, measure
from core.evaluation.calibration import ReliabilityCurve, reliability_curve
from core.evaluation.curves import (
    BandedCurve,
    ConfusionCounts,
    ScoreHistogram,
    confusion_at,
    precision_recall_curve,
    roc_curve,
    score_histogram,
)
from core.evaluation.figures import Figure
from core.evaluation.metrics import Labels, Values, ranking_statistic
from core.evaluation.predictions import Predictions
from core.evaluation.predictive_values import PredictiveValues, predictive_values
from core.evaluation.results import ThresholdFigures

_SLIDER_STEP = 0.001  # a tenth of a per cent: finer than one image of the test set nearly everywhere


@dataclass(frozen=True, slots=True, eq=False)
class Exploration:
    """Scored images (N,) with their draws `weights` (R, N), and what no threshold changes."""

    probability: Values
    is_malignant: Labels
    groups: NDArray[np.int64]
    weights: NDArray[np.float32]
    roc: BandedCurve
    precision_recall: BandedCurve
    reliability: ReliabilityCurve
    histogram: ScoreHistogram
    ranking: dict[str, Figure]

    @property
    def prevalence(self) -> float:
        """The share of malignant images among these."""
        return float(self.is_malignant.mean())


@dataclass(frozen=True, slots=True)
class ExploredThreshold:
    """What calling an image malignant at or above one threshold gives, here and where the disease is rarer."""

    figures: ThresholdFigures
    counts: ConfusionCounts
    own: PredictiveValues
    practice: PredictiveValues


@dataclass(frozen=True, slots=True)
class OfThousand:
    """What would become of a thousand lesions, in whole lesions."""

    malignant: int
    found: int
    false_alarms: int

    @property
    def missed(self) -> int:
        """Malignant lesions that would not be called."""
        return self.malignant - self.found


def prepare_exploration(predictions: Predictions, n_draws: int = N_DRAWS) -> Exploration:
    """Draw once and measure what every threshold shares."""
    probability, is_malignant, groups = predictions.probability, predictions.is_malignant, predictions.groups
    weights = draw_weights(is_malignant, groups, n_draws=n_draws)
    return Exploration(
        probability=probability,
        is_malignant=is_malignant,
        groups=groups,
        weights=weights,
        roc=roc_curve(probability, is_malignant, weights),
        precision_recall=precision_recall_curve(probability, is_malignant, weights),
        reliability=reliability_curve(probability, is_malignant),
        histogram=score_histogram(probability, is_malignant),
        ranking=measure(ranking_statistic(probability, is_malignant), weights),
    )


def explore_at(images: Exploration, threshold: float, practice_prevalence: float) -> ExploredThreshold:
    """Figures, counts and predictive values at one threshold; all intervals from the same draws."""
    scored = (images.probability, images.is_malignant)

    def values_at(prevalence: float) -> PredictiveValues:
        return predictive_values(*scored, images.groups, threshold, prevalence, images.weights)

    return ExploredThreshold(
        figures=ThresholdFigures(threshold, measure_at(*scored, images.groups, threshold, images.weights)),
        counts=confusion_at(*scored, threshold),
        own=values_at(images.prevalence),
        practice=values_at(practice_prevalence),
    )


def of_thousand(sensitivity: float, specificity: float, prevalence: float) -> OfThousand:
    """A thousand lesions at a prevalence in [0, 1], as natural frequencies."""
    malignant = round(1000 * prevalence)
    return OfThousand(
        malignant=malignant,
        found=round(malignant * sensitivity),
        false_alarms=round((1000 - malignant) * (1 - specificity)),
    )


def snap_threshold(position: float, operating: float) -> float:
    """The threshold of a slider that moves in tenths of a per cent: its place for the operating threshold means
    exactly that threshold, whose further digits decide on which side an image falls."""
    return operating if abs(position - slider_position(operating)) < _SLIDER_STEP / 2 else position


def slider_position(threshold: float) -> float:
    """The slider's place nearest to a threshold."""
    return round(threshold / _SLIDER_STEP) * _SLIDER_STEP
