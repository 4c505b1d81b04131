"""Batch review: files in, a broken one among them, review by risk, save, and again after a restart."""

import io
import sqlite3
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.domain import CaseFilter
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.taxonomy import Band, BatchState
from dashboard.workflow.batches import list_batches, load_batch, load_summary
from dashboard.workflow.cases import list_cases, load_case
from dashboard.workflow.record import Record
from tests.pages.app_driver import App

SCORE = "Score the batch"
OCTETS = "application/octet-stream"


@pytest.fixture(scope="module")
def pictures() -> list[bytes]:
    return [draw_jpeg(DrawnLesion(width_px=96, height_px=72, seed=seed)) for seed in range(3)]


@pytest.fixture
def start(app: App, record: Record) -> Callable[..., App]:
    """Uploads files, starts the batch and waits until it is through."""

    def start_one(*files: tuple[str, bytes]) -> App:
        app.open("batch")
        app.test.file_uploader[0].set_value([(name, content, OCTETS) for name, content in files])
        app.press(SCORE)
        newest = list_batches(record=record)[0].batch_id
        deadline = time.monotonic() + 20
        while load_summary(batch_id=newest, record=record).state is BatchState.RUNNING:
            assert time.monotonic() < deadline, "the batch is not through after 20 s"
            time.sleep(0.02)
        return app.run()

    return start_one


@pytest.fixture
def batch(start: Callable[..., App], pictures: list[bytes]) -> App:
    """Three pictures and a text, scored."""
    return start(*((f"{n}.jpg", content) for n, content in enumerate(pictures)), ("broken.jpg", b"text"))


def n_cases(record: Record) -> int:
    return list_cases(wanted=CaseFilter(), page=0, page_size=1, record=record).n_total


def test_the_first_visit_says_what_a_batch_is_good_for(app: App) -> None:
    app.open("batch")
    assert app.title == "Batch review"
    assert "No batch yet" in app.text
    assert "2,000 files" in app.text
    assert "Choose pictures or a ZIP first." in app.press(SCORE).text


def test_one_broken_file_is_a_row_with_its_reason_and_stops_nothing(batch: App, record: Record) -> None:
    summary, _ = load_batch(batch_id=1, record=record)
    assert (summary.n_scored, summary.n_rejected, summary.state) == (3, 1, BatchState.FINISHED)
    assert "1 file without a score" in batch.text
    [table] = batch.test.dataframe
    assert table.value.iloc[0]["File"] == "broken.jpg"
    assert "not a picture that can be read here" in table.value.iloc[0]["Reason"]


def test_the_table_is_sorted_by_risk(batch: App) -> None:
    batch.test.button_group[0].set_value("Table")
    table = batch.run().test.dataframe[0].value
    scores = list(table["malignant_probability"].dropna())
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    assert table.iloc[-1]["file"] == "broken.jpg"


def test_all_are_saved_once(batch: App, record: Record) -> None:
    batch.press("Save all (3)")
    assert n_cases(record) == 3
    assert batch.toasts == ["3 cases saved."]
    assert batch.button("All saved").disabled


def test_a_picture_is_opened_accepted_and_saved(batch: App, record: Record) -> None:
    batch.button_at("Open", 0).click()
    batch.run()
    assert "1 of 3 by risk" in batch.text
    assert "malignant probability" in batch.text
    batch.press("Accept:").press("Save this case")
    assert n_cases(record) == 1
    case, _ = load_case(case_id=1, record=record)
    assert case.reviews[0].assessment is case.prediction.band
    assert "Saved as case 1: open it" in batch.text


def test_a_picture_is_corrected_with_a_note(batch: App, record: Record) -> None:
    batch.button_at("Open", 1).click()
    batch.run()
    batch.test.button_group[0].set_value(Band.NO_CONCERN)
    batch.field("Note").set_value("a shadow")
    batch.run().press("Keep correction").press("Save this case")
    review = load_case(case_id=1, record=record)[0].reviews[0]
    assert (review.assessment, review.note) == (Band.NO_CONCERN, "a shadow")


def test_the_neighbours_by_risk_are_one_press_away(batch: App) -> None:
    batch.button_at("Open", 0).click()
    batch.run()
    assert batch.button("Higher risk").disabled
    assert "2 of 3 by risk" in batch.press("Lower risk").text
    assert "3 of 3 by risk" in batch.press("Lower risk").text
    assert batch.button("Lower risk").disabled
    assert "1 file without a score" in batch.press("Back to the batch").text


def test_a_batch_is_there_for_the_next_visitor_too(batch: App, new_app: Callable[[], App]) -> None:
    other = new_app().open("batch")
    assert "3 to review, 0 saved, 1 rejected, 0 waiting" in other.text
    assert "Save all (3)" in [button.label for button in other.press("Open").test.button]
    assert "1 file without a score" in new_app().open("batch", batch="1").text


def test_a_zip_with_folders_is_a_batch(start: Callable[..., App], pictures: list[bytes], record: Record) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("room 1/a.jpg", pictures[0])
        archive.writestr("room 1/broken.jpg", b"text")
        archive.writestr("__MACOSX/room 1/._a.jpg", b"mac")
    start(("morning.zip", buffer.getvalue()))
    _, items = load_batch(batch_id=1, record=record)
    assert [item.filename for item in items] == ["room 1/a.jpg", "room 1/broken.jpg"]


def test_a_batch_of_broken_files_alone_is_told(start: Callable[..., App]) -> None:
    app = start(("a.jpg", b"text"), ("b.zip", b"no zip"))
    assert "2 files without a score" in app.text
    assert app.button("All saved").disabled


def test_without_a_network_the_batch_waits_and_says_why(
    app: App, pictures: list[bytes], record: Record, model_folder: Path
) -> None:
    for path in model_folder.iterdir():
        path.unlink()
    app.open("batch")
    app.test.file_uploader[0].set_value([("a.jpg", pictures[0], OCTETS)])
    app.press(SCORE)
    deadline = time.monotonic() + 20
    while not app.errors and time.monotonic() < deadline:
        app.run()
    assert "is not installed" in app.errors[0]
    assert "0 of 1 picture done" in str([bar.proto.text for bar in app.test.get("progress")])
    assert "stopped before the end" in app.press("Stop scoring").text
    assert load_summary(batch_id=1, record=record).state is BatchState.CANCELLED


def test_a_locked_database_starts_no_batch_and_says_so(
    app: App, pictures: list[bytes], record: Record, tmp_path: Path
) -> None:
    app.open("batch")
    app.test.file_uploader[0].set_value([("a.jpg", pictures[0], OCTETS)])
    with closing(sqlite3.connect(tmp_path / "home" / "lesionwise.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        app.press(SCORE)
    assert "another program is using the database" in app.errors[0]
    assert list_batches(record=record) == []


@pytest.mark.parametrize("query", [{"batch": "99"}, {"batch": "99", "item": "1"}, {"batch": "9" * 30}])
def test_an_unknown_batch_is_told(query: dict[str, str], app: App) -> None:
    assert "There is no batch" in app.open("batch", **query).errors[0]


def test_names_of_files_are_text(start: Callable[..., App], pictures: list[bytes]) -> None:
    app = start(("<script>.jpg", pictures[0]))
    assert not any("<script>" in text for text in app.html)
    app.press("Open")
    assert not any("<script>" in text for text in app.html)
    assert any("&lt;script&gt;.jpg" in text for text in app.html)
