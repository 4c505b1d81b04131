"""The heat map of one picture, checked on request."""

import streamlit as st

from core.domain import LesionImage, Prediction
from core.explanations.map_checks import MapChecks, check_map
from core.gates.outline import outline_lesion
from core.taxonomy import HeatmapMethod
from dashboard import session
from dashboard.components.tables import Cell, draw_table
from dashboard.components.waiting import take_turn
from dashboard.components.words import METHOD_LABEL
from dashboard.resources import get_shelf

_NOTE = (
    "One picture says little; figures over the test set are in the model card, once measured. Stability is the "
    "correlation with the maps of the mirrored picture; deletion and insertion are mean scores while the hottest "
    "tenths are blurred, or shown, one after the other (Petsiuk 2018); the others are rank correlations of the map's "
    "cells."
)


def draw_map_checks(prediction: Prediction, image: LesionImage, method: HeatmapMethod) -> None:
    """What was found of the map by one method; measured when it is asked for."""
    found = _find(prediction, image, method)
    if found.curves is None:
        st.caption("The heat map is empty or flat: there is nothing to check.")
        return
    rows: list[list[str | Cell]] = [
        [Cell("Stable under mirroring", "1: the same map"), _number(found.flip_stability)],
        [Cell("Deletion", "lower is better"), f"{found.curves.deletion_area:.2f}"],
        [Cell("Insertion", "higher is better"), f"{found.curves.insertion_area:.2f}"],
        [Cell("Goes with colour variance", "−1 to 1"), _number(found.with_colour_variance)],
        [Cell("Goes with texture"), _number(found.with_texture)],
        [Cell("Goes with distance from the outline"), _number(found.with_outline_distance)],
    ]
    draw_table([f"{METHOD_LABEL[method]} of this picture", ""], rows, is_wide=False)
    st.caption(_NOTE)


def _find(prediction: Prediction, image: LesionImage, method: HeatmapMethod) -> MapChecks:
    key = (image.sha256, prediction.model.card_sha256, str(method))

    def check() -> MapChecks:
        classifier = get_shelf().get(prediction.model.name)
        with take_turn(classifier, "Checking the heat map …"):
            return check_map(classifier, image, method, outline_lesion(image.pixels))

    return session.once("map checks", key, check)


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.2f}".replace("-", "−")
