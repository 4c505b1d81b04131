"""Pictures into the Analyse page: the uploader, the first-start hint, and the strip to choose from.

The uploader keeps its key and its place for as long as the page is open: the browser forgets, without a word, what is
still on its way to a field that makes room for another one, and what it refused. What was taken in is known by its id.
"""

from typing import Literal

import streamlit as st

from core.domain import Upload
from core.errors import ImageRejected
from core.imaging.decode import EXTENSIONS, MAX_BYTES, MAX_PIXELS, decode
from core.imaging.drawn import DrawnLesion, draw_jpeg
from dashboard import session
from dashboard.components.private import or_hidden, private_html
from dashboard.components.words import plural
from dashboard.workflow.thumbnails import make_thumbnail

SYNTHETIC_NAME = "synthetic-lesion.jpg"
LIMITS = (
    f"JPEG, PNG, WEBP, TIFF, BMP or HEIC; up to {MAX_BYTES // 2**20} MB and {MAX_PIXELS // 10**6} megapixels each. "
    "Nothing leaves this computer."
)
_FIRST_READ = "Keep your own impression first, or skip it. "
_STRIP_NAME_LENGTH = 14
_UPLOADER = "uploader"
LOST = "The program was started again since {files} came in, and they are no longer here. Upload them once more."


def draw_uploader(state: session.AnalyseState, label: str) -> None:
    """The field that takes pictures in; the style sheet hides in it what the session keeps already."""
    st.file_uploader(
        label,
        type=list(EXTENSIONS),
        accept_multiple_files=True,
        max_upload_size=MAX_BYTES // 2**20,
        key=_UPLOADER,
        on_change=take_uploads,
        args=(state,),
    )
    st.caption(LIMITS)


def take_uploads(state: session.AnalyseState) -> None:
    """Take in what has arrived and was not taken in yet."""
    files = session.arrived(_UPLOADER)
    with state.intake_lock:
        first_new = len(state.intakes)
        for file in files:
            if file.file_id not in state.taken:
                state.intakes.append(_to_intake(Upload(file.name, file.getvalue())))
                state.taken.add(file.file_id)
        if len(state.intakes) > first_new:
            state.selected = first_new


def draw_first_start(state: session.AnalyseState, *, is_blind: bool) -> None:
    """What to do when there is no picture yet."""
    n_lost = session.n_lost(_UPLOADER)
    if n_lost:
        st.warning(LOST.format(files=plural(n_lost, "picture")), icon=":material/warning:")
    with st.container(border=True):
        st.markdown(
            "**How it works**\n\n"
            "1. Upload one or more dermoscopic images of skin lesions, or drop them on the field.\n"
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
