"""How steady a network is: the source of a picture, other ways of scoring it, and small changes of it."""

from collections.abc import Mapping

import streamlit as st

from core.evaluation.results import Evaluation, Further, SetFigures
from core.evaluation.robustness import FamilyRobustness
from core.evaluation.source import SourceFigures
from dashboard.charts import changed_bands
from dashboard.charts.groups import in_words
from dashboard.components.performance_headline import figure_cell
from dashboard.components.plots import draw_plot
from dashboard.components.tables import Cell, draw_table
from dashboard.components.words import plural, threshold


def draw_robustness(model: str, evaluation: Evaluation) -> None:
    """What was measured of it; says what was not, and how to."""
    further = evaluation.further
    if further.robustness:
        _draw_changes(further.robustness.families, further.robustness.n)
    if further.source:
        _draw_source(further.source)
    if further.averaged or further.at_accuracy_threshold:
        _draw_ways(evaluation)
    if further == Further():
        st.info(
            f"{model} was measured before these figures existed. `make evaluate MODEL={model}` measures them.",
            icon=":material/info:",
        )
    elif not further.robustness:
        st.info(f"How often small changes move the band: `make evaluate MODEL={model}`.", icon=":material/info:")


def _draw_changes(families: Mapping[str, FamilyRobustness], n: int) -> None:
    st.markdown("**How often a second photograph would change the band**")
    rows: list[list[str | Cell]] = [
        [in_words(name).capitalize(), figure_cell(found.mean_share, is_big=True), figure_cell(found.any_share)]
        for name, found in families.items()
    ]
    draw_table(["Change of the picture", "Band changes, on average", "by any of them"], rows)
    draw_plot(changed_bands(families), key="chart-robustness")
    st.caption(
        f"{plural(n, 'image')}, 95% intervals. Published networks change their diagnosis under such changes too "
        "(Maron et al., Eur J Cancer 2021)."
    )


def _draw_source(source: SourceFigures) -> None:
    st.markdown(
        "**Does it know where a picture is from?** Malignant images alone, among which the source says nothing."
    )
    lies = source.difference.low <= 0 <= source.difference.high
    head: list[str | Cell] = ["", "HAM10000", "Other collections", Cell("Difference", "in points")]
    verdict = "the interval holds zero" if lies else "its calls depend on the source"
    rows: list[list[str | Cell]] = [
        ["Malignant images", f"{source.n_ham:,}", f"{source.n_other:,}", ""],
        [
            Cell("Sensitivity", "at the referral threshold"),
            figure_cell(source.sensitivity_ham),
            figure_cell(source.sensitivity_other),
            source.difference.as_points(),
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
