"""Files into a batch: how it is read, whose pictures they are, what is wrong with that; and the batches there are."""

import time

import streamlit as st

from core.domain import BatchSummary, Upload
from core.errors import LesionwiseError
from core.imaging.decode import EXTENSIONS, MAX_BYTES, MAX_PIXELS
from core.taxonomy import BatchMode, BatchState
from dashboard import session
from dashboard.components.frame import show_error
from dashboard.components.intake import LOST
from dashboard.components.private import or_hidden
from dashboard.components.tables import draw_table
from dashboard.components.words import local_time, plural
from dashboard.resources import get_card, get_practice, get_record, get_worker
from dashboard.workflow.assign import Assignments, assign_by_name, point_out
from dashboard.workflow.assign_csv import COLUMNS, assign_by_csv
from dashboard.workflow.batches import create_batch
from dashboard.workflow.intake import MAX_FILES, names_in, take_in

MAX_ZIP_MB = 1024  # a morning's pictures of a phone camera in one file
MODE_LABEL = {BatchMode.BLIND: "Blind", BatchMode.TRIAGE: "Triage"}
_MODE_MEANS = {
    BatchMode.BLIND: "Ordered by file name. No score is shown until your own first read of that picture is kept.",
    BatchMode.TRIAGE: "Ordered by risk, scores at once. Kept with every case, and out of the agreement figures.",
}
_STATE_LABEL = {
    BatchState.RUNNING: "being scored",
    BatchState.PAUSED: "paused",
    BatchState.FINISHED: "scored",
    BatchState.CANCELLED: "stopped before the end",
}
_BY_NAME, _BY_CSV = "By their names", "By a CSV"
_MAX_SHOWN = 50
_THEY_WAIT = "They wait under **All batches** for the next one."


def draw_field(*, is_shown: bool) -> None:
    """The field for files or a ZIP, at the same place of all views: what is still on its way is not lost with them.

    Where it is not to be seen, files that come after theirs were begun are named.
    """
    intake = session.batch_intake()
    if is_shown and intake.taken and intake.begun is None:
        _empty(intake)
    st.file_uploader(
        "Upload dermoscopic images, or a ZIP of them",
        type=[*EXTENSIONS, "zip"],
        accept_multiple_files=True,
        max_upload_size=MAX_ZIP_MB,
        key=intake.uploader,
    )
    if is_shown:
        return
    st.html('<span class="lw-field-away"></span>')
    if intake.taken and _waiting(intake):
        names = ", ".join(or_hidden(upload.filename) for upload in _waiting(intake))
        sentence = f"Not in the batch that was just begun, since they came after it: {names}. {_THEY_WAIT}"
        st.warning(sentence, icon=":material/warning:")


def draw_batch_intake() -> None:
    """The choices about the files that are there, and the button that starts the batch."""
    intake = session.batch_intake()
    st.caption(
        f"Up to {MAX_BYTES // 2**20} MB and {MAX_PIXELS // 10**6} megapixels each; a ZIP up to {MAX_ZIP_MB} MB and "
        f"{MAX_FILES:,} files. A broken file never stops the batch."
    )
    _draw_late(intake)
    uploads = _waiting(intake)
    left, right = st.columns(2, gap="large")
    with left:
        mode = _choose_mode()
    with right:
        assignments = _choose_patients(uploads)
    with st.container(key="private-check"):
        _draw_check(assignments)
    with st.container(key="start-batch"):
        label, icon = "Score the batch", ":material/play_arrow:"
        st.button(label, type="primary", icon=icon, disabled=bool(assignments.problems), on_click=_want, args=(intake,))
    with st.container(key="still-uploading"):
        st.caption(":material/upload: Files are still on their way. The button comes back when they are here.")
    if assignments.problems:
        intake.is_wanted = False
    elif intake.is_wanted and not uploads:
        intake.is_wanted = False
        st.warning("Choose pictures or a ZIP first.", icon=":material/info:")
    elif intake.is_wanted:
        _start_once(intake, uploads, mode, assignments)


def open_begun_batch() -> None:
    """Open the batch that was begun, if that has not come about yet: what arrives meanwhile interrupts a page."""
    intake = session.batch_intake()
    if intake.begun is None:
        return
    if st.query_params.get("batch", "") != str(intake.begun):
        open_batch(intake.begun)
    intake.begun = None


def draw_batches(summaries: list[BatchSummary]) -> None:
    """The newest batches, each with its counts and a button that opens it."""
    if not summaries:
        st.info(
            "No batch yet. Upload a morning's pictures: they are scored one after the other and wait here for your "
            "review, also after a restart.",
            icon=":material/info:",
        )
        return
    st.markdown("**Batches**")
    for summary in summaries:
        name, counts, when, link = st.columns([3, 4, 2, 1], vertical_alignment="center")
        name.text(or_hidden(summary.name))
        counts.caption(
            f"{MODE_LABEL[summary.mode]}, {_STATE_LABEL[summary.state]}. {plural(summary.n_total, 'file')}: "
            f"{summary.n_scored} to review, {summary.n_saved} saved, {summary.n_signed} signed off, "
            f"{summary.n_rejected} rejected, {summary.n_waiting} waiting"
        )
        when.caption(local_time(summary.created_at))
        if link.button("Open", key=f"batch-{summary.batch_id}", width="stretch"):
            open_batch(summary.batch_id)


def open_batch(batch_id: int | None) -> None:
    """Put the batch into the address, so that a reload shows it again."""
    st.query_params.clear()
    session.forget_batch_view()
    if batch_id is not None:
        st.query_params["batch"] = str(batch_id)
    st.rerun()


def _choose_mode() -> BatchMode:
    preset = BatchMode.BLIND if get_practice().is_blind else BatchMode.TRIAGE
    mode = st.segmented_control(
        "Reading", list(BatchMode), default=preset, format_func=MODE_LABEL.__getitem__, key="batch-mode", required=True
    )
    st.caption(_MODE_MEANS[mode])
    return mode


def _choose_patients(uploads: list[Upload]) -> Assignments:
    """Whose pictures they are, as far as anything says so."""
    how = st.segmented_control("Patients", [_BY_NAME, _BY_CSV], key="batch-patients")
    if how == _BY_NAME:
        st.caption("PATIENT/LESION/any.jpg or PATIENT/any.jpg in a ZIP, or PATIENT_LESION_any.jpg. Pseudonyms only.")
        return assign_by_name(names_in(uploads))
    if how == _BY_CSV:
        key = f"batch-csv-{session.batch_intake().round}"
        table = st.file_uploader(f"CSV with {','.join(COLUMNS)}", type=["csv"], key=key)
        return assign_by_csv(table.getvalue(), names_in(uploads)) if table and uploads else Assignments()
    st.caption("Not assigned: each picture becomes a case without a patient, which can be named later.")
    return Assignments(warnings=point_out(names_in(uploads), {}))


def _draw_check(found: Assignments) -> None:
    """What is wrong, row by row, before anything runs; and what is only to be known."""
    if found.problems:
        st.error("Nothing was started. Correct this and upload it again:", icon=":material/error:")
        rows = [[f"Row {problem.row}" if problem.row else "All", problem.sentence] for problem in found.problems]
        draw_table(["Where", "What is wrong"], rows[:_MAX_SHOWN])
        if len(rows) > _MAX_SHOWN:
            st.caption(f"The first {_MAX_SHOWN} of {len(rows)}.")
        return
    if found.of_file:
        n_files = sum(bool(said.pseudonym) for said in found.of_file.values())
        st.caption(f":material/check: {plural(n_files, 'file')} of {plural(found.n_patients, 'patient')}.")
    for warning in found.warnings:
        st.caption(f":material/warning: {warning}")
    for hint in found.hints:
        st.caption(f":material/info: {hint}")


def _want(intake: session.BatchIntake) -> None:
    intake.is_wanted = True


def _waiting(intake: session.BatchIntake) -> list[Upload]:
    """The files that went into no batch yet."""
    new = [file for file in session.arrived(intake.uploader) if file.file_id not in intake.taken]
    return [*intake.late, *(Upload(file.name, file.getvalue()) for file in new)]


def _empty(intake: session.BatchIntake) -> None:
    """Go on with an empty field; what came too late for its batch is kept."""
    intake.late = _waiting(intake)
    intake.taken.clear()
    intake.round += 1


def _draw_late(intake: session.BatchIntake) -> None:
    n_lost = session.n_lost(intake.uploader)
    if n_lost:
        st.warning(LOST.format(files=plural(n_lost, "file")), icon=":material/warning:")
    if intake.late:
        names = ", ".join(or_hidden(upload.filename) for upload in intake.late)
        st.info(f"Came after the last batch was begun, and will be in this one: {names}", icon=":material/info:")
        st.button("Leave them out", on_click=intake.late.clear)


def _start_once(intake: session.BatchIntake, uploads: list[Upload], mode: BatchMode, assignments: Assignments) -> None:
    ids = {file.file_id for file in session.arrived(intake.uploader)}
    trouble = None
    with intake.lock:
        if intake.is_wanted:  # and not begun meanwhile by the run that this one interrupts
            try:
                intake.begun = _start(uploads, mode, assignments)
                intake.taken |= ids
                intake.late = []
            except LesionwiseError as error:
                trouble = error
            intake.is_wanted = False
    if trouble is not None:
        show_error(trouble)
    open_begun_batch()


def _start(uploads: list[Upload], mode: BatchMode, assignments: Assignments) -> int:
    """Begin the batch and give its id; after its row comes nothing that a late file could interrupt."""
    model, record, worker, reader = get_practice().model, get_record(), get_worker(), session.reader()
    network = get_card(model).identity
    name = uploads[0].filename if len(uploads) == 1 else f"{plural(len(uploads), 'upload')}, {time.strftime('%H:%M')}"
    batch_id = create_batch(
        name=name,
        taken=take_in(uploads),
        reader=reader,
        record=record,
        mode=mode,
        assigned=assignments.of_file,
        network=network,
    )
    worker.wake(model)
    return batch_id
