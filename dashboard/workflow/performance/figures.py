"""The report's first blocks: figures of the test set, its charts, and what they mean in the practice."""

from collections.abc import Iterator

from core.classifier.card_figures import further_of_test
from core.evaluation.calibration_figures import calibration_stages_of
from core.evaluation.card_facts import card_facts
from core.evaluation.exploration import explore_at
from core.evaluation.published import NOT_COMPARABLE, PUBLISHED
from core.exports.performance_pdf import ReportBlock, ReportTable, table_of
from dashboard.charts import (
    calibration,
    calibration_stages,
    confusion_matrix,
    decision,
    precision_recall,
    roc,
    score_distributions,
)
from dashboard.charts.deferral import deferral
from dashboard.components.words import BAND_LABEL, plural, threshold
from dashboard.set_words import set_label
from dashboard.workflow.performance.inputs import ReportInputs
from dashboard.workflow.performance.printing import print_across, print_beside

_RANKING = (("roc_auc", "ROC-AUC"), ("ece", "Calibration error (ECE, 10 equal-width bins)"), ("brier", "Brier score"))


def headline_block(inputs: ReportInputs) -> ReportBlock:
    """What the page begins with: each column's figures, what the set is, and how often test images were scored."""
    evaluation = inputs.evaluation
    sentences = [*evaluation.about.statement(), evaluation.threshold_note]
    sentences += [_looks(inputs)] if inputs.log else []
    more = list(further_of_test(card_facts(evaluation)).items())
    tables = (_headline(inputs), *([table_of(["More of all test images", ""], more)] if more else []))
    return ReportBlock("Test figures", tuple(sentences), tables)


def charts_block(inputs: ReportInputs) -> Iterator[ReportBlock]:
    """The charts at the referral threshold; nothing without predictions."""
    images, card = inputs.images, inputs.card
    if images is None:
        return
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
    yield ReportBlock("Charts", (note,), (), tuple(map(print_beside, charts)))


def practice_block(inputs: ReportInputs) -> Iterator[ReportBlock]:
    """Bands, operating points and the decision curve at the practice's prevalence; nothing without predictions."""
    curve = inputs.decision
    if curve is None:
        return
    tables = (_bands(inputs), _points(inputs))
    title = f"Where {inputs.prevalence:.1%} of the lesions are malignant"
    yield ReportBlock(title, (), tables, (print_across(decision(curve)),))


def calibration_block(inputs: ReportInputs) -> Iterator[ReportBlock]:
    """The probabilities before and after calibration, and on further sets; nothing without predictions."""
    if not inputs.steps:
        return
    rows = [[step.name, step.ece.as_text(3), step.ideal_ece.as_text(3), step.brier.as_text(3)] for step in inputs.steps]
    table = table_of(["Probabilities", "ECE, 15 equal-mass bins", "If perfect, by chance", "Brier score"], rows)
    tables = (table, *_further_calibration(inputs))
    yield ReportBlock("Calibration", (), tables, (print_across(calibration_stages(inputs.steps)),))


def deferral_block(inputs: ReportInputs) -> Iterator[ReportBlock]:
    """What leaving the least certain to a person gains; nothing without predictions."""
    if inputs.deferral:
        yield ReportBlock("Deferral", charts=(print_across(deferral(inputs.deferral)),))


def _further_calibration(inputs: ReportInputs) -> Iterator[ReportTable]:
    known = {name: other.further.calibration for name, other in inputs.others.items() if other.further.calibration}
    rows = [
        [f"{set_label(name)[0]}, {stage}", ece.as_text(3), ideal.as_text(3)]
        for name, found in known.items()
        for stage, ece, ideal in calibration_stages_of(found)
    ]
    if rows:
        yield table_of(["Further sets", "ECE, 15 equal-mass bins", "If perfect, by chance"], rows)


def _headline(inputs: ReportInputs) -> ReportTable:
    found = list(inputs.columns.values())
    limit = threshold(inputs.evaluation.whole.at_operating_point.threshold)
    rows = [["Images (malignant)", *(f"{part.n:,} ({part.n_malignant:,})" for part in found)]]
    for key in ("sensitivity", "specificity"):
        cells = [part.at_operating_point.figures[key].as_percent(1) for part in found]
        rows.append([f"{key.capitalize()} at the referral threshold {limit}", *cells])
    for key, name in _RANKING:
        rows.append([name, *(part.ranking[key].as_text(3) for part in found)])
    rows.append(["Accuracy at 50%", *(part.at_half.figures["accuracy"].as_percent(1) for part in found)])
    return table_of(["", *inputs.columns], rows)


def _looks(inputs: ReportInputs) -> str:
    times, last = plural(len(inputs.log), "time"), inputs.log[-1].scored_at[:10]
    return f"Test images were scored {times} for figures beside these weights, last on {last}: a list is at the end."


def _bands(inputs: ReportInputs) -> ReportTable:
    rows = [
        [BAND_LABEL[band], value.share_malignant.as_percent(1), value.share_of_lesions.as_percent(1)]
        for band, value in inputs.bands.items()
    ]
    return table_of(["Band", f"Malignant, where {inputs.prevalence:.1%} are", "Of all lesions"], rows)


def _points(inputs: ReportInputs) -> ReportTable:
    rows = [
        [
            f"{point.name} ({'in force' if point.is_in_force else point.chosen_by})",
            threshold(point.at.figures.threshold),
            point.at.figures.figures["sensitivity"].as_percent(1),
            point.at.figures.figures["specificity"].as_percent(1),
            point.at.practice.positive.as_percent(1),
            point.at.practice.negative.as_percent(1),
        ]
        for point in inputs.points
    ]
    return table_of(["Operating point", "Threshold", "Sensitivity", "Specificity", "PPV", "NPV"], rows)
