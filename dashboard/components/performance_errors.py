"""The errors that a network was surest of, with their pictures."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from core.classifier.card import ModelCard
from core.data.labelled import LabelledImage
from core.domain import LesionImage
from core.evaluation.error_pictures import find_pictures
from core.evaluation.operating_points import OperatingPoints, band_of
from core.evaluation.predictions import ScoredImage
from core.evaluation.results import Evaluation
from core.imaging.overlay import overlay_heatmap
from dashboard.components.labelled_pictures import draw_labelled, find_labelled, lay_out
from dashboard.components.performance_headline import say_no_predictions
from dashboard.components.pictures import WITH_MAP, encode_picture
from dashboard.components.viewer import find_heatmap
from dashboard.components.words import BAND_LABEL, EMPTY_MAP, MAP_LEGEND, METHOD_LABEL, percent
from dashboard.resources import get_predictions, get_shelf

N_ERRORS = 20
_COLUMNS = 5
_OPACITY = 0.6


def draw_errors(model: str, card: ModelCard, evaluation: Evaluation) -> None:
    """Malignant images with the lowest scores and benign ones with the highest, the most confident error first; with
    heat maps on request."""
    predictions = get_predictions(model, evaluation.weights_sha256)
    if predictions is None:
        say_no_predictions(model)
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
    lay_out(rows, _COLUMNS, draw)


def _find(evaluation: Evaluation, rows: Sequence[ScoredImage]) -> Mapping[str, LabelledImage]:
    """The pictures by name, where the folder is known."""
    found = find_labelled(lambda data: find_pictures(data, evaluation, rows), done="measured")
    return found.images if found else {}


def _draw_error(
    card: ModelCard, pictures: Mapping[str, LabelledImage], mapped_by: str | None, row: ScoredImage
) -> None:
    image = pictures.get(row.file)
    if image is not None:
        draw_labelled(image.path, partial(_draw_map, mapped_by) if mapped_by else None)
    label = "malignant" if row.malignant else "benign"
    band = band_of(row.malignant_probability, OperatingPoints(card.refer_threshold, card.no_concern_threshold))
    st.markdown(f"**{label}**, scored **{percent(row.malignant_probability)}**: {BAND_LABEL[band]}")
    seen = "; also in the train part" if row.repeats_train else ""
    st.caption(f"{row.diagnosis or 'Diagnosis not known'}{seen}  \n`{row.file}`")


def _draw_map(model: str, image: LesionImage) -> None:
    shelf = get_shelf()
    heatmap = find_heatmap(shelf, model, image, shelf.get(model).card.heatmap_methods[0])
    st.image(encode_picture(overlay_heatmap(image.pixels, heatmap.values, _OPACITY)), width="stretch", alt=WITH_MAP)
    if not heatmap.values.any():
        st.caption(EMPTY_MAP)
