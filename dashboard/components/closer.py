"""What can be asked about a result beside it: nothing of it is measured until it is asked for."""

import streamlit as st

from core.domain import LesionImage, Prediction
from core.errors import LesionwiseError
from core.taxonomy import HeatmapMethod
from dashboard.components.frame import show_error
from dashboard.components.influence_view import draw_influence
from dashboard.components.map_checks_view import draw_map_checks
from dashboard.components.similar_view import draw_similar
from dashboard.resources import get_card

_INFLUENCE, _SIMILAR, _MAP = "What would change it", "Similar confirmed cases", "Is the heat map sound?"


def draw_closer(
    prediction: Prediction,
    image: LesionImage,
    *,
    upload_sha256: str,
    key: str,
    method: HeatmapMethod,
    lesion_id: int | None = None,
) -> None:
    """A choice of three questions, none of them chosen at first, and the answer below."""
    asked = st.segmented_control("Look closer", [_INFLUENCE, _SIMILAR, _MAP], key=f"closer-{key}")
    try:
        if asked == _SIMILAR:
            draw_similar(prediction, upload_sha256=upload_sha256, lesion_id=lesion_id)
        elif asked is not None and not _is_installed(prediction):
            st.caption(f"{prediction.model.name} {prediction.model.version}, which scored this, is not installed.")
        elif asked == _INFLUENCE:
            draw_influence(prediction, image, key=key)
        elif asked == _MAP:
            draw_map_checks(prediction, image, method)
    except LesionwiseError as error:
        show_error(error)


def _is_installed(prediction: Prediction) -> bool:
    """Whether exactly the network that gave the result can be asked again."""
    return get_card(prediction.model.name).weights_sha256 == prediction.model.weights_sha256
