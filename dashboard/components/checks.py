"""What the gates found, beside the result: warnings at once, measures one click away."""

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.domain import ArtefactFlag, Checks, HeatShares, LesionImage, LesionMeasures, QualityNote
from core.gates.outline import draw_contour, outline_lesion
from dashboard import session
from dashboard.components.gate import draw_concerns

_OUTLINE_SIDE_PX = 480
_DEFINITIONS = (
    "Area: share of the picture inside the outline. Asymmetry: area not shared with its mirror images about its two "
    "main axes, mean, over twice its area (Stoecker 1992). Border: perimeter squared over 4 pi area, 1 for a circle "
    "(Golston 1992). Colours: those of the six of the ABCD rule that 5% of the lesion are nearest to (Stolz 1994; "
    "reference colours of Kasmi and Mokrani 2016). Measures, not a diagnosis, and no score of the ABCD rule."
)


def draw_warnings(checks: Checks | None) -> None:
    """What may make the score wrong: an overridden gate, heat off the lesion, artefacts, what was ticked."""
    if checks is None:
        return
    if checks.override_reason:
        reasons = "".join(f"\n- {reason}" for reason in checks.reasons)
        st.error(
            f"**Scored against the gates**, for the reason: {plain(checks.override_reason)}{reasons}",
            icon=":material/lock_open:",
        )
    for sentence in checks.heat.warnings if checks.heat else ():
        st.warning(sentence, icon=":material/target:")
    flagged = [flag for flag in checks.artefacts if flag.is_flagged]
    if flagged:
        words = ", ".join(f"{flag.artefact} ({_share(flag.share)})" for flag in flagged)
        st.caption(f":material/layers: Over the lesion or beside it: {words} of the picture.")
    draw_concerns(checks.concerns)


@st.fragment
def draw_details(checks: Checks | None, image: LesionImage) -> None:
    """All that was measured when the picture was scored; drawn once it is opened."""
    label, icon = "Picture, outline and heat, as measured", ":material/straighten:"
    details = st.expander(label, icon=icon, key="measured-details", on_change="rerun")
    if not details.open:
        return
    with details:
        if checks is None:
            st.caption("This case was saved before the program measured this.")
            return
        _draw_quality(checks)
        if not (checks.artefacts or checks.measures or checks.heat):
            st.caption(":material/help: Scored in a batch: artefacts, outline and heat were not measured.")
            return
        _draw_artefacts(checks.artefacts)
        _draw_outline(checks.measures, image)
        _draw_heat(checks.heat)


def _draw_quality(checks: Checks) -> None:
    scope = checks.scope
    if scope is None:
        st.caption(":material/help: Scope: not checked, no gate is fitted for what this network gives.")
    else:
        icon = ":material/check:" if scope.is_in_scope else ":material/warning:"
        said = "dermoscopy" if scope.is_in_scope else "not dermoscopy"
        st.caption(f"{icon} Scope: {said}, {scope.score:.1f} (from {scope.threshold:.1f} on)")
    for note in checks.quality.notes:
        st.caption(_note(note))


def _note(note: QualityNote) -> str:
    icon = ":material/check:" if note.is_fine else ":material/warning:"
    advice = f" {note.advice}" if note.advice else ""
    return f"{icon} {note.name}: {note.sentence}.{advice}"


def _draw_artefacts(flags: tuple[ArtefactFlag, ...]) -> None:
    if not flags:
        st.caption(":material/help: Artefacts: not looked for, their network is not installed.")
        return
    words = ", ".join(_flag(flag) for flag in flags)
    st.caption(f":material/layers: Artefacts, share of the picture (flagged in bold): {words}")


def _flag(flag: ArtefactFlag) -> str:
    mark = "**" if flag.is_flagged else ""
    return f"{mark}{flag.artefact} {_share(flag.share)}{mark}"


def _draw_outline(measures: LesionMeasures | None, image: LesionImage) -> None:
    if measures is None:
        st.caption(":material/help: Outline: no lesion stands out from the skin.")
        return
    picture, words = st.columns([1, 1.4], vertical_alignment="center")
    outlined = session.once("outlined", (image.sha256,), lambda: _outlined(image.pixels))
    picture.image(outlined, width="stretch", alt="The lesion with its outline")
    if not measures.is_sure:
        words.warning(f"Outline unsure: {measures.doubt}. Do not rely on its measures.", icon=":material/help:")
    words.markdown(
        f"Area **{measures.area_share:.0%}** of the picture  \nAsymmetry **{measures.asymmetry:.2f}** (0 to 1)  \n"
        f"Border **{measures.border:.2f}** (1: a circle)  \nColours: **{', '.join(measures.colours) or 'none'}**"
    )
    st.caption(_DEFINITIONS)


def _draw_heat(heat: HeatShares | None) -> None:
    if heat is None:
        st.caption(":material/help: Heat: not measured, there is no outline or no map.")
        return
    st.caption(
        f":material/target: Heat: {heat.inside:.0%} inside the lesion, {heat.border:.0%} on its border, "
        f"{heat.outside:.0%} outside; {heat.on_artefacts:.0%} on flagged artefacts. "
        f"The map has {heat.cells} x {heat.cells} cells: nothing finer can be read from it."
    )


def _outlined(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    scale = min(1.0, _OUTLINE_SIDE_PX / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return draw_contour(np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)), outline_lesion(pixels))


def _share(value: float) -> str:
    return "under 1%" if 0 < value < 0.01 else f"{value:.0%}"


def plain(text: str) -> str:
    """Words of a person, without the signs that Markdown reads."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!|<>$:~" else sign for sign in text)
