"""The values of the report by name; what was not measured is left out."""

from collections.abc import Mapping
from typing import Any

from core.classifier.card_text import INTENDED_USE, limits_of
from core.data.audit_file import audit_to_json
from core.evaluation.calibration_steps import CalibrationStep
from core.evaluation.decision_curve import DecisionCurve
from core.evaluation.deferral import Deferral
from core.evaluation.json_values import to_json_value
from core.evaluation.live_figures import VERIFICATION_BIAS
from core.evaluation.points_compared import ComparedPoint
from core.evaluation.published import NOT_COMPARABLE, PUBLISHED
from core.evaluation.subgroups import NOT_ASSESSED
from dashboard.workflow.performance.inputs import LiveInputs, ReportInputs

_LIVE_FIGURES = (
    "sensitivity",
    "specificity",
    "positive_predictive_value",
    "negative_predictive_value",
    "missed_by_no_concern",
    "ece",
    "ideal_ece",
    "brier",
)


def performance_json(inputs: ReportInputs) -> dict[str, Any]:
    """Everything that the page shows, as what `json.dumps` takes."""
    values: dict[str, Any] = to_json_value(
        {
            "model": {"name": inputs.card.name, "version": inputs.card.version},
            "intended_use": INTENDED_USE,
            "limits": limits_of(inputs.card),
            "audit_findings": inputs.audited,
            "audit": audit_to_json(inputs.audit) if inputs.audit else None,
            "evaluation": inputs.evaluation,
            "columns": inputs.columns,
            "other_sets": inputs.others,
            "prevalence": inputs.prevalence,
            "bands": {band.value: value for band, value in inputs.bands.items()},
            "calibration": tuple(_step(step) for step in inputs.steps),
            "decision_curve": _decision(inputs.decision),
            "deferral": _deferral(inputs.deferral) if inputs.deferral else None,
            "operating_points": tuple(_point(point) for point in inputs.points),
            "subgroups": inputs.divisions,
            "not_assessed": NOT_ASSESSED,
            "worst_errors": inputs.errors,
            "networks": {name: evaluation.whole for name, evaluation in inputs.networks.items()},
            "paired_differences": inputs.differences,
            "ablations": inputs.ablations,
            "training_curve": tuple(inputs.curve.to_dict("records")) if inputs.curve is not None else (),
            "test_log": inputs.log,
            "published_elsewhere": {"note": NOT_COMPARABLE, "points": PUBLISHED},
            "own_cases": _live(inputs.live) if inputs.live else None,
        }
    )
    return values


def _step(step: CalibrationStep) -> Mapping[str, Any]:
    return {"name": step.name, "ece": step.ece, "ideal_ece": step.ideal_ece, "brier": step.brier}


def _point(point: ComparedPoint) -> Mapping[str, Any]:
    return {
        "name": point.name,
        "chosen_by": str(point.chosen_by),
        "is_in_force": point.is_in_force,
        "at": point.at.figures,
        "ppv": point.at.practice.positive,
        "npv": point.at.practice.negative,
    }


def _decision(curve: DecisionCurve | None) -> Mapping[str, Any] | None:
    if curve is None:
        return None
    served = {"value": curve.as_served.value, "low": curve.as_served.low, "high": curve.as_served.high}
    return {
        "risk": tuple(curve.as_served.x.tolist()),
        "as_served": {name: tuple(values.tolist()) for name, values in served.items()},
        "by_corrected_risk": tuple(curve.by_risk.value.tolist()) if curve.by_risk else None,
        "refer_everyone": tuple(curve.all_sent.tolist()),
    }


def _deferral(found: Deferral) -> Mapping[str, Any]:
    curves = {"accuracy": found.accuracy, "sensitivity": found.sensitivity, "specificity": found.specificity}
    return {
        "share_left_to_a_person": tuple(found.accuracy.x.tolist()),
        **{name: tuple(curve.value.tolist()) for name, curve in curves.items()},
        "indeterminate_band": {"share": found.band_share, "accuracy_of_the_rest": found.band_accuracy},
    }


def _live(live: LiveInputs) -> Mapping[str, Any]:
    view, rates = live.view, live.rates
    months = {"cases": rates.months, "reads": rates.reads, "pictures": rates.refusals}
    return {
        "n_confirmed": view.n_confirmed,
        "n_malignant": view.n_malignant,
        "note": VERIFICATION_BIAS,
        **{name: getattr(view.figures, name) for name in _LIVE_FIGURES if view.figures},
        "by_month": {name: tuple(found.to_dict("records")) for name, found in months.items()},
        "drift": live.drift.figures if live.drift else (),
        "threshold_advice": view.advice,
        "threshold_in_force_here": live.own_threshold,
        "threshold_changes": tuple(_change(live)),
    }


def _change(live: LiveInputs) -> list[Mapping[str, Any]]:
    """Without the names of those who changed it: the report may leave the practice."""
    return [
        {"at": change.changed_at.isoformat(), "threshold": change.refer_threshold, "reason": change.reason}
        for change in live.changes
    ]
