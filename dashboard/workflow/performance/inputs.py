"""What a performance report is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from core.classifier.card import ModelCard
from core.data.audit_result import Audit
from core.evaluation.ablations import Ablation
from core.evaluation.band_values import BandValue, values_by_band
from core.evaluation.calibration_figures import assumed_malignant_share
from core.evaluation.calibration_steps import CalibrationStep
from core.evaluation.comparison import PairedDifference
from core.evaluation.decision_curve import DecisionCurve, decision_curve
from core.evaluation.deferral import Deferral
from core.evaluation.exploration import Exploration
from core.evaluation.operating_points import OperatingPoints
from core.evaluation.points_compared import ComparedPoint, compare_points
from core.evaluation.predictions import ScoredImage
from core.evaluation.results import Evaluation, SetFigures
from core.evaluation.scoring_log import LoggedScoring
from core.evaluation.subgroups import Division
from core.taxonomy import Band
from dashboard.workflow.live import Drift, LiveRates, LiveView
from dashboard.workflow.performance.error_pictures import ErrorPictures
from db.repositories.thresholds import ThresholdChange


@dataclass(frozen=True, slots=True, eq=False)
class LiveInputs:
    """The practice's own cases; `drift` is None where the network brings no reference to compare with."""

    view: LiveView
    rates: LiveRates
    drift: Drift | None = None
    own_threshold: float | None = None
    changes: tuple[ThresholdChange, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ReportInputs:
    """Everything that the report is made of. `images`, `steps`, `divisions`, `deferral` and `errors` need predictions;
    each is None or empty without. `others` are evaluations of the same weights on further sets, `networks` those of all
    installed networks, `differences` the paired ones by "first minus second", `curve` one row per epoch of training."""

    card: ModelCard
    evaluation: Evaluation
    columns: Mapping[str, SetFigures]
    audited: tuple[str, ...]
    prevalence: float
    images: Exploration | None = None
    steps: tuple[CalibrationStep, ...] = ()
    divisions: tuple[Division, ...] = ()
    deferral: Deferral | None = None
    errors: tuple[ScoredImage, ...] = ()
    error_pictures: ErrorPictures = field(default_factory=ErrorPictures)
    others: Mapping[str, Evaluation] = field(default_factory=dict)
    networks: Mapping[str, Evaluation] = field(default_factory=dict)
    differences: Mapping[str, PairedDifference] = field(default_factory=dict)
    ablations: tuple[Ablation, ...] = ()
    log: tuple[LoggedScoring, ...] = ()
    audit: Audit | None = None
    curve: pd.DataFrame | None = None
    live: LiveInputs | None = None

    @property
    def bands(self) -> Mapping[Band, BandValue]:
        """What each band means at the prevalence; nothing without predictions."""
        if self.images is None:
            return {}
        points = OperatingPoints(self.card.refer_threshold, self.card.no_concern_threshold)
        images = self.images
        return values_by_band(images.probability, images.is_malignant, images.weights, points, self.prevalence)

    @property
    def decision(self) -> DecisionCurve | None:
        """Net benefit at the prevalence; None without predictions."""
        if self.images is None:
            return None
        return decision_curve(
            self.images.probability,
            self.images.is_malignant,
            self.images.weights,
            threshold=self.card.refer_threshold,
            prevalence=self.prevalence,
            assumed_share=assumed_malignant_share(self.card),
        )

    @property
    def points(self) -> tuple[ComparedPoint, ...]:
        """Operating points compared; nothing without predictions."""
        own = self.live.own_threshold if self.live else None
        return compare_points(self.images, self.card, self.prevalence, own) if self.images else ()
