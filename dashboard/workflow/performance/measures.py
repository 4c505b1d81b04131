"""The report's further blocks: groups, diagnoses, steadiness, errors, and other networks."""

from collections.abc import Iterator

from core.data.audit_findings import share
from core.data.audit_result import Audit
from core.data.audit_text import clinical_table, parts_table
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
from dashboard.charts import changed_bands, class_confusion, subgroups, training_curve
from dashboard.charts.groups import in_words
from dashboard.components.words import COLUMN_LABEL, threshold
from dashboard.set_words import label_of_set
from dashboard.workflow.performance.inputs import ReportInputs
from dashboard.workflow.performance.printing import print_across

_NONE = "–"


def subgroups_block(inputs: ReportInputs) -> Iterator[ReportBlock]:
    """Every division as a chart and a table, and what was not assessed; nothing without predictions."""
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
    charts = tuple(print_across(subgroups(division)) for division in divisions if division.groups)
    yield ReportBlock("Subgroups, at the referral threshold", said, tables, charts)


def diagnosis_blocks(inputs: ReportInputs) -> Iterator[ReportBlock]:
    """For each set what is called malignant of each diagnosis, and the differential."""
    for name, evaluation in {inputs.evaluation.set_name: inputs.evaluation, **inputs.others}.items():
        further, label = evaluation.further, label_of_set(name, inputs.evaluation)
        if further.called:
            yield ReportBlock(f"Called malignant, by diagnosis: {label}", tables=(_called(evaluation),))
        if further.classes:
            chart = print_across(class_confusion(further.classes))
            equal = further.classes.balanced_accuracy_at_equal_shares
            said = (
                "Balanced accuracy with each probability divided by its kind's share in training: "
                f"{equal.as_percent(1)}."
                if equal
                else ""
            )
            yield ReportBlock(f"The differential: {label}", (said,) if said else (), charts=(chart,))


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


def training_block(inputs: ReportInputs) -> Iterator[ReportBlock]:
    """The curve of each epoch, where it is installed."""
    if inputs.curve is not None and len(inputs.curve):
        chart = training_curve(inputs.curve, inputs.card.facts.get("best_epoch"))
        yield ReportBlock("Training", charts=(print_across(chart),))


def audit_block(inputs: ReportInputs) -> Iterator[ReportBlock]:
    """What the audit of the images counted; its findings stand at the beginning."""
    audit = inputs.audit
    if audit:
        counted = (parts_table(audit), _sources(audit), clinical_table(audit), _pairs(audit))
        tables = tuple(table_of([_capital(name) for name in rows[0]], rows[1:]) for rows in counted if len(rows) > 1)
        yield ReportBlock("What the audit counted", ("Counts of these files, so without an interval.",), tables)


def _capital(name: str) -> str:
    """As the other heads of the report are; "ROC-AUC" stays."""
    return name[:1].upper() + name[1:]


def log_block(inputs: ReportInputs) -> Iterator[ReportBlock]:
    """Each time that test images were scored for figures beside these weights; nothing without a log."""
    rows = [
        [entry.reason, entry.scored_at[:10], entry.set, f"{entry.n:,}", entry.weights_sha256[:12]]
        for entry in inputs.log
    ]
    if rows:
        head = ["Why test images were scored", "Date", "Set", "Images", "Weights"]
        yield ReportBlock("Every scoring of test images", tables=(table_of(head, rows),))


def _sources(audit: Audit) -> list[list[str]]:
    rows = [
        [
            found.scope,
            *(f"{share(source.n_malignant, source.n)} of {source.n:,}" for source in (found.ham10000, found.other)),
            f"{found.accuracy:.1%}",
            f"{found.roc_auc:.3f}",
            f"{found.commonest_share:.1%}",
        ]
        for found in audit.source
    ]
    head = [
        "Source",
        "Malignant of HAM10000",
        "Malignant of others",
        "Accuracy of that bit",
        "ROC-AUC",
        "Commoner label",
    ]
    return [head, *rows]


def _pairs(audit: Audit) -> list[list[str]]:
    rows = [
        [
            f"{found.kind.value.capitalize()}: {' and '.join(dict.fromkeys(count.parts))}",
            f"{count.n_pairs:,}",
            f"{count.n_label_conflicts:,}",
            f"{count.n_only_turned:,}",
            f"{count.n_lesions:,}",
            f"{count.images[1].n:,} ({count.images[1].n_malignant:,})",
        ]
        for found in audit.pairs
        for count in found.between
    ]
    return [
        [
            "Kind and parts",
            "Pairs",
            "Labels differ",
            "Only turned",
            "Lesions of both",
            "Images of the last (malignant)",
        ],
        *rows,
    ]


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
        tables.append(table_of(["Paired", "ROC-AUC", "Sensitivity, points", "Specificity, points"], differences))
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
        _of(group.sensitivity, group.n_malignant),
        _of(group.specificity, group.n_benign),
        group.roc_auc.as_text(3) if group.roc_auc else _NONE,
    ]


def _of(figure: Figure | None, n: int) -> str:
    """With its own n where that is small."""
    return percent_or_none(figure) + (f", n {n}" if figure and n < SMALL_N else "")


def _called(evaluation: Evaluation) -> ReportTable:
    rows = [
        [f"{name} ({share.n:,})", share.at_operating_point.as_percent(1), share.at_half.as_percent(1)]
        for name, share in sorted(evaluation.further.called.items(), key=lambda item: -item[1].n)
    ]
    limit = threshold(evaluation.whole.at_operating_point.threshold)
    return table_of(["Diagnosis (images)", f"At or above {limit}", "At or above 50%"], rows)


def _difference(found: PairedDifference) -> list[str]:
    return [found.roc_auc.as_difference(), found.sensitivity.as_points(), found.specificity.as_points()]


def percent_or_none(figure: Figure | None) -> str:
    """A share with its interval, or a dash where no image stands behind it."""
    return figure.as_percent(1) if figure else _NONE
