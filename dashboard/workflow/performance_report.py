"""The whole performance page as a PDF and as JSON, from the values that the page shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.classifier.card import ModelCard
from core.classifier.card_figures import further_of_test
from core.classifier.card_text import INTENDED_USE, limits_of
from core.evaluation.ablations import ABLATION_COLUMNS, Ablation
from core.evaluation.band_values import BandValue, values_by_band
from core.evaluation.calibration_figures import assumed_malignant_share
from core.evaluation.calibration_steps import CalibrationStep
from core.evaluation.card_facts import card_facts
from core.evaluation.decision_curve import DecisionCurve, decision_curve
from core.evaluation.exploration import Exploration, explore_at
from core.evaluation.figures import Figure
from core.evaluation.json_values import to_json_value
from core.evaluation.live_figures import VERIFICATION_BIAS, LiveFigures
from core.evaluation.operating_points import OperatingPoints
from core.evaluation.points_compared import ComparedPoint, compare_points
from core.evaluation.published import NOT_COMPARABLE, PUBLISHED
from core.evaluation.results import Evaluation, SetFigures
from core.evaluation.subgroups import NOT_ASSESSED, SMALL_N, Division, Subgroup
from core.exports.performance_pdf import PerformanceReport, ReportBlock, ReportTable, render_performance, table_of
from core.taxonomy import Band
from dashboard.charts import (
    calibration,
    calibration_stages,
    changed_bands,
    class_confusion,
    confusion_matrix,
    decision,
    precision_recall,
    roc,
    score_distributions,
)
from dashboard.charts.printed import print_chart

_DPI = 110
_MISSING = "not measured"


@dataclass(frozen=True, slots=True, eq=False)
class ReportInputs:
    """Everything that the report is made of. `images`, `steps` and `divisions` need predictions, `live` enough
    confirmed cases of the practice; each is None or empty without."""

    card: ModelCard
    evaluation: Evaluation
    columns: Mapping[str, SetFigures]
    audited: tuple[str, ...]
    prevalence: float
    images: Exploration | None = None
    steps: tuple[CalibrationStep, ...] = ()
    divisions: tuple[Division, ...] = ()
    ablations: tuple[Ablation, ...] = ()
    live: LiveFigures | None = None
    n_confirmed: int = 0

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
        return compare_points(self.images, self.card, self.prevalence) if self.images else ()


def performance_pdf(inputs: ReportInputs) -> bytes:
    """The page as a PDF: the audit's findings first, then figures, charts, groups and the practice's own cases."""
    card, measured_at = inputs.card, inputs.evaluation.measured_at
    report = PerformanceReport(
        title=f"How well {card.name} does",
        subtitle=f"Version {card.version}, weights {card.weights_sha256[:12]}, measured {measured_at}",
        blocks=tuple(_blocks(inputs)),
        foot=f"Lesionwise · {card.name} {card.version} · decision support, not cleared as a medical device",
    )
    return render_performance(report)


def performance_json(inputs: ReportInputs) -> dict[str, Any]:
    """The same values by name; what was not measured is left out."""
    values: dict[str, Any] = to_json_value(
        {
            "model": {"name": inputs.card.name, "version": inputs.card.version},
            "intended_use": INTENDED_USE,
            "limits": limits_of(inputs.card),
            "audit_findings": inputs.audited,
            "evaluation": inputs.evaluation,
            "columns": inputs.columns,
            "prevalence": inputs.prevalence,
            "bands": {band.value: value for band, value in inputs.bands.items()},
            "calibration": tuple(_step_json(step) for step in inputs.steps),
            "decision_curve": _decision_json(inputs.decision),
            "operating_points": tuple(_point_json(point) for point in inputs.points),
            "subgroups": inputs.divisions,
            "not_assessed": NOT_ASSESSED,
            "ablations": inputs.ablations,
            "published_elsewhere": {"note": NOT_COMPARABLE, "points": PUBLISHED},
            "own_cases": _live_json(inputs),
        }
    )
    return values


def _blocks(inputs: ReportInputs) -> Iterator[ReportBlock]:
    if inputs.audited:
        yield ReportBlock("What the audit of the images found", inputs.audited)
    yield ReportBlock(
        "Test figures", inputs.evaluation.about.statement(), (_headline(inputs.columns), _further(inputs.evaluation))
    )
    if inputs.images is not None:
        yield _charts(inputs, inputs.images)
        yield _practice(inputs)
    if inputs.steps:
        yield ReportBlock(
            "Calibration",
            (),
            (_calibration(inputs.steps),),
            (print_chart(calibration_stages(inputs.steps), "png", _DPI),),
        )
    if inputs.divisions:
        yield _subgroups(inputs.divisions)
    yield from _measures(inputs.evaluation)
    if inputs.ablations:
        yield ReportBlock("What each measure was worth (ROC-AUC)", (), (_ablations(inputs.ablations),))
    yield _own_cases(inputs)
    yield ReportBlock("Intended use and limits", (INTENDED_USE, *limits_of(inputs.card)))


def _headline(columns: Mapping[str, SetFigures]) -> ReportTable:
    found = list(columns.values())
    rows = [["Images (malignant)", *(f"{part.n:,} ({part.n_malignant:,})" for part in found)]]
    for key in ("sensitivity", "specificity"):
        cells = [part.at_operating_point.figures[key].as_percent(1) for part in found]
        rows.append([f"{key.capitalize()} at the referral threshold", *cells])
    for key, name in (("roc_auc", "ROC-AUC"), ("ece", "Calibration error (ECE)"), ("brier", "Brier score")):
        rows.append([name, *(part.ranking[key].as_text(3) for part in found)])
    rows.append(["Accuracy at 50%", *(part.at_half.figures["accuracy"].as_percent(1) for part in found)])
    return table_of(["", *columns], rows)


def _further(evaluation: Evaluation) -> ReportTable:
    return table_of(["More of all test images", ""], list(further_of_test(card_facts(evaluation)).items()))


def _charts(inputs: ReportInputs, images: Exploration) -> ReportBlock:
    card = inputs.card
    explored = explore_at(images, card.refer_threshold, inputs.prevalence)
    at = explored.figures
    charts = (
        roc(images.roc, images.ranking["roc_auc"], at, PUBLISHED),
        precision_recall(images.precision_recall, images.ranking["average_precision"], at, images.prevalence),
        confusion_matrix(explored.counts),
        score_distributions(images.histogram, explored.counts, card.no_concern_threshold),
        calibration(images.reliability, images.ranking["ece"], card.refer_threshold),
    )
    sources = "; ".join(dict.fromkeys(point.source for point in PUBLISHED))
    note = f"Hollow marks on the ROC curve are published figures, {NOT_COMPARABLE}: {sources}."
    return ReportBlock("Charts", (note,), (), tuple(print_chart(chart, "png", _DPI) for chart in charts))


def _practice(inputs: ReportInputs) -> ReportBlock:
    bands = [
        [band.value, value.share_malignant.as_percent(1), value.share_of_lesions.as_percent(1)]
        for band, value in inputs.bands.items()
    ]
    points = [
        [
            f"{point.name} ({'in force' if point.is_in_force else point.chosen_by})",
            f"{point.at.figures.threshold:.1%}",
            point.at.figures.figures["sensitivity"].as_percent(1),
            point.at.figures.figures["specificity"].as_percent(1),
            point.at.practice.positive.as_percent(1),
        ]
        for point in inputs.points
    ]
    curve = inputs.decision
    return ReportBlock(
        f"Where {inputs.prevalence:.1%} of the lesions are malignant",
        (),
        (
            table_of(["Band", "Malignant", "Of all lesions"], bands),
            table_of(["Operating point", "Threshold", "Sensitivity", "Specificity", "PPV"], points),
        ),
        (print_chart(decision(curve), "png", _DPI),) if curve else (),
    )


def _calibration(steps: tuple[CalibrationStep, ...]) -> ReportTable:
    rows = [[step.name, step.ece.as_text(3), step.ideal_ece.as_text(3), step.brier.as_text(3)] for step in steps]
    return table_of(["Probabilities", "ECE, 15 equal-mass bins", "If perfect", "Brier score"], rows)


def _subgroups(divisions: tuple[Division, ...]) -> ReportBlock:
    head = ["Images (malignant)", "Sensitivity", "Specificity", "ROC-AUC"]
    tables = tuple(
        table_of([division.name, *head], [_group(group) for group in division.groups])
        for division in divisions
        if division.groups
    )
    missing = NOT_ASSESSED | {each.name: "these images do not say" for each in divisions if not each.groups}
    said = tuple(f"{name}: not assessed, {reason}." for name, reason in missing.items())
    return ReportBlock("Subgroups, at the referral threshold", said, tables)


def _group(group: Subgroup) -> list[str]:
    note = f"; fewer than {SMALL_N}, says little" if group.is_small else ""
    return [
        group.name,
        f"{group.n:,} ({group.n_malignant:,}){note}",
        *(_percent(figure) for figure in (group.sensitivity, group.specificity)),
        group.roc_auc.as_text(3) if group.roc_auc else "–",
    ]


def _measures(evaluation: Evaluation) -> Iterator[ReportBlock]:
    further = evaluation.further
    if further.robustness:
        chart = print_chart(changed_bands(further.robustness.families), "png", _DPI)
        yield ReportBlock("How often a second photograph would change the band", charts=(chart,))
    if further.classes:
        chart = print_chart(class_confusion(further.classes), "png", _DPI)
        yield ReportBlock("The differential", charts=(chart,))


def _ablations(rows: tuple[Ablation, ...]) -> ReportTable:
    cells = [
        [row.row, *(row.roc_auc[key].as_text(3) if key in row.roc_auc else _MISSING for key in ABLATION_COLUMNS)]
        for row in rows
    ]
    return table_of(["Network", *ABLATION_COLUMNS], cells)


def _own_cases(inputs: ReportInputs) -> ReportBlock:
    live = inputs.live
    if live is None:
        said = f"{inputs.n_confirmed:,} cases of this practice have a confirmed diagnosis: too few for figures."
        return ReportBlock("Own cases", (said,))
    rows = [
        ["Cases (malignant)", f"{live.n:,} ({live.n_malignant:,})"],
        ["Sensitivity", _percent(live.sensitivity)],
        ["Specificity", _percent(live.specificity)],
        ["PPV", _percent(live.positive_predictive_value)],
        ["NPV", _percent(live.negative_predictive_value)],
        ["Calibration error", live.ece.as_text(3)],
    ]
    chart = print_chart(calibration(live.reliability, live.ece), "png", _DPI)
    return ReportBlock("Own cases with a confirmed diagnosis", (VERIFICATION_BIAS,), (table_of([], rows),), (chart,))


def _percent(figure: Figure | None) -> str:
    return figure.as_percent(1) if figure else "–"


def _step_json(step: CalibrationStep) -> dict[str, Any]:
    return {"name": step.name, "ece": step.ece, "ideal_ece": step.ideal_ece, "brier": step.brier}


def _point_json(point: ComparedPoint) -> dict[str, Any]:
    return {
        "name": point.name,
        "chosen_by": str(point.chosen_by),
        "is_in_force": point.is_in_force,
        "at": point.at.figures,
        "ppv": point.at.practice.positive,
        "npv": point.at.practice.negative,
    }


def _decision_json(curve: DecisionCurve | None) -> dict[str, Any] | None:
    if curve is None:
        return None
    served = {"value": curve.as_served.value, "low": curve.as_served.low, "high": curve.as_served.high}
    return {
        "risk": tuple(curve.as_served.x.tolist()),
        "as_served": {name: tuple(values.tolist()) for name, values in served.items()},
        "by_corrected_risk": tuple(curve.by_risk.value.tolist()) if curve.by_risk else None,
        "refer_everyone": tuple(curve.all_sent.tolist()),
    }


def _live_json(inputs: ReportInputs) -> dict[str, Any]:
    live = inputs.live
    names = ("sensitivity", "specificity", "positive_predictive_value", "negative_predictive_value", "ece", "brier")
    figures = {name: getattr(live, name) for name in names} if live else {}
    return {"n_confirmed": inputs.n_confirmed, "note": VERIFICATION_BIAS, **figures}
