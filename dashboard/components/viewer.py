"""The picture with its heat map, and the switches for it. Nothing moves when the map is switched on or off."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.domain import Heatmap, LesionImage
from core.imaging.overlay import overlay_heatmap
from core.taxonomy import HeatmapMethod
from dashboard import session
from dashboard.components.pictures import WIDEST_PX, WITH_MAP, encode_picture, show_picture, shown_width
from dashboard.components.words import EMPTY_MAP, MAP_LEGEND, METHOD_LABEL
from dashboard.shelf import ClassifierShelf

_BESIDE_PX = 366  # two of them fit into the narrowest left column
_MAX_HEATMAPS = 24
_NARROWEST, _WIDEST = 1.6, 2.45  # width of the left column in units of the right one


def split_page(image: LesionImage | None) -> list[DeltaGenerator]:
    """A column for the picture, as wide as it needs to be, and one for what is said about it."""
    share = _WIDEST if image is None else _WIDEST * shown_width(image.pixels) / WIDEST_PX
    return st.columns([max(_NARROWEST, share), 1], gap="medium")


def draw_viewer(image: LesionImage, heatmap: Heatmap | None, *, opacity: float, is_beside: bool, caption: str) -> None:
    """The picture, with the map over it or beside it, and one line below that is always as high."""
    if heatmap is None:
        show_picture(image.pixels)
        st.html(f'<div class="lw-legend"><span class="lw-ellipsis">{caption}</span></div>')
        return
    overlaid = overlay_heatmap(image.pixels, heatmap.values, opacity)
    if is_beside:
        with st.container(horizontal=True, gap="small"):
            show_picture(image.pixels, _BESIDE_PX)
            show_picture(overlaid, _BESIDE_PX, alt=WITH_MAP)
    else:
        show_picture(overlaid, alt=WITH_MAP)
    if not heatmap.values.any():
        st.html(f'<div class="lw-legend"><span>{EMPTY_MAP}</span></div>')
        return
    st.html(f'<div class="lw-legend"><span>little</span><i></i><span>much</span><span>{MAP_LEGEND}</span></div>')


def draw_switches(state: session.AnalyseState, methods: tuple[HeatmapMethod, ...], *, key: str) -> None:
    """Whether the map is shown, where, by which method and how opaque; always there, so that nothing moves."""
    state.is_map_shown = st.toggle("Show heat map", state.is_map_shown, key=f"{key}-map")
    is_off = not state.is_map_shown
    left, right = st.columns(2)
    places = ["Over", "Beside"]
    index = methods.index(state.chosen_method) if state.chosen_method in methods else 0
    with left:
        state.chosen_method = st.selectbox(
            "Method", methods, index, format_func=METHOD_LABEL.__getitem__, disabled=is_off, key=f"{key}-method"
        )
    with right:
        place = st.selectbox("Place", places, int(state.is_beside), disabled=is_off, key=f"{key}-place")
    state.is_beside = place == "Beside"
    percent = st.slider("Opacity", 0, 100, round(state.opacity * 100), 5, "%d%%", disabled=is_off, key=f"{key}-opacity")
    state.opacity = percent / 100


def find_heatmap(shelf: ClassifierShelf, model: str, image: LesionImage, method: HeatmapMethod) -> Heatmap:
    """The heat map of a picture, from this session or drawn now."""
    classifier = shelf.get(model)
    key = (image.sha256, classifier.card.card_sha256, str(method))
    return session.once("heat map", key, lambda: classifier.explain(image, method), at_most=_MAX_HEATMAPS)


def offer_overlay(image: LesionImage, heatmap: Heatmap, opacity: float, name: str) -> None:
    """A button that downloads the overlay as it is shown."""
    st.download_button(
        "Download overlay",
        lambda: encode_picture(overlay_heatmap(image.pixels, heatmap.values, opacity)),
        file_name=name,
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
