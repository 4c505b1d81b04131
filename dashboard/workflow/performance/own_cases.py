"""The report's blocks on the practice's own cases: figures, rates by month, drift, threshold."""

from collections.abc import Iterator

from core.evaluation.advice import MIN_MALIGNANT
from core.evaluation.drift import ALARM_PSI, WATCH_PSI
from core.evaluation.figures import p_text
from core.evaluation.live_figures import MIN_CONFIRMED, VERIFICATION_BIAS, LiveFigures
from core.exports.performance_pdf import ReportBlock, ReportTable, table_of
from dashboard.charts import calibration, drift_overview
from dashboard.charts.rates import HELD_BACK, live_rates
from dashboard.components.words import plural, threshold
from dashboard.workflow.live import Drift, LiveView
from dashboard.workflow.performance.inputs import LiveInputs, ReportInputs
from dashboard.workflow.performance.measures import percent_or_none
from dashboard.workflow.performance.printing import print_across, print_beside


def own_cases_blocks(inputs: ReportInputs) -> Iterator[ReportBlock]:
    """Nothing where no case of the network is saved; figures from enough confirmed cases on."""
    live = inputs.live
    if live is None or not len(live.rates.months):
        return
    yield _figures(live.view)
    rates = live_rates(live.rates.months, live.rates.reads, live.rates.refusals)
    yield ReportBlock("Own cases over time", (HELD_BACK,), charts=tuple(map(print_beside, rates.values())))
    if live.drift and live.drift.figures:
        yield _drift(live.drift)
    yield _threshold(live, inputs.card.refer_threshold)


def _figures(view: LiveView) -> ReportBlock:
    if view.figures is None:
        said = (
            f"{plural(view.n_confirmed, 'case')} with a confirmed diagnosis: figures are given from {MIN_CONFIRMED} on."
        )
        return ReportBlock("Own cases", (said,))
    found = view.figures
    chart = print_across(calibration(found.reliability, found.ece))
    return ReportBlock("Own cases with a confirmed diagnosis", (VERIFICATION_BIAS,), (_table(found),), (chart,))


def _table(found: LiveFigures) -> ReportTable:
    rows = [
        ["Cases (malignant)", f"{found.n:,} ({found.n_malignant:,})"],
        [f"Sensitivity (n {found.n_malignant:,})", percent_or_none(found.sensitivity)],
        [f"Specificity (n {found.n - found.n_malignant:,})", percent_or_none(found.specificity)],
        [f"PPV (n {found.n_referred:,})", percent_or_none(found.positive_predictive_value)],
        [f"NPV (n {found.n - found.n_referred:,})", percent_or_none(found.negative_predictive_value)],
        ["“No AI concern” among the malignant", percent_or_none(found.missed_by_no_concern)],
        ["Calibration error", f"{found.ece.as_text(3)}; if perfect {found.ideal_ece.as_text(3)}"],
        ["Brier score", found.brier.as_text(3)],
    ]
    return table_of([], rows)


def _drift(drift: Drift) -> ReportBlock:
    rows = [
        [
            f"{each.name.replace('_', ' ').capitalize()} ({each.n:,})",
            f"{each.psi:.2f} ({each.psi_by_chance:.2f} by chance)",
            f"{each.ks:.2f} (p {p_text(each.p)})",
            f"{each.live_median:.3g}",
            f"{each.reference_median:.3g}",
            each.level.value,
        ]
        for each in drift.figures
    ]
    head = ["Measure (cases)", "Stability index", "KS, p by Holm", "Median here", "Median then", "Level"]
    said = f"Alarm: an index of {ALARM_PSI} or more and p below 0.01; watched from {WATCH_PSI} on."
    chart = print_across(drift_overview(drift.figures, WATCH_PSI, ALARM_PSI))
    return ReportBlock("Drift of the newest cases", (said,), (table_of(head, rows),), (chart,))


def _threshold(live: LiveInputs, of_card: float) -> ReportBlock:
    own, advice = live.own_threshold, live.view.advice
    source = "the model card's" if own is None else "set by this practice"
    said = [f"In force: {threshold(of_card if own is None else own)}, {source}."]
    if advice is None:
        missing = MIN_MALIGNANT - live.view.n_malignant
        said.append(f"Advice needs {MIN_MALIGNANT} confirmed malignant cases; {missing} are missing.")
    else:
        said.append(
            f"For 95% sensitivity here: {advice.threshold.as_percent(1)}, of {advice.n_malignant:,} malignant cases, "
            f"with a sensitivity of {advice.sensitivity.as_percent(1)} and a specificity of "
            f"{percent_or_none(advice.specificity)} on the same cases, which chose it."
        )
    said += [
        f"{change.changed_at:%Y-%m-%d}: to {_changed_to(change.refer_threshold)}. {change.reason}"
        for change in live.changes
    ]
    return ReportBlock("The referral threshold here", tuple(said))


def _changed_to(value: float | None) -> str:
    return "the model card's" if value is None else threshold(value)
