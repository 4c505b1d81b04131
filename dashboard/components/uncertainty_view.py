"""Why a result is uncertain, in one line below it."""

import streamlit as st

from core.domain import LesionImage, Prediction
from core.errors import DataFolderInvalid
from core.explanations.influence import Influence
from core.explanations.uncertainty import Doubt, Uncertainty, explain_uncertainty
from core.taxonomy import Band
from dashboard import session
from dashboard.components.words import percent, threshold
from dashboard.measured import get_reference_of


def draw_uncertainty(prediction: Prediction, image: LesionImage) -> None:
    """Of an indeterminate result every doubt; of any other that it is unlike the training images, if it is so.

    From the stored numbers; steadiness only where it was measured in this session, as "Look closer" does.
    """
    try:
        reference = get_reference_of(prediction.model)
    except DataFolderInvalid:  # the performance page says what is wrong with the file
        reference = None
    influence = session.known("influence", (image.sha256, prediction.model.card_sha256), Influence)
    found = explain_uncertainty(prediction, reference, influence)
    if prediction.band is Band.INDETERMINATE:
        st.caption(f":material/help: Why indeterminate: {'; '.join(_reasons(found, prediction))}.")
    elif Doubt.UNLIKE_TRAINING in found.doubts:
        st.caption(f":material/help: {_far(found).capitalize()}: rely on this result less.")


def _reasons(found: Uncertainty, prediction: Prediction) -> list[str]:
    reasons = [_said(doubt, found, prediction) for doubt in found.doubts]
    reasons = reasons or ["the score lies between the two thresholds"]
    if found.unsteady_under is None:
        reasons.append("how steady it is, “What would change it” tells")
    return reasons


def _said(doubt: Doubt, found: Uncertainty, prediction: Prediction) -> str:
    if doubt is Doubt.NEAR_THRESHOLD:
        own, limit = percent(prediction.malignant_probability), threshold(found.nearest_threshold)
        return f"{own} is near the threshold {limit}"
    if doubt is Doubt.UNSTEADY:
        return f"it is unsteady under {', '.join(found.unsteady_under or ())}"
    return _far(found)


def _far(found: Uncertainty) -> str:
    return (
        f"the picture is unlike those that the network was set up on (distance {found.distance:.1f}, "
        f"99 of 100 lie below {found.far_from:.1f})"
    )
