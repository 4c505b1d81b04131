"""Every file that is uploaded is shown, waits for the next batch, or is named with the reason."""

import threading
import time
from types import SimpleNamespace

import pytest
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile, UploadedFileRec

from core.domain import BatchSummary, LesionImage, Upload
from core.imaging.decode import decode
from dashboard import session
from dashboard.components import intake
from dashboard.components.intake import take_uploads
from dashboard.workflow.batches import list_batches
from dashboard.workflow.record import Record
from tests.pages.app_driver import App

SCORE = "Score the batch"


def uploaded(name: str, content: bytes) -> UploadedFile:
    """A file as the uploader gives it; its name is its id."""
    return UploadedFile(UploadedFileRec(name, name, "image/jpeg", content), None)  # type: ignore[arg-type]


@pytest.fixture
def field(monkeypatch: pytest.MonkeyPatch) -> list[UploadedFile | DeletedFile]:
    """What the uploader of the Analyse page holds."""
    held: list[UploadedFile | DeletedFile] = []
    monkeypatch.setattr("dashboard.session.uploads.st", SimpleNamespace(session_state={"uploader": held}))
    return held


def names(state: session.AnalyseState) -> list[str]:
    return [taken.upload.filename for taken in state.intakes]


def test_a_file_that_is_added_to_others_is_taken_in_once_and_shown(
    field: list[UploadedFile | DeletedFile], picture: bytes
) -> None:
    state = session.AnalyseState()
    for name in ("first.jpg", "second.jpg", "third.jpg"):
        field.append(uploaded(name, picture))
        take_uploads(state)
        take_uploads(state)
    assert names(state) == ["first.jpg", "second.jpg", "third.jpg"]
    assert state.selected == 2


def test_two_runs_at_once_take_each_file_in_once(
    field: list[UploadedFile | DeletedFile], picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Streamlit has it: the run that a second file begins goes on beside the one that still reads the first."""
    state, is_reading = session.AnalyseState(), threading.Event()

    def read_slowly(content: bytes) -> LesionImage:
        is_reading.set()
        time.sleep(0.2)
        return decode(content)

    monkeypatch.setattr(intake, "decode", read_slowly)
    field.append(uploaded("first.jpg", picture))
    first = threading.Thread(target=take_uploads, args=(state,))
    first.start()
    assert is_reading.wait(10)
    field.append(uploaded("second.jpg", picture))
    take_uploads(state)
    first.join(10)
    assert names(state) == ["first.jpg", "second.jpg"]


def test_files_of_an_earlier_start_of_the_program_are_counted_as_lost(
    field: list[UploadedFile | DeletedFile], picture: bytes
) -> None:
    field += [DeletedFile("gone"), uploaded("here.jpg", picture)]
    assert [file.name for file in session.arrived("uploader")] == ["here.jpg"]
    assert session.n_lost("uploader") == 1


def test_a_file_that_came_after_its_batch_was_begun_is_named_and_waits_for_the_next(
    app: App, picture: bytes, record: Record
) -> None:
    app.open("batch").upload(("first.jpg", picture)).press(SCORE)
    held: session.BatchIntake = app.test.session_state["batch_intake"]
    held.late.append(Upload("late.jpg", picture))
    assert "since they came after it: late.jpg" in app.run().text
    app.press("All batches")
    assert "Came after the last batch was begun, and will be in this one: late.jpg" in app.text
    app.press(SCORE)
    assert [batch.n_total for batch in batches(record)] == [1, 1]
    assert "late.jpg" not in app.press("All batches").text.split("Batches")[0]


def test_what_came_late_can_be_left_out(app: App, picture: bytes) -> None:
    app.open("batch").upload(("first.jpg", picture)).press(SCORE).press("All batches")
    held: session.BatchIntake = app.test.session_state["batch_intake"]
    held.late.append(Upload("late.jpg", picture))
    assert "late.jpg" in app.run().text
    assert "late.jpg" not in app.press("Leave them out").text


def test_a_batch_that_was_begun_by_a_run_that_was_cut_off_is_opened_and_not_begun_again(
    app: App, picture: bytes, record: Record
) -> None:
    app.open("batch").upload(("first.jpg", picture)).press(SCORE).press("All batches")
    held: session.BatchIntake = app.test.session_state["batch_intake"]
    held.begun = 1
    assert "1 file" in app.run().text
    assert app.has_button("All batches")
    assert len(batches(record)) == 1


def batches(record: Record) -> list[BatchSummary]:
    return list_batches(record=record)
