"""Figures group by group, and what was not assessed."""

from dataclasses import replace

import streamlit as st

from core.classifier.card import ModelCard
from core.evaluation.figures import Figure
from core.evaluation.subgroups import NOT_ASSESSED, SMALL_N, Division, Subgroup
from dashboard.charts import subgroups
from dashboard.components.performance_headline import figure_cell, say_no_predictions
from dashboard.components.plots import draw_plot
from dashboard.components.tables import Cell, draw_table
from dashboard.components.words import plural, threshold
from dashboard.measured import get_divisions


@st.fragment
def draw_subgroups(model: str, card: ModelCard) -> None:
    """One division at a time, as a chart and a table; then what nobody knows."""
    divisions = get_divisions(model, card)
    if divisions is None:
        say_no_predictions(model)
        return
    known = {division.name: division for division in divisions if division.groups}
    name = st.segmented_control("Divided by", list(known), default=next(iter(known)), required=True, key="division")
    division = known[name or next(iter(known))]
    draw_plot(subgroups(division), key="chart-subgroups")
    draw_table(["Group", "Images", "Sensitivity", "Specificity", "ROC-AUC"], [_row(group) for group in division.groups])
    st.caption(
        f"All test images, at the referral threshold {threshold(card.refer_threshold)}; 95% intervals by lesion. "
        f"Hollow, and marked by its n: fewer than {SMALL_N} malignant images behind a sensitivity, or benign ones "
        "behind a specificity; it says little. "
        f"{plural(division.n_unknown, 'image does', 'images do')} not say. Groups were not chosen beforehand, and "
        "among many one looks worse by chance."
    )
    _draw_not_assessed(divisions)


def _row(group: Subgroup) -> list[str | Cell]:
    note = f"; fewer than {SMALL_N}: says little" if group.is_small else ""
    return [
        group.name[0].upper() + group.name[1:],
        Cell(f"{group.n:,}", f"{group.n_malignant:,} malignant{note}"),
        _cell(group.sensitivity, "no malignant image", n=group.n_malignant),
        _cell(group.specificity, "no benign image", n=group.n_benign),
        _cell(group.roc_auc, "needs both", is_share=False),
    ]


def _cell(figure: Figure | None, missing: str, *, is_share: bool = True, n: int = SMALL_N) -> Cell:
    """A figure with its interval, and with its own n where that is small."""
    if not figure:
        return Cell("–", missing)
    found = figure_cell(figure, is_share=is_share)
    return replace(found, small=f"{found.small}, n {n}") if n < SMALL_N else found


def _draw_not_assessed(divisions: tuple[Division, ...]) -> None:
    reasons = NOT_ASSESSED | {
        division.name: "these images do not say; measure the network again where that changed"
        for division in divisions
        if not division.groups
    }
    st.markdown("**Not assessed**")
    draw_table([], [[name, f"not assessed: {reason}"] for name, reason in reasons.items()], is_wide=False)
