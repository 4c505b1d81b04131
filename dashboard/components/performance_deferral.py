"""What is gained by leaving the least certain results to a person."""

from collections.abc import Sequence

import streamlit as st

from core.classifier.card import ModelCard
from core.evaluation.parts import SetPart
from dashboard.charts.deferral import deferral
from dashboard.components.performance_headline import choose_part, say_no_predictions
from dashboard.components.plots import draw_plot
from dashboard.components.words import threshold
from dashboard.measured import get_deferral


def draw_deferral(model: str, card: ModelCard, parts: Sequence[SetPart]) -> None:
    """The curve over a part of the test images, and how it is to be read."""
    found = get_deferral(model, card, choose_part(parts, key="deferral-part"))
    if found is None:
        say_no_predictions(model)
        return
    draw_plot(deferral(found), key="chart-deferral")
    st.caption(
        f"The least certain results are those nearest to the referral threshold {threshold(card.refer_threshold)}. "
        f"The diamond is what the indeterminate band, {threshold(card.no_concern_threshold)} to "
        f"{threshold(card.refer_threshold)}, leaves to a person. What a person makes of those lesions is not known "
        "here: the curves are about the rest, on the share of malignant lesions of these images."
    )
