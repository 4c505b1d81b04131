"""The report's further blocks: groups, diagnoses, steadiness, errors, and other networks."""

from collections.abc import Iterator

from core.evaluation.ablations import (
    ABLATION_COLUMNS,
    Ablation,
    AblationColumn,
    baseline_of,
    missing_note,
    paired_tests,
)
from core.evaluation.comparison import PairedDifference
from core.evaluation.figures import Figure
from core.evaluation.results import Evaluation
from core.evaluation.subgroups import NOT_ASSESSED, SMALL_N, Subgroup
from core.exports.performance_pdf import ReportBlock, ReportTable, table_of
from dashboard.charts import changed_bands, class_confusion
from dashboard.charts.groups import in_words
from dashboard.components.words import COLUMN_LABEL, threshold
from dashboard.workflow.performance.inputs import ReportInputs
from dashboard.workflow.performance.printing import print_across

_NONE = "–"


def subgroups_block(inputs: ReportInputs) -> Iterator[ReportBlock]:
    """Every division as a table, and what was not assessed; nothing without predictions."""
    divisions = inputs.divisions
    if not divisions:
        return
    head = ["Images (malignant)", "Sensitivity", "Specificity", "ROC-AUC"]
    tables = tuple(
        table_of([division.name, *head], [_group(group) for group in division.groups])
        for division in divisions
        if division.groups
    )
    missing = NOT_ASSESSED | {each.name: "these images do not say" for each in divisions if not each.groups}
    said = tuple(f"{name}: not assessed, {reason}." for name, reason in missing.items())
    yield ReportBlock("Subgroups, at the referral threshold", said, tables)


def diagnosis_blocks(inputs: ReportInputs) -> Iterator[ReportBlock]:
    """For each set what is called malignant of each diagnosis, and the differential."""
    for name, evaluation in {inputs.evaluation.set_name: inputs.evaluation, **inputs.others}.items():
        further = evaluation.further
        if further.called:
            yield ReportBlock(f"Called malignant, by diagnosis: {name}", tables=(_called(evaluation),))
        if further.classes:
            chart = print_across(class_confusion(further.classes))
            equal = further.classes.balanced_accuracy_at_equal_shares
            said = (
                f"Balanced accuracy with each probability divided by its kind's share in training: {equal.as_text(3)}."
                if equal
                else ""
            )
            yield ReportBlock(f"The differential: {name}", (said,) if said else (), charts=(chart,))


def robustness_block(inputs: ReportInputs) -> Iterator[ReportBlock]:
    """How often a second photograph would change the band, where that was measured."""
    found = inputs.evaluation.further.robustness
    if found:
        rows = [
            [in_words(name).capitalize(), family.mean_share.as_percent(1), family.any_share.as_percent(1)]
            for name, family in found.families.items()
        ]
        table = table_of(["Change of the picture", "Band changes, on average", "by any of them"], rows)
        title = f"How often a second photograph would change the band ({found.n:,} images)"
        yield ReportBlock(title, (), (table,), (print_across(changed_bands(found.families)),))


def errors_block(inputs: ReportInputs) -> Iterator[ReportBlock]:
    """The worst errors by file and score; the pictures stay where they are."""
    rows = [
        [
            row.file,
            "malignant" if row.malignant else "benign",
            threshold(row.malignant_probability),
            row.diagnosis or "not known",
        ]
        for row in inputs.errors
    ]
    if rows:
        yield ReportBlock("Worst errors", tables=(table_of(["Test image", "Label", "Scored", "Diagnosis"], rows),))


def networks_block(inputs: ReportInputs) -> Iterator[ReportBlock]:
    """All installed networks side by side, where there is more than one."""
    if len(inputs.networks) < 2:
        return
    each = list(inputs.networks.values())
    rows = [["Referral threshold", *(threshold(e.whole.at_operating_point.threshold) for e in each)]]
    for key in ("sensitivity", "specificity"):
        rows.append([key.capitalize(), *(e.whole.at_operating_point.figures[key].as_percent(1) for e in each)])
    rows.append(["ROC-AUC", *(e.whole.ranking["roc_auc"].as_text(3) for e in each)])
    tables = [table_of(["All test images", *inputs.networks], rows)]
    if inputs.differences:
        differences = [[name, *_difference(found)] for name, found in inputs.differences.items()]
        tables.append(table_of(["Paired, in points", "ROC-AUC", "Sensitivity", "Specificity"], differences))
    yield ReportBlock("Networks compared, each at its own threshold", (), tuple(tables))


def ablations_block(inputs: ReportInputs) -> Iterator[ReportBlock]:
    """What each measure in training was worth, and whether that is more than chance, where that is installed."""
    rows = inputs.ablations
    if not rows:
        return
    head = ["Network", *(COLUMN_LABEL[column] for column in ABLATION_COLUMNS)]
    tests = [[row.row, *map(_tests, _by_column(row))] for row in rows if not row.is_baseline]
    tables = (
        table_of(head, [[row.row, *map(_measured, _by_column(row))] for row in rows]),
        table_of([f"p against {baseline_of(rows)}", *head[1:]], tests),
    )
    said = [f"{row.row}: {row.cost}." for row in rows]
    said += ["p: DeLong for the ROC-AUC, then McNemar for the accuracy.", missing_note(rows)]
    yield ReportBlock("What each measure was worth (ROC-AUC)", tuple(filter(None, said)), tables)


def _by_column(row: Ablation) -> list[AblationColumn | None]:
    return [row.columns.get(name) for name in ABLATION_COLUMNS]


def _measured(column: AblationColumn | None) -> str:
    return column.roc_auc.as_text(3) if column else "not measured"


def _tests(column: AblationColumn | None) -> str:
    return " · ".join(p or _NONE for p in paired_tests(column))


def _group(group: Subgroup) -> list[str]:
    note = f"; fewer than {SMALL_N}, says little" if group.is_small else ""
    return [
        group.name,
        f"{group.n:,} ({group.n_malignant:,}){note}",
        *(percent_or_none(figure) for figure in (group.sensitivity, group.specificity)),
        group.roc_auc.as_text(3) if group.roc_auc else _NONE,
    ]


def _called(evaluation: Evaluation) -> ReportTable:
    rows = [
        [f"{name} ({share.n:,})", share.at_operating_point.as_percent(1), share.at_half.as_percent(1)]
        for name, share in sorted(evaluation.further.called.items(), key=lambda item: -item[1].n)
    ]
    limit = threshold(evaluation.whole.at_operating_point.threshold)
    return table_of(["Diagnosis (images)", f"At or above {limit}", "At or above 50%"], rows)


def _difference(found: PairedDifference) -> list[str]:
    return [figure.as_points() for figure in (found.roc_auc, found.sensitivity, found.specificity)]


def percent_or_none(figure: Figure | None) -> str:
    """A share with its interval, or a dash where no image stands behind it."""
    return figure.as_percent(1) if figure else _NONE
