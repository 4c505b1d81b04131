"""All installed networks side by side."""

from itertools import combinations

import streamlit as st

from core.classifier.card import ModelCard
from core.evaluation.comparison import PairedDifference
from core.evaluation.figures import Figure
from core.evaluation.results import Evaluation
from dashboard.components.performance_headline import figure_cell
from dashboard.components.tables import Cell, draw_table
from dashboard.components.words import threshold
from dashboard.measured import get_comparison


def draw_networks(measured: dict[str, tuple[ModelCard, Evaluation]]) -> None:
    """One column per network, each at its own threshold; then the paired differences."""
    evaluations = [evaluation for _, evaluation in measured.values()]
    head: list[str | Cell] = [""]
    head += [
        Cell(name, f"{card.architecture}, {card.facts.get('parameters', 0):,} parameters")
        for name, (card, _) in measured.items()
    ]
    rows: list[list[str | Cell]] = [
        ["Images", *(Cell(f"{e.whole.n:,}", f"{e.whole.n_malignant:,} malignant") for e in evaluations)],
        ["Referral threshold", *(threshold(e.whole.at_operating_point.threshold) for e in evaluations)],
    ]
    for key in ("sensitivity", "specificity"):
        cells = [figure_cell(e.whole.at_operating_point.figures[key], is_big=True) for e in evaluations]
        rows.append([Cell(key.capitalize(), "at its own threshold"), *cells])
    rows.append(["ROC-AUC", *(figure_cell(e.whole.ranking["roc_auc"], is_share=False) for e in evaluations)])
    rows.append([Cell("ROC-AUC", "same source only"), *(_same_source(e) for e in evaluations)])
    rows.append(
        [
            Cell("Calibration error", "10 equal-width bins"),
            *(figure_cell(e.whole.ranking["ece"], is_share=False) for e in evaluations),
        ]
    )
    rows.append(["Accuracy at 50%", *(figure_cell(e.whole.at_half.figures["accuracy"]) for e in evaluations)])
    draw_table(head, rows)
    st.caption("95% intervals, bootstrap by lesion, on all test images of each network's evaluation.")
    _draw_differences(measured)


def _draw_differences(measured: dict[str, tuple[ModelCard, Evaluation]]) -> None:
    pairs = list(combinations(measured, 2))
    if not pairs:
        return
    st.markdown("**Paired differences**")
    cards = {name: card for name, (card, _) in measured.items()}
    rows = [
        _difference(f"{first} minus {second}", get_comparison((first, cards[first]), (second, cards[second])))
        for first, second in pairs
    ]
    draw_table(["", "ROC-AUC", "Sensitivity", "Specificity", "Images"], rows)
    st.caption(
        "With 95% interval, sensitivity and specificity in percentage points, paired: each bootstrap draw of the same "
        "images measures both networks, each at its own threshold. An interval that holds zero shows no difference."
    )


def _difference(name: str, paired: PairedDifference | None) -> list[str | Cell]:
    if paired is None:
        return [name, "Not comparable: measured on different images", "", "", ""]
    shares = (paired.sensitivity, paired.specificity)
    roc_auc = Cell(paired.roc_auc.as_difference(), _verdict(paired.roc_auc))
    return [name, roc_auc, *(Cell(figure.as_points(), _verdict(figure)) for figure in shares), f"{paired.n:,}"]


def _verdict(figure: Figure) -> str:
    if figure.low > 0:
        return "the first is higher"
    return "the second is higher" if figure.high < 0 else "no difference shown"


def _same_source(evaluation: Evaluation) -> Cell:
    if evaluation.same_source is None:
        return Cell("not known")
    cell = figure_cell(evaluation.same_source.ranking["roc_auc"], is_share=False)
    return Cell(cell.text, f"{cell.small}, n = {evaluation.same_source.n}")
