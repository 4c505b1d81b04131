"""Files into a batch, and the batches that are there."""

import time

import streamlit as st

from core.domain import BatchSummary, Upload
from core.errors import LesionwiseError
from core.imaging.decode import EXTENSIONS, MAX_BYTES, MAX_PIXELS
from dashboard import session
from dashboard.components.frame import show_error
from dashboard.components.words import local_time, plural
from dashboard.resources import get_practice, get_record, get_worker
from dashboard.workflow.batches import create_batch
from dashboard.workflow.intake import MAX_FILES, take_in

MAX_ZIP_MB = 1024  # a morning's pictures of a phone camera in one file


def draw_batch_intake() -> None:
    """The field for files or a ZIP, and the button that starts the batch."""
    with st.form("batch-intake", border=False):
        files = st.file_uploader(
            "Upload dermoscopic images, or a ZIP of them",
            type=[*EXTENSIONS, "zip"],
            accept_multiple_files=True,
            max_upload_size=MAX_ZIP_MB,
            key=f"batch-uploader-{session.batch_round()}",
        )
        st.caption(
            f"Up to {MAX_BYTES // 2**20} MB and {MAX_PIXELS // 10**6} megapixels each; a ZIP up to {MAX_ZIP_MB} MB and "
            f"{MAX_FILES:,} files. A broken file never stops the batch."
        )
        is_sent = st.form_submit_button("Score the batch", type="primary", icon=":material/play_arrow:")
    if is_sent and not files:
        st.warning("Choose pictures or a ZIP first.", icon=":material/info:")
    elif is_sent:
        _start([Upload(file.name, file.getvalue()) for file in files])


def draw_batches(summaries: list[BatchSummary]) -> None:
    """The newest batches, each with its counts and a button that opens it."""
    if not summaries:
        st.info(
            "No batch yet. Upload a morning's pictures: they are scored one after the other, sorted by risk, and wait "
            "here for your review, also after a restart.",
            icon=":material/info:",
        )
        return
    st.markdown("**Batches**")
    for summary in summaries:
        name, counts, when, link = st.columns([3, 3, 2, 1], vertical_alignment="center")
        name.text(summary.name)
        counts.caption(
            f"{plural(summary.n_total, 'file')}: {summary.n_scored} to review, {summary.n_saved} saved, "
            f"{summary.n_rejected} rejected, {summary.n_waiting} waiting"
        )
        when.caption(local_time(summary.created_at))
        if link.button("Open", key=f"batch-{summary.batch_id}", width="stretch"):
            open_batch(summary.batch_id)


def open_batch(batch_id: int | None) -> None:
    """Put the batch into the address, so that a reload shows it again."""
    st.query_params.clear()
    if batch_id is not None:
        st.query_params["batch"] = str(batch_id)
    st.rerun()


def _start(uploads: list[Upload]) -> None:
    try:
        taken = take_in(uploads)
        name = (
            uploads[0].filename if len(uploads) == 1 else f"{plural(len(uploads), 'upload')}, {time.strftime('%H:%M')}"
        )
        batch_id = create_batch(name=name, taken=taken, reader=session.reader(), record=get_record())
        get_worker().wake(get_practice().model)
    except LesionwiseError as error:
        show_error(error)
        return
    session.next_batch_round()
    open_batch(batch_id)
