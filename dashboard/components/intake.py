"""Pictures into the Analyse page: the uploader, the first-start hint, and the strip to choose from."""

from typing import Literal

import streamlit as st

from core.domain import Upload
from core.errors import ImageRejected
from core.imaging.decode import EXTENSIONS, MAX_BYTES, MAX_PIXELS, decode
from core.imaging.drawn import DrawnLesion, draw_jpeg
from dashboard import session
from dashboard.components.private import or_hidden, private_html
from dashboard.workflow.thumbnails import make_thumbnail

SYNTHETIC_NAME = "synthetic-lesion.jpg"
LIMITS = (
    f"JPEG, PNG, WEBP, TIFF, BMP or HEIC; up to {MAX_BYTES // 2**20} MB and {MAX_PIXELS // 10**6} megapixels each. "
    "Nothing leaves this computer."
)
_FIRST_READ = "Keep your own impression first, or skip it. "
_STRIP_NAME_LENGTH = 14


def draw_uploader(state: session.AnalyseState, label: str) -> None:
    """The field that takes pictures in; it empties itself, since the pictures are kept in the session."""
    key = _uploader_key(state)
    st.file_uploader(
        label,
        type=list(EXTENSIONS),
        accept_multiple_files=True,
        max_upload_size=MAX_BYTES // 2**20,
        key=key,
        on_change=_take_uploads,
        args=(state, key),
    )


def draw_first_start(state: session.AnalyseState, *, is_blind: bool) -> None:
    """What to do when there is no picture yet."""
    draw_uploader(state, "Upload dermoscopic images")
    st.caption(LIMITS)
    with st.container(border=True):
        st.markdown(
            "**How it works**\n\n"
            "1. Upload one or more dermoscopic images of skin lesions, or drop them on the field above.\n"
            f"2. {_FIRST_READ if is_blind else ''}Press **Classify Skin Lesion**: you get a band, a calibrated "
            "malignant probability and, on request, a heat map.\n"
            "3. Add what you know about the lesion and save the case; you find it again under **Case history**."
        )
        st.button(
            "Try it with a synthetic lesion",
            icon=":material/draw:",
            on_click=_take_synthetic,
            args=(state,),
            help="A picture that the program draws itself. It shows no patient's skin, and its score means nothing.",
        )


def draw_strip(state: session.AnalyseState) -> None:
    """The uploaded pictures as thumbnails to choose from; nothing where there is only one."""
    if len(state.intakes) < 2:
        return
    with st.container(horizontal=True, gap="small", key="strip"):
        for n, intake in enumerate(state.intakes):
            with st.container(width=104, gap="xxsmall"):
                if intake.image is not None:
                    st.image(
                        make_thumbnail(intake.image.pixels, 104),
                        width=104,
                        alt=f"Picture {n + 1} of {len(state.intakes)}",
                    )
                name = or_hidden(intake.upload.filename)
                short = name if len(name) <= _STRIP_NAME_LENGTH else name[: _STRIP_NAME_LENGTH - 1] + "…"
                kind: Literal["primary", "secondary"] = "primary" if n == state.selected else "secondary"
                icon = ":material/block:" if intake.rejection else None
                if st.button(short, key=f"strip-{n}", type=kind, icon=icon, width="stretch", help=name):
                    state.selected = n
                    st.rerun()


def caption_of(intake: session.Intake) -> str:
    """File name and size of a picture, as HTML."""
    size = f"{intake.image.width_px} x {intake.image.height_px} px" if intake.image else ""
    synthetic = "<b>Synthetic: drawn by the program, no patient.</b> " if intake.is_synthetic else ""
    return f"{synthetic}{private_html(intake.upload.filename)} · {size}"


def _uploader_key(state: session.AnalyseState) -> str:
    return f"uploader-{state.uploader_round}"


def _take_uploads(state: session.AnalyseState, key: str) -> None:
    if key != _uploader_key(state):  # a quick next click sends an emptied field's files once more
        return
    files = st.session_state.get(key) or []
    first_new = len(state.intakes)
    state.intakes += [_to_intake(Upload(file.name, file.getvalue())) for file in files]
    if files:
        state.selected = first_new
        state.uploader_round += 1


def _take_synthetic(state: session.AnalyseState) -> None:
    intake = _to_intake(
        Upload(SYNTHETIC_NAME, draw_jpeg(DrawnLesion(1200, 900, radius=0.28, irregularity=0.13, darkness=0.95, seed=7)))
    )
    intake.is_synthetic = True
    state.intakes.append(intake)
    state.selected = len(state.intakes) - 1


def _to_intake(upload: Upload) -> session.Intake:
    try:
        return session.Intake(upload, image=decode(upload.content))
    except ImageRejected as error:
        return session.Intake(upload, rejection=str(error), next_step=error.next_step)
