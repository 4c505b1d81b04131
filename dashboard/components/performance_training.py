"""How a network was trained: its curve, and what each measure of the recipe was worth."""

from collections.abc import Sequence

import streamlit as st

from core.classifier.card import ModelCard
from core.evaluation.ablations import ABLATION_COLUMNS, Ablation, ablations_csv
from dashboard.charts import training_curve
from dashboard.components.performance_headline import figure_cell
from dashboard.components.plots import draw_plot
from dashboard.components.tables import Cell, draw_table
from dashboard.components.words import COLUMN_LABEL, plural
from dashboard.measured import get_ablations, get_training_curve


def draw_training(model: str, card: ModelCard) -> None:
    """The curve of each epoch with what was trained on, then the ablations."""
    _draw_curve(model, card)
    _draw_ablations(get_ablations())


def _draw_curve(model: str, card: ModelCard) -> None:
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


def _draw_ablations(rows: Sequence[Ablation]) -> None:
    if not rows:
        return
    st.markdown("**What each measure was worth** (ROC-AUC; all rows trained alike, at reduced cost)")
    head: list[str | Cell] = ["Network", *(COLUMN_LABEL[column] for column in ABLATION_COLUMNS)]
    head += [Cell("DeLong", f"p, against {_baseline(rows)}"), Cell("McNemar", "p")]
    draw_table(head, [_ablation(row) for row in rows])
    st.download_button(
        "Table as CSV", ablations_csv(tuple(rows)), file_name="ablations.csv", mime="text/csv", on_click="ignore"
    )


def _baseline(rows: Sequence[Ablation]) -> str:
    """The row that the others are tested against: the one without a test of its own."""
    return next((f"“{row.row}”" for row in rows if row.delong_p is None and row.mcnemar_p is None), "the baseline")


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
