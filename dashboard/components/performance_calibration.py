"""Whether a stated probability is true: before and after calibration, and corrected to the set's own share."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.classifier.card import ModelCard
from core.evaluation.calibration_figures import calibration_stages_of
from core.evaluation.calibration_steps import CalibrationStep
from core.evaluation.parts import SetPart
from core.evaluation.results import Evaluation
from dashboard.charts import calibration_stages
from dashboard.components.performance_headline import choose_part, figure_cell, say_no_predictions
from dashboard.components.plots import draw_plot
from dashboard.components.tables import Cell, draw_table
from dashboard.measured import get_calibration_steps
from dashboard.set_words import set_label


def draw_calibration(model: str, card: ModelCard, parts: Sequence[SetPart], others: Mapping[str, Evaluation]) -> None:
    """The stages side by side: error with interval, beside the error that chance alone would show; then further sets,
    whose share of malignant images is another."""
    _draw_stages(model, card, parts)
    _draw_further_sets(others)


def _draw_stages(model: str, card: ModelCard, parts: Sequence[SetPart]) -> None:
    part = choose_part(parts, key="calibration-part")
    steps = get_calibration_steps(model, card, part)
    if steps is None:
        say_no_predictions(model)
        return
    left, right = st.columns([1, 1.1], gap="large")
    with left:
        draw_table(
            ["Probabilities", Cell("ECE", "15 equal-mass bins"), Cell("If perfect", "by chance"), "Brier score"],
            [_row(step) for step in steps],
        )
        st.caption(
            "“If perfect” is the error that a perfectly calibrated network with the same scores would show on as many "
            "images (1,000 draws): an error inside that interval is no evidence of miscalibration. The correction for "
            "the malignant share uses the set's share and nothing else of its labels (Saerens 2002)."
        )
    with right:
        draw_plot(calibration_stages(steps), key="chart-calibration-stages", is_half=True)


def _draw_further_sets(others: Mapping[str, Evaluation]) -> None:
    known = {name: other.further.calibration for name, other in others.items() if other.further.calibration}
    rows: list[list[str | Cell]] = [
        [Cell(set_label(name)[0], stage), figure_cell(ece, is_share=False), figure_cell(ideal, is_share=False)]
        for name, found in known.items()
        for stage, ece, ideal in calibration_stages_of(found)
    ]
    if rows:
        st.markdown("**On further sets**")
        draw_table(["Set", Cell("ECE", "15 equal-mass bins"), Cell("If perfect", "by chance")], rows, is_wide=False)


def _row(step: CalibrationStep) -> list[str | Cell]:
    figures = (step.ece, step.ideal_ece, step.brier)
    return [step.name[0].upper() + step.name[1:], *(figure_cell(figure, is_share=False) for figure in figures)]
