"""Similar confirmed pictures in a row, and the odd one among a patient's lesions; never whose a similar case is."""

import html
from collections.abc import Sequence

import streamlit as st

from core.domain import CaseRecord, Prediction
from core.errors import LesionwiseError
from dashboard.components.frame import show_error
from dashboard.measured import get_training_images
from dashboard.resources import get_confirmed_index, get_record, get_settings
from dashboard.workflow.record import Record
from dashboard.workflow.similar import (
    N_SHOWN,
    SimilarPicture,
    find_odd_lesion,
    find_similar_cases,
    find_similar_training,
)

_ABOUT = "Similar to the network, which need not be what a dermatologist calls similar. Distance: 0 the same, 1 unlike."


def draw_similar(prediction: Prediction, *, upload_sha256: str, lesion_id: int | None = None) -> None:
    """The nearest confirmed cases of the practice, and of the network's training images where they are at hand."""
    cases = find_similar_cases(
        prediction=prediction,
        upload_sha256=upload_sha256,
        lesion_id=lesion_id,
        index=get_confirmed_index(),
        record=get_record(),
    )
    st.markdown("**Confirmed cases of this practice**")
    if cases:
        _draw_row(cases)
    else:
        st.caption("No other case that this network scored has a confirmed diagnosis yet.")
    _draw_training(prediction)
    st.caption(_ABOUT)


def draw_odd_lesion(case: CaseRecord, record: Record) -> None:
    """The lesion of this patient that is least like the others, from three on; a hint and no finding."""
    try:
        odd = find_odd_lesion(case=case, record=record)
    except LesionwiseError as error:
        show_error(error)
        return
    if odd is None:
        return
    found = odd.found
    is_this = odd.lesion_id == case.lesion_id
    named = "This lesion" if is_this else f"Lesion {html.escape(odd.label)}"
    st.caption(
        f":material/egg: {named} is the least like the others of this patient's {found.n_lesions} to the network "
        f"(distance {found.distance:.2f}; the next {found.next_distance:.2f}). A hint to look again, no finding."
    )
    if not is_this:
        query = {"case": str(odd.case_id)}
        st.page_link("../pages/case.py", label="Open it", icon=":material/badge:", query_params=query)


def _draw_training(prediction: Prediction) -> None:
    data = get_settings().data
    if data is None:
        return
    st.markdown("**Images that this network was trained on**")
    images = get_training_images(prediction.model.weights_sha256)
    if images is None:
        st.caption("Not prepared for this network. Ask the person who looks after this computer.")
        return
    _draw_row(find_similar_training(prediction=prediction, images=images, data=data))


def _draw_row(pictures: Sequence[SimilarPicture]) -> None:
    for column, picture in zip(st.columns(N_SHOWN), pictures, strict=False):
        with column:
            if picture.thumbnail is None:
                st.markdown(":material/broken_image:", help="The picture cannot be read.")
            else:
                st.image(picture.thumbnail, width="stretch", alt="A similar lesion")
            kind = "malignant" if picture.is_malignant else "benign"
            said = (
                f"{picture.diagnosis[0].upper()}{picture.diagnosis[1:]} ({kind})"
                if picture.diagnosis
                else kind.capitalize()
            )
            how = picture.confirm_type or "confirmation not recorded"
            st.html(
                f'<div class="lw-similar"><b>{html.escape(said)}</b><br>{html.escape(how)}'
                f"<br>distance {picture.distance:.2f}</div>"
            )
