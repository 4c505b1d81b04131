"""What the test figures would mean in a practice: bands, predictive values, decision curve, other operating points."""

from collections.abc import Sequence

import streamlit as st

from core.classifier.card import ModelCard
from core.evaluation.band_values import values_by_band
from core.evaluation.calibration_figures import assumed_malignant_share
from core.evaluation.decision_curve import decision_curve
from core.evaluation.exploration import Exploration, of_thousand
from core.evaluation.operating_points import OperatingPoints
from core.evaluation.parts import SetPart
from core.evaluation.points_compared import ChosenBy, ComparedPoint, compare_points
from dashboard.charts import decision
from dashboard.components.performance_headline import choose_part, figure_cell, say_no_predictions
from dashboard.components.plots import draw_plot
from dashboard.components.tables import Cell, draw_table
from dashboard.components.words import BAND_LABEL, threshold
from dashboard.measured import get_exploration
from dashboard.resources import get_practice, get_record
from dashboard.workflow.threshold import threshold_in_force

_PREVALENCES = (0.005, 0.60)  # below it no interval of 660 images says anything; above it no practice is


@st.fragment
def draw_practice(model: str, card: ModelCard, parts: Sequence[SetPart]) -> None:
    """A prevalence to choose; only this part of the page runs again when it is moved."""
    left, right = st.columns(2, gap="large")
    with left:
        part = choose_part(parts, key="practice-part")
    images = get_exploration(model, card.weights_sha256, part)
    if images is None:
        say_no_predictions(model)
        return
    with right:
        prevalence = _choose_prevalence()
    _draw_bands(images, card, prevalence)
    curve = decision_curve(
        images.probability,
        images.is_malignant,
        images.weights,
        threshold=card.refer_threshold,
        prevalence=prevalence,
        assumed_share=assumed_malignant_share(card),
    )
    draw_plot(decision(curve), key="chart-decision")
    st.caption(
        "Net benefit (Vickers & Elkin 2006): malignant lesions found per lesion seen, less the needless referrals, "
        "each weighed by the risk from which the clinician would refer. It takes the practice's lesions for lesions "
        "like these, which they are not: the kinds that these images lack come on top."
    )
    own_threshold = threshold_in_force(card=card, record=get_record())
    _draw_points(compare_points(images, card, prevalence, own_threshold))


def _choose_prevalence() -> float:
    own = get_practice().prevalence
    low, high = (100 * end for end in _PREVALENCES)
    start = min(max(round(100 * own, 1), low), high)
    percent = st.slider(
        "If the share of malignant lesions is", low, high, start, step=0.1, format="%.1f%%", key="practice-prevalence"
    )
    st.caption(f"This practice: {own:.1%}, entered under Settings. The slider changes nothing but this page.")
    return float(percent) / 100


def _draw_bands(images: Exploration, card: ModelCard, prevalence: float) -> None:
    points = OperatingPoints(card.refer_threshold, card.no_concern_threshold)
    found = values_by_band(images.probability, images.is_malignant, images.weights, points, prevalence)
    rows: list[list[str | Cell]] = [
        [
            BAND_LABEL[band],
            figure_cell(value.share_malignant, is_big=True),
            figure_cell(value.share_of_lesions),
            Cell(f"{value.n_malignant + value.n_benign:,}", f"{value.n_malignant:,} malignant"),
        ]
        for band, value in found.items()
    ]
    draw_table(["Band", Cell("Malignant", f"where {prevalence:.1%} are"), "Of all lesions", "Test images"], rows)


def _draw_points(points: Sequence[ComparedPoint]) -> None:
    st.markdown("**Operating points compared**")
    draw_table(
        [
            "Operating point",
            "Threshold",
            "Sensitivity",
            "Specificity",
            "PPV",
            "NPV",
            Cell("Called", "of 1,000 lesions"),
        ],
        [_point(point) for point in points],
    )
    st.caption(
        "In force: what cases are scored with, fixed on validation images. Exploratory rows were chosen on these test "
        "images, which flatters them: they are there to compare, not to adopt."
    )


def _point(point: ComparedPoint) -> list[str | Cell]:
    at, practice = point.at.figures, point.at.practice
    lesions = of_thousand(at.figures["sensitivity"].value, at.figures["specificity"].value, practice.prevalence)
    mark = "in force" if point.is_in_force else _MARK[point.chosen_by]
    return [
        Cell(point.name, mark),
        threshold(at.threshold),
        figure_cell(at.figures["sensitivity"], is_big=point.is_in_force),
        figure_cell(at.figures["specificity"], is_big=point.is_in_force),
        figure_cell(practice.positive),
        figure_cell(practice.negative),
        f"{lesions.found + lesions.false_alarms:,}",
    ]


_MARK = {
    ChosenBy.VALIDATION: "chosen on validation",
    ChosenBy.CONVENTION: "convention, chosen on nothing",
    ChosenBy.PRACTICE: "this practice",
    ChosenBy.TEST: "exploratory",
}
