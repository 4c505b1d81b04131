"""All installed networks side by side, and how they were trained."""

import streamlit as st

from core.classifier.card import ModelCard
from core.evaluation.comparison import PairedDifference
from core.evaluation.figures import Figure
from core.evaluation.results import Evaluation
from dashboard.charts import training_curve
from dashboard.components.performance_headline import figure_cell
from dashboard.components.plots import draw_plot
from dashboard.components.tables import Cell, draw_table
from dashboard.components.words import plural, threshold
from dashboard.measured import get_comparison, get_training_curve


def draw_networks(measured: dict[str, tuple[ModelCard, Evaluation]]) -> None:
    """One column per network, each at its own threshold; then the paired differences."""
    evaluations = [evaluation for _, evaluation in measured.values()]
    head: list[str | Cell] = [""]
    head += [
        Cell(name, f"{card.architecture}, {card.facts.get('parameters', 0):,} parameters")
        for name, (card, _) in measured.items()
    ]
    rows: list[list[str | Cell]] = [
        ["Images", *(f"{e.whole.n:,}, of them {e.whole.n_malignant:,} malignant" for e in evaluations)],
        ["Referral threshold", *(threshold(e.whole.at_operating_point.threshold) for e in evaluations)],
    ]
    for key in ("sensitivity", "specificity"):
        cells = [figure_cell(e.whole.at_operating_point.figures[key], is_big=True) for e in evaluations]
        rows.append([Cell(key.capitalize(), "at its own threshold"), *cells])
    rows.append(["ROC-AUC", *(figure_cell(e.whole.ranking["roc_auc"], is_share=False) for e in evaluations)])
    rows.append([Cell("ROC-AUC", "same source only"), *(_same_source(e) for e in evaluations)])
    rows.append(["Calibration error", *(figure_cell(e.whole.ranking["ece"], is_share=False) for e in evaluations)])
    rows.append(["Accuracy at 50%", *(figure_cell(e.whole.at_half.figures["accuracy"]) for e in evaluations)])
    draw_table(head, rows)
    st.caption("95% intervals, bootstrap by lesion, on all test images of each network's evaluation.")
    _draw_differences(measured)


def draw_training(model: str, card: ModelCard) -> None:
    """The curve of each epoch, and what was trained on."""
    curve = get_training_curve(model)
    if curve is None or curve.empty:
        st.info(
            f"The training curve of {model} is not installed. `make train MODEL={model}` writes it beside the weights.",
            icon=":material/info:",
        )
        return
    draw_plot(training_curve(curve, card.facts.get("best_epoch")), key="chart-training")
    data = card.facts.get("training_data", {})
    parts = ", ".join(
        f"{name} {data[name]['n']:,} images ({data[name]['malignant']:,} malignant)"
        for name in ("train", "validation")
        if name in data
    )
    st.caption(
        f"{parts.capitalize()}. Lesions and near-duplicates lie on one side of that cut. Start: "
        f"{card.facts.get('initial_weights', 'not recorded')}. The test images took no part: not in the choice of the "
        "epoch, nor of temperature and thresholds."
    )


def _draw_differences(measured: dict[str, tuple[ModelCard, Evaluation]]) -> None:
    names = list(measured)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            paired = get_comparison((first, measured[first][0]), (second, measured[second][0]))
            st.markdown(f"**{first} minus {second}**")
            if paired is None:
                st.caption("Not comparable: the two were measured on different images.")
            else:
                _draw_difference(paired)


def _draw_difference(paired: PairedDifference) -> None:
    figures = {"ROC-AUC": paired.roc_auc, "Sensitivity": paired.sensitivity, "Specificity": paired.specificity}
    rows: list[list[str | Cell]] = [[name, Cell(_points(figure), _verdict(figure))] for name, figure in figures.items()]
    draw_table([], rows, is_wide=False)
    st.caption(
        f"Percentage points with 95% interval, paired: each bootstrap draw of the same {plural(paired.n, 'image')} "
        "measures both networks, each at its own threshold."
    )


def _points(figure: Figure) -> str:
    value, low, high = (f"{100 * part:+.1f}" for part in (figure.value, figure.low, figure.high))
    return f"{value} ({low} to {high})".replace("-", "−")


def _verdict(figure: Figure) -> str:
    if figure.low > 0:
        return "the first is higher"
    return "the second is higher" if figure.high < 0 else "the interval holds zero: no difference shown"


def _same_source(evaluation: Evaluation) -> Cell:
    if evaluation.same_source is None:
        return Cell("not known")
    cell = figure_cell(evaluation.same_source.ranking["roc_auc"], is_share=False)
    return Cell(cell.text, f"{cell.small}, n = {evaluation.same_source.n}")
