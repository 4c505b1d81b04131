"""What would change a result, on the screen."""

import streamlit as st

from core.domain import LesionImage, Prediction
from core.explanations.influence import Influence, measure_influence
from core.gates.outline import outline_lesion
from dashboard import session
from dashboard.charts.influence import influence
from dashboard.components.plots import draw_plot
from dashboard.components.waiting import take_turn
from dashboard.components.words import percent
from dashboard.resources import get_shelf

_UNSEEN = (
    "Skin without a lesion is nothing that the network was trained on: a high score with the whole lesion covered is "
    "common, and says little."
)


def draw_influence(prediction: Prediction, image: LesionImage, *, key: str) -> None:
    """The verdict with its chart; the picture is scored in some twenty changed forms, and nothing of it is stored."""
    found = find_influence(prediction, image)
    draw_plot(influence(found), key=f"chart-influence-{key}")
    st.caption(" ".join(filter(None, (_strongest(found), _regions(found), _UNSEEN if found.is_by_lesion else ""))))


def find_influence(prediction: Prediction, image: LesionImage) -> Influence:
    """What would change the result, from this session or measured now. Raises WeightsUnusable."""

    def measure() -> Influence:
        classifier = get_shelf().get(prediction.model.name)
        with take_turn(classifier, "Scoring changed forms of the picture …"):
            return measure_influence(classifier, image, prediction, outline_lesion(image.pixels))

    return session.once("influence", (image.sha256, prediction.model.card_sha256), measure)


def _strongest(found: Influence) -> str:
    part = found.strongest
    if part is None:
        return ""
    where = part.region.removeprefix("its ").removeprefix("the ")
    where = f"the {where} of the lesion" if found.is_by_lesion else f"the {where} field"
    return f"Covering {where} lowers the score most, to {percent(part.probability)}."


def _regions(found: Influence) -> str:
    painted = "Covered parts are painted over in the colour of the skin; the blue line is the picture as it is."
    return painted if found.is_by_lesion else f"The outline is unsure, so fields of the picture are covered. {painted}"
