"""How a network was trained: its curve, and what each measure of the recipe was worth."""

from collections.abc import Sequence

import streamlit as st

from core.classifier.card import ModelCard
from core.evaluation.ablations import (
    ABLATION_COLUMNS,
    Ablation,
    AblationColumn,
    ablations_csv,
    baseline_of,
    missing_note,
    paired_tests,
)
from dashboard.charts import training_curve
from dashboard.components.performance_headline import figure_cell
from dashboard.components.plots import draw_plot
from dashboard.components.tables import Cell, draw_table
from dashboard.components.words import COLUMN_LABEL
from dashboard.measured import get_ablations, get_training_curve


def draw_training(model: str, card: ModelCard) -> None:
    """The curve of each epoch with what was trained on, then the ablations."""
    _draw_curve(model, card)
    draw_ablations(get_ablations())


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


def draw_ablations(rows: Sequence[Ablation]) -> None:
    """ROC-AUC by row and column, then the paired tests; nothing where the table is not installed."""
    if not rows:
        return
    st.markdown("**What each measure was worth** (ROC-AUC; all rows trained alike, at reduced cost)")
    columns = [COLUMN_LABEL[column] for column in ABLATION_COLUMNS]
    measured: list[list[str | Cell]] = [[Cell(row.row, row.cost), *map(_roc_auc, _by_column(row))] for row in rows]
    draw_table(["Network", *columns], measured)
    st.markdown(f"**Is it more than chance?** p against {baseline_of(rows)}, paired on the same images")
    tested: list[list[str | Cell]] = [[row.row, *map(_tests, _by_column(row))] for row in rows if not row.is_baseline]
    draw_table(["Network", *(Cell(name, "DeLong, McNemar") for name in columns)], tested)
    st.caption(f"DeLong tests the ROC-AUC, McNemar the accuracy; not corrected for many tests. {missing_note(rows)}")
    st.download_button(
        "Table as CSV", ablations_csv(rows), file_name="ablations.csv", mime="text/csv", on_click="ignore"
    )


def _by_column(row: Ablation) -> list[AblationColumn | None]:
    return [row.columns.get(name) for name in ABLATION_COLUMNS]


def _roc_auc(column: AblationColumn | None) -> Cell:
    return figure_cell(column.roc_auc, is_share=False) if column else Cell("not measured")


def _tests(column: AblationColumn | None) -> Cell:
    delong, mcnemar = paired_tests(column)
    return Cell(delong or "–", mcnemar or "–")
