"""The errors that a network was surest of, with their pictures."""

import streamlit as st

from core.data.labelled import LabelledImage
from core.errors import DataFolderInvalid, ImageRejected
from core.evaluation.error_pictures import find_pictures
from core.evaluation.predictions import ScoredImage
from core.evaluation.results import Evaluation
from core.imaging.decode import decode
from dashboard.components.pictures import encode_picture
from dashboard.components.words import percent
from dashboard.resources import get_practice, get_predictions

N_ERRORS = 20
_COLUMNS = 5


def draw_errors(model: str, evaluation: Evaluation) -> None:
    """Malignant images with the lowest scores and benign ones with the highest, the most confident error first."""
    predictions = get_predictions(model, evaluation.weights_sha256)
    if predictions is None:
        st.info(
            f"The predictions of {model} are not installed. Run `make evaluate MODEL={model}`.", icon=":material/info:"
        )
        return
    rows = predictions.worst_errors(N_ERRORS)
    missed = sum(row.malignant for row in rows)
    st.markdown(
        f"**The {len(rows)} test images whose label the network found least likely**: {missed} malignant ones scored "
        f"low, {len(rows) - missed} benign ones scored high. Most confident errors first."
    )
    pictures = _find(evaluation, rows)
    for start in range(0, len(rows), _COLUMNS):
        for column, row in zip(st.columns(_COLUMNS), rows[start : start + _COLUMNS], strict=False):
            with column, st.container(border=True, gap="xsmall"):
                _draw_error(row, pictures.get(row.file))


def _find(evaluation: Evaluation, rows: tuple[ScoredImage, ...]) -> dict[str, LabelledImage]:
    """The pictures by name; says how to give them where they are missing."""
    data = get_practice().data
    if data is None:
        st.info(
            "The pictures are shown once the folder of labelled images is known: enter it under Settings, or start the "
            "app with LESIONWISE_DATA set to it.",
            icon=":material/image:",
        )
        return {}
    try:
        found = find_pictures(data, evaluation, rows)
    except DataFolderInvalid as error:
        st.warning(f"No pictures: {error} Correct the data folder under Settings.", icon=":material/image:")
        return {}
    if not found.is_same_list:
        st.warning("The data folder holds another list of files than the one measured.", icon=":material/warning:")
    return found.images


def _draw_error(row: ScoredImage, image: LabelledImage | None) -> None:
    if image is not None:
        try:
            st.image(encode_picture(decode(image.path.read_bytes()).pixels), width="stretch")
        except (ImageRejected, OSError):
            st.caption("This picture cannot be read.")
    label = "malignant" if row.malignant else "benign"
    st.markdown(f"**{label}**, scored **{percent(row.malignant_probability)}**")
    seen = "; seen in training" if row.repeats_train else ""
    st.caption(f"{row.diagnosis or 'Diagnosis not known'}{seen}  \n`{row.file}`")
