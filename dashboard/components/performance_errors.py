"""The errors that a network was surest of, with their pictures."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from core.classifier.card import ModelCard
from core.data.labelled import LabelledImage
from core.domain import LesionImage
from core.errors import DataFolderInvalid, ImageRejected
from core.evaluation.error_pictures import find_pictures
from core.evaluation.operating_points import OperatingPoints, band_of
from core.evaluation.predictions import ScoredImage
from core.evaluation.results import Evaluation
from core.imaging.decode import decode
from core.imaging.overlay import overlay_heatmap
from dashboard.components.pictures import encode_picture
from dashboard.components.viewer import find_heatmap
from dashboard.components.words import BAND_LABEL, EMPTY_MAP, MAP_LEGEND, METHOD_LABEL, percent
from dashboard.resources import get_practice, get_predictions, get_shelf

N_ERRORS = 20
_COLUMNS = 5
_OPACITY = 0.6


def draw_errors(model: str, card: ModelCard, evaluation: Evaluation) -> None:
    """Malignant images with the lowest scores and benign ones with the highest, the most confident error first; with
    heat maps on request."""
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
        f"low, {len(rows) - missed} benign ones scored high. The most confident errors come first."
    )
    pictures = _find(evaluation, rows)
    is_mapped = bool(pictures) and st.toggle("Show heat maps", key="error-maps", help=MAP_LEGEND)
    if is_mapped:
        st.caption(f"{MAP_LEGEND} {METHOD_LABEL[card.heatmap_methods[0]]}, for the malignant class.")
    draw = partial(_draw_error, card, pictures, model if is_mapped else None)
    _draw_rows("Malignant, scored low", [row for row in rows if row.malignant], draw)
    _draw_rows("Benign, scored high", [row for row in rows if not row.malignant], draw)


def _draw_rows(title: str, rows: Sequence[ScoredImage], draw: Callable[[ScoredImage], None]) -> None:
    if rows:
        st.markdown(f"**{title}** ({len(rows)})")
    for start in range(0, len(rows), _COLUMNS):
        for column, row in zip(st.columns(_COLUMNS), rows[start : start + _COLUMNS], strict=False):
            with column, st.container(border=True, gap="xsmall"):
                draw(row)


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


def _draw_error(
    card: ModelCard, pictures: Mapping[str, LabelledImage], mapped_by: str | None, row: ScoredImage
) -> None:
    image = pictures.get(row.file)
    if image is not None:
        try:
            _draw_picture(decode(image.path.read_bytes()), mapped_by)
        except (ImageRejected, OSError):
            st.caption("This picture cannot be read.")
    label = "malignant" if row.malignant else "benign"
    band = band_of(row.malignant_probability, OperatingPoints(card.refer_threshold, card.no_concern_threshold))
    st.markdown(f"**{label}**, scored **{percent(row.malignant_probability)}**: {BAND_LABEL[band]}")
    seen = "; seen in training" if row.repeats_train else ""
    st.caption(f"{row.diagnosis or 'Diagnosis not known'}{seen}  \n`{row.file}`")


def _draw_picture(image: LesionImage, mapped_by: str | None) -> None:
    if mapped_by is None:
        st.image(encode_picture(image.pixels), width="stretch")
        return
    shelf = get_shelf()
    heatmap = find_heatmap(shelf, mapped_by, image, shelf.get(mapped_by).card.heatmap_methods[0])
    st.image(encode_picture(overlay_heatmap(image.pixels, heatmap.values, _OPACITY)), width="stretch")
    if not heatmap.values.any():
        st.caption(EMPTY_MAP)
