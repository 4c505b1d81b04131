"""What else was measured of a network: source, steadiness, averaging, diagnoses, ablations, and how often it was
tested."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.evaluation.ablations import ABLATION_COLUMNS, Ablation, ablations_csv
from core.evaluation.figures import Figure
from core.evaluation.results import Evaluation, Further, SetFigures
from core.evaluation.robustness import FamilyRobustness
from core.evaluation.scoring_log import LoggedScoring
from core.evaluation.seven_classes import CalledShare, ClassFigures
from core.evaluation.source import SourceFigures
from dashboard.charts import changed_bands, class_confusion
from dashboard.charts.groups import in_words
from dashboard.components.performance_headline import figure_cell
from dashboard.components.plots import draw_plot
from dashboard.components.tables import Cell, draw_table
from dashboard.components.words import plural, threshold
from dashboard.measured import get_ablations, get_test_log

_COLUMN_LABEL = {
    "all": "All test images",
    "without_repeats": "Unseen lesions",
    "same_source": "Same source",
    "ham10000-extra-test": "Held-out lesions",
}


def draw_further(model: str, evaluation: Evaluation, others: Mapping[str, Evaluation]) -> None:
    """Everything of `Further` that was measured; says what was not, and how to."""
    further = evaluation.further
    if further == Further():
        st.info(
            f"{model} was measured before these figures existed. `make evaluate MODEL={model}` measures them; "
            "`--robustness` adds how steady its bands are.",
            icon=":material/info:",
        )
    if further.source:
        _draw_source(further.source)
    if further.averaged or further.at_accuracy_threshold:
        _draw_ways(evaluation)
    if further.robustness:
        _draw_robustness(further.robustness.families, further.robustness.n)
    for name, found in {"": evaluation, **others}.items():
        _draw_diagnoses(found, name)
    _draw_ablations(get_ablations())
    _draw_log(get_test_log(model))


def _draw_source(source: SourceFigures) -> None:
    st.markdown(
        "**Does it know where a picture is from?** Malignant images alone, among which the source says nothing."
    )
    lies = source.difference.low <= 0 <= source.difference.high
    head = ["", "HAM10000", "Other collections", "Difference"]
    verdict = "the interval holds zero" if lies else "its calls depend on the source"
    rows: list[list[str | Cell]] = [
        ["Malignant images", f"{source.n_ham:,}", f"{source.n_other:,}", ""],
        [
            Cell("Sensitivity", "at the referral threshold"),
            figure_cell(source.sensitivity_ham),
            figure_cell(source.sensitivity_other),
            Cell(*_split(source.difference), is_big=False),
        ],
    ]
    draw_table(head, rows)
    probe = source.probe_roc_auc
    said = (
        f" A linear probe tells the two apart from what the network saw with a ROC-AUC of {probe.as_text(3)}; "
        "0.5 would be not at all."
        if probe
        else ""
    )
    st.caption(f"Difference: {verdict}.{said}")


def _draw_ways(evaluation: Evaluation) -> None:
    """As served, averaged over flips and turns, and at the threshold that validation chose for accuracy."""
    st.markdown("**The same images in other ways of scoring**")
    served, further = evaluation.whole, evaluation.further
    rows: list[list[str | Cell]] = [_way("As served", "one forward pass", served)]
    if further.averaged:
        rows.append(_way("Averaged", "eight flips and quarter turns; not how cases are scored", further.averaged))
    draw_table(["", "ROC-AUC", "Sensitivity", "Specificity", "Accuracy at 50%"], rows)
    at = further.at_accuracy_threshold
    if at:
        st.caption(
            f"At {threshold(at.threshold)}, which validation chose for accuracy and which published accuracies are "
            f"compared at: accuracy {at.figures['accuracy'].as_percent(1)}, sensitivity "
            f"{at.figures['sensitivity'].as_percent(1)}, specificity {at.figures['specificity'].as_percent(1)}."
        )


def _way(name: str, meaning: str, figures: SetFigures) -> list[str | Cell]:
    at = figures.at_operating_point.figures
    return [
        Cell(name, meaning),
        figure_cell(figures.ranking["roc_auc"], is_share=False),
        figure_cell(at["sensitivity"]),
        figure_cell(at["specificity"]),
        figure_cell(figures.at_half.figures["accuracy"]),
    ]


def _draw_robustness(families: Mapping[str, FamilyRobustness], n: int) -> None:
    st.markdown("**How often a second photograph would change the band**")
    rows: list[list[str | Cell]] = [
        [in_words(name).capitalize(), figure_cell(found.mean_share, is_big=True), figure_cell(found.any_share)]
        for name, found in families.items()
    ]
    draw_table(["Change of the picture", "Band changes, on average", "by any of them"], rows)
    draw_plot(changed_bands(families), key="chart-robustness")
    st.caption(f"{plural(n, 'image')}, 95% intervals. Published networks: 6.5 to 22% (mild changes).")


def _draw_diagnoses(evaluation: Evaluation, name: str) -> None:
    further, where = evaluation.further, f" on {name}" if name else ""
    if further.called:
        st.markdown(f"**Called malignant, by diagnosis**{where}")
        _draw_called(further.called, evaluation.whole.at_operating_point.threshold)
    if further.classes:
        st.markdown(f"**The differential of seven kinds**{where}")
        _draw_classes(further.classes, name)


def _draw_called(called: Mapping[str, CalledShare], limit: float) -> None:
    rows: list[list[str | Cell]] = [
        [
            Cell(name[0].upper() + name[1:], f"n {share.n:,}" + ("; few" if share.n < 30 else "")),
            figure_cell(share.at_operating_point),
            figure_cell(share.at_half),
        ]
        for name, share in sorted(called.items(), key=lambda item: -item[1].n)
    ]
    draw_table(["Diagnosis", f"At or above {threshold(limit)}", "At or above 50%"], rows)


def _draw_classes(classes: ClassFigures, name: str) -> None:
    left, right = st.columns([1, 1.5], gap="large")
    with left:
        balanced = figure_cell(classes.balanced_accuracy, is_share=False, is_big=True)
        rows: list[list[str | Cell]] = [["Balanced accuracy", balanced]]
        for kind in classes.classes:
            named = Cell(kind, f"named first, n {classes.n_by_class[kind]:,}")
            rows.append([named, figure_cell(classes.recall[kind])])
        draw_table([], rows)
    with right:
        draw_plot(class_confusion(classes), key=f"chart-classes-{name or 'test'}")


def _draw_ablations(rows: Sequence[Ablation]) -> None:
    if not rows:
        return
    st.markdown("**What each measure was worth** (ROC-AUC; all rows trained alike, at reduced cost)")
    head: list[str | Cell] = ["Network", *(_COLUMN_LABEL[column] for column in ABLATION_COLUMNS)]
    head += [Cell("DeLong", "p, against the first row"), Cell("McNemar", "p")]
    draw_table(head, [_ablation(row) for row in rows])
    st.download_button(
        "Table as CSV", ablations_csv(tuple(rows)), file_name="ablations.csv", mime="text/csv", on_click="ignore"
    )


def _ablation(row: Ablation) -> list[str | Cell]:
    cells: list[str | Cell] = [
        figure_cell(row.roc_auc[column], is_share=False) if column in row.roc_auc else "not measured"
        for column in ABLATION_COLUMNS
    ]
    about = f"{row.architecture}, {row.input_px} px, {plural(row.epochs, 'epoch')}"
    return [Cell(row.row, about), *cells, _p(row.delong_p), _p(row.mcnemar_p)]


def _p(value: float | None) -> str:
    if value is None:
        return ""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _draw_log(log: Sequence[LoggedScoring]) -> None:
    if not log:
        return
    st.markdown(f"**Test images were scored {plural(len(log), 'time')} for figures beside these weights**")
    rows: list[list[str | Cell]] = [
        [entry.scored_at[:10], entry.set, f"{entry.n:,}", entry.weights_sha256[:12], entry.reason] for entry in log
    ]
    draw_table(["Date", "Set", "Images", "Weights", "Reason"], rows)


def _split(figure: Figure) -> tuple[str, str]:
    value, low, high = (f"{100 * part:+.1f}".replace("-", "−") for part in (figure.value, figure.low, figure.high))
    return f"{value} points", f"{low} to {high}"
