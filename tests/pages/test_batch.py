"""Batch review: files in, a broken one among them, read blind or by risk, decide, save, sign, again after a restart."""

import io
import sqlite3
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from core.classifier.card import CARD_FILE, WEIGHTS_FILE
from core.domain import BatchItem, CaseFilter
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.settings import Settings
from core.taxonomy import Band, BatchMode, BatchState, Impression, ReadMode
from dashboard import session
from dashboard.workflow.batch_review import disagreement, load_items
from dashboard.workflow.batches import list_batches, load_summary
from dashboard.workflow.cases import list_cases, load_case
from dashboard.workflow.practice import change_practice, load_practice
from dashboard.workflow.record import Record
from tests.pages.app_driver import App

SCORE = "Score the batch"
OCTETS = "application/octet-stream"


@pytest.fixture(scope="module")
def pictures() -> list[bytes]:
    return [draw_jpeg(DrawnLesion(width_px=320, height_px=240, seed=seed)) for seed in range(3)]


@pytest.fixture
def start(app: App, record: Record) -> Callable[..., App]:
    """Uploads files, starts the batch and waits until it is through."""

    def start_one(*files: tuple[str, bytes], mode: BatchMode = BatchMode.TRIAGE) -> App:
        app.open("batch")
        app.choose("batch-mode", mode)
        app.upload(*files).press(SCORE)
        wait_for(record, list_batches(record=record)[0].batch_id)
        return app.run()

    return start_one


def files_of(pictures: list[bytes]) -> list[tuple[str, bytes]]:
    return [*((f"{n}.jpg", content) for n, content in enumerate(pictures)), ("broken.jpg", b"text")]


@pytest.fixture
def batch(start: Callable[..., App], pictures: list[bytes]) -> App:
    """Three pictures and a text, scored, by risk."""
    return start(*files_of(pictures))


@pytest.fixture
def blind(start: Callable[..., App], pictures: list[bytes]) -> App:
    """Three pictures and a text, scored, to be read blind."""
    return start(*files_of(pictures)[::-1], mode=BatchMode.BLIND)


@pytest.fixture
def reader(record: Record, settings: Settings) -> str:
    """The one reader of the practice, who is chosen by default."""
    name = "Dr. A. Example"
    practice = replace(load_practice(record=record, settings=settings), readers=(name,))
    change_practice(practice=practice, who=name, record=record, settings=settings)
    return name


def items_of(record: Record) -> list[BatchItem]:
    return load_items(batch_id=1, record=record)[1]


def open_first(app: App, place: int = 0) -> App:
    app.button_at("Open", place).click()
    return app.run()


def wait_for(record: Record, batch_id: int) -> None:
    deadline = time.monotonic() + 60
    while load_summary(batch_id=batch_id, record=record).state is BatchState.RUNNING:
        assert time.monotonic() < deadline, "the batch is not through after a minute"
        time.sleep(0.02)


def n_cases(record: Record) -> int:
    return list_cases(wanted=CaseFilter(), page_size=1, record=record).n_total


def test_the_first_visit_says_what_a_batch_is_good_for(app: App) -> None:
    app.open("batch")
    assert app.title == "Batch review"
    assert "No batch yet" in app.text
    assert "2,000 files" in app.text
    assert "Choose pictures or a ZIP first." in app.press(SCORE).text


def test_one_broken_file_is_a_row_with_its_reason_and_stops_nothing(batch: App, record: Record) -> None:
    summary = load_summary(batch_id=1, record=record)
    assert (summary.n_scored, summary.n_rejected, summary.state) == (3, 1, BatchState.FINISHED)
    assert "1 file without a score" in batch.text
    [table] = batch.test.dataframe
    assert table.value.iloc[0]["File"] == "broken.jpg"
    assert "not a picture that can be read here" in table.value.iloc[0]["Reason"]


def test_the_table_is_sorted_by_risk(batch: App) -> None:
    table = batch.choose("batch-view", "Table").test.dataframe[0].value
    scores = list(table["malignant_probability"].dropna())
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    assert table.iloc[-1]["file"] == "broken.jpg"


def test_all_are_saved_once(batch: App, record: Record) -> None:
    batch.press("Save all (3)")
    assert n_cases(record) == 3
    assert batch.toasts == ["3 cases saved."]
    assert batch.button("All saved").disabled


def test_a_picture_is_opened_agreed_with_and_saved(batch: App, record: Record) -> None:
    open_first(batch)
    assert "1 of 3 (All)" in batch.text
    assert "malignant probability" in batch.text
    assert "2 of 3 (All)" in batch.press("Agree:").text  # a decision leads on to the next picture
    batch.press("Previous").press("Save this case")
    assert n_cases(record) == 1
    case, _ = load_case(case_id=1, record=record)
    assert case.reviews[0].assessment is case.prediction.band
    assert (case.first_read, case.finals) == (None, ())  # nobody said an impression: the decision is a review
    assert "Saved as case 1: open it" in batch.text


def test_disagreeing_keeps_the_other_band_and_the_note(batch: App, record: Record) -> None:
    open_first(batch, 1)
    batch.field("Note").set_value("a shadow")
    batch.run().press("Disagree:").press("Previous").press("Save this case")
    case, _ = load_case(case_id=1, record=record)
    [review] = case.reviews
    assert (review.assessment, review.note) == (disagreement(case.prediction.band), "a shadow")


def test_a_decision_after_saving_is_a_newer_review(batch: App, record: Record) -> None:
    open_first(batch)
    batch.press("Save this case").press("Disagree:").press("Previous").press("Refer").press("Previous")
    assert load_case(case_id=1, record=record)[0].reviews[0].assessment is Band.REFER


def test_the_parts_of_the_worklist(batch: App) -> None:
    open_first(batch)
    batch.press("Refer").press("Defer").press("Back to the batch")
    for part, n in (("open", 1), ("decided", 1), ("deferred", 1), ("signed", 0), ("scored", 3)):
        batch.choose("batch-part", part)
        assert sum(button.label == "Open" for button in batch.test.button) == n, part
    batch.choose("batch-part", "deferred")
    assert "1 of 1 (Deferred)" in open_first(batch).text
    assert "1 file without a score" in batch.press("Agree:").text  # it was the last one of its part


def test_the_neighbours_are_one_press_away(batch: App) -> None:
    open_first(batch)
    assert batch.button("Previous").disabled
    assert "2 of 3" in batch.press("Next").text
    assert "3 of 3" in batch.press("Next").text
    assert batch.button("Next").disabled
    assert "1 file without a score" in batch.press("Back to the batch").text


def test_a_blind_batch_shows_no_score_until_the_first_read_is_kept(blind: App, record: Record) -> None:
    assert "Not read yet" in blind.text
    assert [item.prediction for item in items_of(record)] == [None] * 4
    assert [item.filename for item in items_of(record)] == ["0.jpg", "1.jpg", "2.jpg", "broken.jpg"]
    assert blind.button("Read a picture first").disabled
    open_first(blind)
    for hidden in ("malignant probability", "Show heat map", "Agree", "Refer", "%"):
        assert hidden not in blind.text
    assert "Prediction(" not in repr(blind.test.session_state)
    blind.press("Benign")
    assert "malignant probability" in blind.text
    shown = [item.prediction is not None for item in items_of(record)]
    assert shown == [True, False, False, False]
    blind.press("Refer").press("Previous").press("Save this case")
    case, _ = load_case(case_id=1, record=record)
    assert case.first_read is not None
    assert (case.first_read.mode, case.first_read.impression) == (ReadMode.BLIND, Impression.BENIGN)
    assert case.first_read.revealed_at is not None
    assert (case.finals[0].decision, case.finals[0].is_switch) == (Band.REFER, True)
    assert n_cases(record) == 1


def test_of_a_blind_batch_only_what_was_read_is_saved(blind: App, record: Record) -> None:
    open_first(blind).press("Skip the first read").press("Next").press("Unsure").press("Back to the batch")
    assert "among those read" in blind.text
    blind.press("Save all (2)")
    assert n_cases(record) == 2
    modes = {load_case(case_id=n, record=record)[0].first_read.mode for n in (1, 2)}  # type: ignore[union-attr]
    assert modes == {ReadMode.SKIPPED, ReadMode.BLIND}


def test_the_practices_setting_is_the_preset(new_app: Callable[[], App], record: Record, settings: Settings) -> None:
    assert "No score is shown until" in new_app().open("batch").text
    practice = replace(load_practice(record=record, settings=settings), is_blind=False)
    change_practice(practice=practice, who="dr a", record=record, settings=settings)
    assert "Ordered by risk" in new_app().open("batch").text


def test_nobody_signs_without_a_name(batch: App) -> None:
    batch.press("Select this page")
    assert batch.button("Sign off selected (3)").disabled


def test_the_decided_ones_of_a_selection_are_signed_off(reader: str, batch: App, record: Record) -> None:
    open_first(batch).press("Agree:").press("Refer").press("Back to the batch").press("Select this page")
    batch.press("Sign off selected (3)")
    assert batch.toasts == ["2 cases signed off; 1 were signed already or are not decided."]
    assert n_cases(record) == 2
    assert [item.signed_by for item in items_of(record)] == [reader, reader, "", ""]
    assert batch.button("Sign off selected (0)").disabled
    assert f"✓ {reader}" in batch.text


def test_a_signed_case_takes_no_other_decision(reader: str, batch: App, record: Record) -> None:
    open_first(batch).press("Agree:").press("Previous").press("Sign off")
    assert "2 of 3" in batch.text
    batch.press("Previous")
    assert f"Signed off by {reader}" in str([badge.value for badge in batch.test.markdown])
    assert batch.button("Disagree").disabled


def test_files_are_assigned_by_a_csv(
    start: Callable[..., App], pictures: list[bytes], record: Record, app: App
) -> None:
    app.open("batch").choose("batch-patients", "By a CSV")
    table = b"file,patient,lesion,site,age,sex,taken_at\n0.jpg,P-1,L1,palms/soles,61,,2026-03-01\n1.jpg,P-2,,,,,\n"
    app.upload(*files_of(pictures)[:3])
    app.test.file_uploader[1].set_value(("who.csv", table, OCTETS))
    app.run()
    assert "2 files of 2 patients" in app.text
    assert "1 file without a row in the CSV: 2.jpg" in app.text
    app.choose("batch-mode", BatchMode.TRIAGE).press(SCORE)
    wait_for(record, 1)
    app.run().press("Save all (3)")
    found = {load_case(case_id=n, record=record)[0].filename: load_case(case_id=n, record=record)[0] for n in (1, 2, 3)}
    assert (found["0.jpg"].pseudonym, found["0.jpg"].lesion_label, found["0.jpg"].age_years) == ("P-1", "L1", 61)
    assert found["0.jpg"].visited_on == date(2026, 3, 1)
    assert (found["1.jpg"].pseudonym, found["2.jpg"].pseudonym) == ("P-2", "")
    opened = {item.filename: str(item.item_id) for item in items_of(record)}
    assert "was not trained for this site" in app.open("batch", batch="1", item=opened["0.jpg"]).text
    assert "was not trained for this site" not in app.open("batch", batch="1", item=opened["1.jpg"]).text


def test_what_is_wrong_in_the_csv_is_listed_by_row_and_nothing_runs(
    app: App, pictures: list[bytes], record: Record
) -> None:
    app.open("batch").choose("batch-patients", "By a CSV")
    app.upload(*files_of(pictures)[:2])
    table = b"file,patient,age\n0.jpg,P-1,old\nnine.jpg,P-2,4\n"
    app.test.file_uploader[1].set_value(("who.csv", table, OCTETS))
    app.run()
    rows = next(body for body in app.html if "What is wrong" in body)
    assert "Row 2" in rows
    assert "The age “old” is no whole number" in rows
    assert "There is no file nine.jpg" in rows
    assert app.button(SCORE).disabled
    assert list_batches(record=record) == []


def test_a_batch_is_paused_and_resumed(
    app: App, pictures: list[bytes], record: Record, model_folder: Path, tmp_path: Path
) -> None:
    weights = model_folder / WEIGHTS_FILE
    hidden = weights.rename(tmp_path / "hidden")  # without weights nothing is scored, and the batch runs on
    app.open("batch").choose("batch-mode", BatchMode.TRIAGE).upload(("a.jpg", pictures[0])).press(SCORE)
    assert load_summary(batch_id=1, record=record).state is BatchState.RUNNING
    assert "paused" in str([bar.proto.text for bar in app.press("Pause").test.get("progress")])
    assert load_summary(batch_id=1, record=record).state is BatchState.PAUSED
    hidden.rename(weights)
    app.press("Resume")
    wait_for(record, 1)
    assert "Save all (1)" in [button.label for button in app.run().test.button]


def test_a_batch_is_there_for_the_next_visitor_too(batch: App, new_app: Callable[[], App]) -> None:
    other = new_app().open("batch")
    assert "3 to review, 0 saved, 0 signed off, 1 rejected, 0 waiting" in other.text
    assert "Save all (3)" in [button.label for button in other.press("Open").test.button]
    assert "1 file without a score" in new_app().open("batch", batch="1").text


def test_a_zip_with_folders_is_a_batch(start: Callable[..., App], pictures: list[bytes], record: Record) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("room 1/a.jpg", pictures[0])
        archive.writestr("room 1/broken.jpg", b"text")
        archive.writestr("__MACOSX/room 1/._a.jpg", b"mac")
    start(("morning.zip", buffer.getvalue()))
    assert [item.filename for item in items_of(record)] == ["room 1/a.jpg", "room 1/broken.jpg"]


def test_a_batch_of_broken_files_alone_is_told(start: Callable[..., App]) -> None:
    app = start(("a.jpg", b"text"), ("b.zip", b"no zip"))
    assert "2 files without a score" in app.text
    assert app.button("Nothing to save").disabled


def test_without_a_network_the_batch_waits_and_says_why(
    app: App, pictures: list[bytes], record: Record, model_folder: Path
) -> None:
    (model_folder / WEIGHTS_FILE).unlink()
    app.open("batch").upload(("a.jpg", pictures[0]))
    app.press(SCORE)
    deadline = time.monotonic() + 20
    while not app.errors and time.monotonic() < deadline:
        app.run()
    assert "is not installed" in app.errors[0]
    assert "The first pictures come here once they are scored." in app.text
    assert "0 of 1 picture done" in str([bar.proto.text for bar in app.test.get("progress")])
    assert "stopped before the end" in app.press("Stop scoring").text
    assert load_summary(batch_id=1, record=record).state is BatchState.CANCELLED


def test_without_a_card_no_batch_is_begun(app: App, pictures: list[bytes], model_folder: Path) -> None:
    (model_folder / CARD_FILE).unlink()
    app.open("batch").upload(("a.jpg", pictures[0])).press(SCORE)
    assert "is not installed" in app.errors[0]
    assert app.has_button(SCORE)


def test_a_locked_database_starts_no_batch_and_says_so(
    app: App, pictures: list[bytes], record: Record, tmp_path: Path
) -> None:
    app.open("batch").upload(("a.jpg", pictures[0]))
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


def test_a_picture_that_a_gate_holds_back_is_scored_only_for_a_reason(
    start: Callable[..., App], pictures: list[bytes], record: Record
) -> None:
    small = draw_jpeg(DrawnLesion(width_px=96, height_px=72, seed=9))
    app = start(("a.jpg", pictures[0]), ("small.jpg", small))
    assert "1 file without a score" in app.text
    app.choose(session.BATCH_PART, "gated").press("Open")
    assert "No score" in app.text
    assert "Resolution: 96 x 72 px" in app.text.replace("\\", "")
    assert app.button("Score with this reason").disabled
    app.set("Reason for scoring it", "only picture there is").press("Score with this reason")
    assert "Scored against the gates" in app.text
    assert load_summary(batch_id=1, record=record).n_rejected == 0
    app.press("Save this case")
    assert "only picture there is" in app.open("case", case="1").text.replace("\\", "")
