"""One threshold that moves every chart and the table; away from the operating threshold it is marked exploratory."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.classifier.card import ModelCard
from core.evaluation.exploration import (
    Exploration,
    ExploredThreshold,
    of_thousand,
    slider_position,
    snap_threshold,
)
from core.evaluation.parts import SetPart
from core.evaluation.published import NOT_COMPARABLE, PUBLISHED
from dashboard.charts import calibration, confusion_matrix, precision_recall, roc, score_distributions
from dashboard.components.performance_headline import choose_part, figure_cell, say_no_predictions
from dashboard.components.plots import draw_plot
from dashboard.components.tables import Cell, draw_table
from dashboard.components.words import plural, threshold
from dashboard.measured import get_exploration, get_explored
from dashboard.resources import get_practice


@st.fragment
def draw_thresholds(model: str, card: ModelCard, parts: Sequence[SetPart]) -> None:
    """The slider with its table, and the charts; only this part of the page runs again when it is moved."""
    part = choose_part(parts, key="part")
    images = get_exploration(model, card.weights_sha256, part)
    if images is None:
        say_no_predictions(model)
        return
    controls, table = st.columns([1, 1.6], gap="large")
    with controls:
        explored = get_explored(model, part, images, _choose(model, card), get_practice().prevalence)
    with table:
        _draw_figures(explored)
    _draw_charts(images, explored, card)


def _choose(model: str, card: ModelCard) -> float:
    """The slider in tenths of a per cent; its first place stands for the operating threshold with all its digits."""
    key, start = f"threshold-{model}-{card.weights_sha256[:12]}", round(100 * slider_position(card.refer_threshold), 1)
    st.session_state.setdefault(key, start)
    percent = st.slider("Call malignant at or above", 0.0, 100.0, step=0.1, format="%.1f%%", key=key)
    chosen = snap_threshold(percent / 100, card.refer_threshold)
    is_operating = chosen == card.refer_threshold
    with st.container(horizontal=True, vertical_alignment="center"):
        if is_operating:
            st.badge("Operating threshold", icon=":material/check:", color="primary")
        else:
            st.badge("Exploratory", icon=":material/science:", color="orange")
        st.button(
            f"Return to {threshold(card.refer_threshold)}",
            icon=":material/undo:",
            disabled=is_operating,
            on_click=st.session_state.__setitem__,
            args=(key, start),
        )
    st.caption(
        f"Cases are scored with the stored threshold {threshold(card.refer_threshold)}, fixed on validation images for "
        "a sensitivity of 95% or more. Moving the slider changes nothing but this page, and a threshold that looks "
        "best here was chosen on the test set: it would be a biased choice."
    )
    return chosen


def _draw_figures(explored: ExploredThreshold) -> None:
    own, practice, at = explored.own, explored.practice, explored.figures.figures
    same = Cell("", "does not depend on that share")
    draw_table(
        [
            Cell("If the share of malignant lesions is"),
            Cell(f"{own.prevalence:.1%}", "these images"),
            Cell(f"{practice.prevalence:.1%}", "this practice"),
        ],
        [
            [Cell("Sensitivity", "malignant that are called"), figure_cell(at["sensitivity"], is_big=True), same],
            [Cell("Specificity", "benign that are not called"), figure_cell(at["specificity"], is_big=True), same],
            [Cell("PPV", "called that are malignant"), figure_cell(own.positive), figure_cell(practice.positive)],
            [Cell("NPV", "not called that are benign"), figure_cell(own.negative), figure_cell(practice.negative)],
        ],
    )
    st.caption(_in_whole_lesions(explored))


def _in_whole_lesions(explored: ExploredThreshold) -> str:
    at, prevalence = explored.figures.figures, explored.practice.prevalence
    lesions = of_thousand(at["sensitivity"].value, at["specificity"].value, prevalence)
    counts = explored.counts
    malignant, benign = plural(lesions.malignant, "malignant lesion"), plural(lesions.false_alarms, "benign one")
    return (
        f"n = {counts.n}: {counts.true_positive + counts.false_negative} malignant, "
        f"{counts.false_positive + counts.true_negative} benign. If the practice's lesions were like these, of "
        f"{malignant} among 1,000 (at {prevalence:.1%}) the network would find {lesions.found} and miss "
        f"{lesions.missed}, and it would call {benign}. Benign keratoses and other types that these images lack come "
        "on top."
    )


def _draw_charts(images: Exploration, explored: ExploredThreshold, card: ModelCard) -> None:
    at = explored.figures
    action = "refer" if at.threshold == card.refer_threshold else "explored"
    counts, prevalence = explored.counts, images.prevalence
    charts = {  # each is made when it is drawn, so that the first is on the screen before the last is made
        "roc": partial(roc, images.roc, images.ranking["roc_auc"], at, PUBLISHED),
        "precision-recall": partial(
            precision_recall, images.precision_recall, images.ranking["average_precision"], at, prevalence
        ),
        "confusion": partial(confusion_matrix, counts),
        "scores": partial(score_distributions, images.histogram, counts, card.no_concern_threshold, action=action),
        "calibration": partial(calibration, images.reliability, images.ranking["ece"], at.threshold, action=action),
    }
    columns = st.columns(2, gap="medium")
    for i, (name, make) in enumerate(charts.items()):
        with columns[i % 2]:
            draw_plot(make(), key=f"chart-{name}", is_half=True)
    with columns[1]:
        st.markdown("**How to read these**")
        st.markdown(
            "- Shaded bands and bars are 95% intervals; the diamond is the threshold above.\n"
            f"- Hollow marks are published figures, {NOT_COMPARABLE}: {_sources()}.\n"
            "- ROC does not change with prevalence; precision does, and is shown for these images.\n"
            "- Calibration: a point on the dashed line means that of images scored 30%, 30% are malignant. It holds "
            f"where {images.prevalence:.0%} are malignant; where the disease is rarer, a score overstates the risk."
        )


def _sources() -> str:
    return "; ".join(dict.fromkeys(point.source for point in PUBLISHED))
