import errno
import io
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pandas as pd
import pytest

from core.domain import BatchItem, BatchSummary, CaseFilter, Upload
from core.errors import CaseSignedOff, RecordNotFound, StorageBusy, StorageFull
from core.settings import Settings
from core.taxonomy import Band, BatchMode, BatchState, ItemState
from dashboard.workflow import batch_review, batch_table, batches, cases
from dashboard.workflow.intake import TakenIn
from dashboard.workflow.record import Record
from dashboard.workflow.staging import sweep_staging
from tests.dashboard.conftest import NOT_A_PICTURE, DarknessClassifier, draw, shade, with_exif

ON_BOTH_DATABASES = True

MANY = 99  # four groups: one on its way into the database, two being scored, one that waits


def take(*contents: bytes) -> list[TakenIn]:
    return [TakenIn(Upload(f"{n:02}.png", content)) for n, content in enumerate(contents)]


def shades(n: int) -> list[TakenIn]:
    return take(*(shade(40 + 2 * k, k) for k in range(n)))


def begin(record: Record, taken: Sequence[TakenIn]) -> int:
    return batches.create_batch(name="morning", taken=taken, reader="dr a", record=record, mode=BatchMode.TRIAGE)


def items_of(record: Record, batch_id: int) -> list[BatchItem]:
    return batch_review.load_items(batch_id=batch_id, record=record)[1]


def decide(record: Record, item: BatchItem, band: Band, note: str = "") -> None:
    batch_review.decide_item(item=item, assessment=band, note=note, reader="dr a", record=record)


def n_cases(record: Record) -> int:
    return cases.list_cases(wanted=CaseFilter(), page_size=1, record=record).n_total


def staged(record: Record) -> list[str]:
    return record.staging.names()


@pytest.fixture
def batch_id(record: Record, classifier: DarknessClassifier) -> int:
    """Twenty files, the eighth of them broken, all looked at."""
    taken = shades(20)
    taken[7] = TakenIn(Upload("07.png", NOT_A_PICTURE))
    batch_id = begin(record, taken)
    batches.run_batch(batch_id=batch_id, classifier=classifier, record=record)
    return batch_id


def test_one_broken_file_of_twenty_is_a_row_with_its_reason(record: Record, batch_id: int) -> None:
    summary, items = batch_review.load_items(batch_id=batch_id, record=record)
    counts = (summary.n_total, summary.n_scored, summary.n_rejected, summary.n_waiting, summary.n_saved)
    assert counts == (20, 19, 1, 0, 0)
    assert summary.state is BatchState.FINISHED
    broken = items[-1]
    assert (broken.filename, broken.state, broken.prediction) == ("07.png", ItemState.REJECTED, None)
    assert broken.reason.startswith("This file is not a picture that can be read here")


def test_files_are_ordered_by_risk(record: Record, batch_id: int) -> None:
    scores = [i.prediction.malignant_probability for i in items_of(record, batch_id) if i.prediction]
    assert len(scores) == 19
    assert scores == sorted(scores, reverse=True)


def test_a_finished_batch_run_again_changes_nothing(
    record: Record, classifier: DarknessClassifier, batch_id: int
) -> None:
    before, n_scored = [(i.item_id, i.state) for i in items_of(record, batch_id)], classifier.n_scored
    batches.run_batch(batch_id=batch_id, classifier=classifier, record=record)
    assert [(i.item_id, i.state) for i in items_of(record, batch_id)] == before
    assert classifier.n_scored == n_scored == 19


def test_nothing_stays_staged_and_no_name_is_stored(
    record: Record, settings: Settings, classifier: DarknessClassifier
) -> None:
    name = "Erika Mustermann"
    batch_id = begin(record, take(with_exif(draw(), artist=name), NOT_A_PICTURE))
    assert len(staged(record)) == 2
    batches.run_batch(batch_id=batch_id, classifier=classifier, record=record)
    assert staged(record) == []
    kept = [path.read_bytes() for path in settings.home.rglob("*") if path.is_file()]
    assert not any(name.encode() in content for content in kept)


def test_what_the_intake_rejected_is_a_row_and_never_staged(record: Record, classifier: DarknessClassifier) -> None:
    batch_id = begin(record, [TakenIn(Upload("a.png", b""), "It is encrypted."), *take(shade(90))])
    assert len(staged(record)) == 1
    batches.run_batch(batch_id=batch_id, classifier=classifier, record=record)
    assert {i.filename: i.reason for i in items_of(record, batch_id)} == {"a.png": "It is encrypted.", "00.png": ""}


def test_a_crash_half_way_loses_and_doubles_nothing(record: Record, classifier: DarknessClassifier) -> None:
    batch_id = begin(record, shades(MANY))
    classifier.fails_after = 40
    with pytest.raises(RuntimeError):
        batches.run_batch(batch_id=batch_id, classifier=classifier, record=record)
    summary = batches.load_summary(batch_id=batch_id, record=record)
    assert (summary.state, summary.n_scored, summary.n_waiting) == (BatchState.RUNNING, 32, MANY - 32)

    classifier.fails_after = None
    batches.run_batch(batch_id=batch_id, classifier=classifier, record=record)
    items = items_of(record, batch_id)
    assert classifier.n_scored == MANY
    assert sorted(item.filename for item in items) == [f"{n:02}.png" for n in range(MANY)]
    assert {item.state for item in items} == {ItemState.SCORED}
    assert staged(record) == []


def test_a_stopped_batch_keeps_what_is_scored(record: Record, classifier: DarknessClassifier) -> None:
    batch_id = begin(record, shades(MANY))
    done: list[int] = []
    batches.run_batch(
        batch_id=batch_id,
        classifier=classifier,
        record=record,
        report=done.append,
        is_stopped=lambda: sum(done) >= 32,
    )
    summary = batches.load_summary(batch_id=batch_id, record=record)
    assert summary.n_scored == sum(done) < MANY
    assert len(staged(record)) == summary.n_waiting == MANY - sum(done)


def test_a_cancelled_batch_forgets_the_files_that_wait(record: Record, classifier: DarknessClassifier) -> None:
    batch_id = begin(record, shades(MANY))
    batches.cancel_batch(batch_id=batch_id, record=record)
    assert batches.load_summary(batch_id=batch_id, record=record).state is BatchState.CANCELLED
    assert staged(record) == []
    assert not batches.resume_batch(batch_id=batch_id, record=record)
    with pytest.raises(RecordNotFound):
        batches.cancel_batch(batch_id=99, record=record)


def test_a_paused_batch_keeps_its_files_and_goes_on_when_resumed(
    record: Record, settings: Settings, classifier: DarknessClassifier
) -> None:
    batch_id = begin(record, shades(MANY))
    done: list[int] = []

    def pause_after_a_chunk(n_done: int) -> None:
        done.append(n_done)
        assert batches.pause_batch(batch_id=batch_id, record=record) is (len(done) == 1)

    def run() -> None:
        batches.run_batch(
            batch_id=batch_id,
            classifier=classifier,
            record=record,
            report=pause_after_a_chunk if not done else done.append,
            is_stopped=lambda: not batches.is_running(batch_id=batch_id, record=record),
        )

    run()
    summary = batches.load_summary(batch_id=batch_id, record=record)
    assert (summary.state, summary.n_scored) == (BatchState.PAUSED, sum(done))
    for name in staged(record):
        os.utime(settings.home / "staging" / name, (time.time() - 3600,) * 2)
    sweep_staging(record=record)
    assert len(staged(record)) == summary.n_waiting > 0
    assert batches.running_uploads(record=record) == []

    assert batches.resume_batch(batch_id=batch_id, record=record)
    assert batches.running_uploads(record=record) == [batch_id]
    run()
    summary = batches.load_summary(batch_id=batch_id, record=record)
    assert (summary.state, summary.n_scored) == (BatchState.FINISHED, MANY)
    assert classifier.n_scored == MANY


def stopped_after_a_group(
    stop: Callable[..., object], taken: Sequence[TakenIn], record: Record, classifier: DarknessClassifier
) -> BatchSummary:
    """What a batch has come to that is stopped once its first group is scored."""
    batch_id = begin(record, taken)
    batches.run_batch(
        batch_id=batch_id,
        classifier=classifier,
        record=record,
        report=lambda _: stop(batch_id=batch_id, record=record),
        is_stopped=lambda: not batches.is_running(batch_id=batch_id, record=record),
    )
    return batches.load_summary(batch_id=batch_id, record=record)


@pytest.mark.parametrize("stop", [batches.pause_batch, batches.cancel_batch])
def test_a_batch_that_is_paused_or_stopped_while_its_last_group_is_scored_is_done(
    stop: Callable[..., object], record: Record, classifier: DarknessClassifier
) -> None:
    summary = stopped_after_a_group(stop, shades(3), record, classifier)
    assert (summary.state, summary.n_scored, summary.n_waiting) == (BatchState.FINISHED, 3, 0)


@pytest.mark.parametrize(
    ("stop", "state"), [(batches.pause_batch, BatchState.PAUSED), (batches.cancel_batch, BatchState.CANCELLED)]
)
def test_a_batch_that_is_paused_or_stopped_before_stays_so(
    stop: Callable[..., object], state: BatchState, record: Record, classifier: DarknessClassifier
) -> None:
    summary = stopped_after_a_group(stop, shades(MANY), record, classifier)
    assert summary.state is state
    assert summary.n_waiting > 0


def test_the_same_file_under_two_names_is_two_rows(record: Record, classifier: DarknessClassifier) -> None:
    batch_id = begin(record, take(shade(90), shade(90)))
    batches.run_batch(batch_id=batch_id, classifier=classifier, record=record)
    assert batch_review.save_items(batch_id=batch_id, item_ids=None, reader="dr a", record=record) == 2


def test_all_are_saved_once_however_often_it_is_asked(record: Record, batch_id: int) -> None:
    with ThreadPoolExecutor(2) as pool:
        asked = [
            pool.submit(batch_review.save_items, batch_id=batch_id, item_ids=None, reader="dr a", record=record)
            for _ in range(2)
        ]
        saved = [future.result() for future in asked]
    assert sorted(saved) == [0, 19]
    assert batch_review.save_items(batch_id=batch_id, item_ids=None, reader="dr a", record=record) == 0
    assert n_cases(record) == 19
    assert batches.load_summary(batch_id=batch_id, record=record).n_saved == 19


def test_one_file_is_saved_alone(record: Record, batch_id: int) -> None:
    first, second, *_ = items_of(record, batch_id)
    assert batch_review.save_items(batch_id=batch_id, item_ids=[second.item_id], reader="dr a", record=record) == 1
    saved = [item for item in items_of(record, batch_id) if item.state is ItemState.SAVED]
    assert [item.item_id for item in saved] == [second.item_id]
    assert first.case_id is None


def test_a_correction_becomes_the_review_of_the_saved_case(record: Record, batch_id: int) -> None:
    item = items_of(record, batch_id)[0]
    decide(record, item, Band.NO_CONCERN, "a shadow")
    batch_review.save_items(batch_id=batch_id, item_ids=[item.item_id], reader="dr a", record=record)
    saved = items_of(record, batch_id)[0]
    assert saved.case_id is not None
    case, _ = cases.load_case(case_id=saved.case_id, record=record)
    (review,) = case.reviews
    assert (review.assessment, review.note, review.reviewer) == (Band.NO_CONCERN, "a shadow", "dr a")
    assert (case.filename, case.reader) == (item.filename, "dr a")
    assert item.prediction is not None
    assert case.prediction.malignant_probability == item.prediction.malignant_probability


def test_a_decision_stays_with_who_made_it_whoever_saves_it(record: Record, batch_id: int) -> None:
    first, second = [item for item in items_of(record, batch_id) if item.prediction][:2]
    decide(record, first, Band.REFER)
    batch_review.save_items(batch_id=batch_id, item_ids=None, reader="nurse b", record=record)
    saved = {item.item_id: item for item in items_of(record, batch_id)}
    case_id = saved[first.item_id].case_id
    assert case_id is not None
    (review,) = cases.load_case(case_id=case_id, record=record)[0].reviews
    assert (review.reviewer, review.reviewed_at) == ("dr a", saved[first.item_id].decided_at)
    assert (saved[second.item_id].decided_by, saved[second.item_id].decided_at) == ("", None)
    batch_review.defer_item(item_id=first.item_id, note="", record=record)
    assert next(item for item in items_of(record, batch_id) if item.item_id == first.item_id).decided_by == ""


def test_a_decision_on_an_unknown_file_is_told(record: Record) -> None:
    with pytest.raises(RecordNotFound):
        decide(record, BatchItem(9, 0, "a.jpg", ItemState.SCORED), Band.REFER)


def test_a_page_from_before_the_sign_off_decides_nothing(record: Record, batch_id: int) -> None:
    item = next(item for item in items_of(record, batch_id) if item.prediction)
    decide(record, item, Band.REFER)
    batch_review.sign_items(batch_id=batch_id, item_ids=[item.item_id], reader="dr b", record=record)
    with pytest.raises(CaseSignedOff):  # `item` says nothing of a case yet
        decide(record, item, Band.NO_CONCERN)
    with pytest.raises(CaseSignedOff):
        batch_review.defer_item(item_id=item.item_id, note="", record=record)
    assert next(found for found in items_of(record, batch_id) if found.item_id == item.item_id).assessment is Band.REFER


def test_what_was_put_off_while_it_was_saved_is_not_signed(
    record: Record, batch_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = next(item for item in items_of(record, batch_id) if item.prediction)
    decide(record, item, Band.REFER)
    save_items = batch_review.save_items

    def defer_after(**asked: Any) -> int:  # noqa: ANN401 (as save_items has them)
        n_saved = save_items(**asked)
        batch_review.defer_item(item_id=item.item_id, note="", record=record)
        return n_saved

    monkeypatch.setattr(batch_review, "save_items", defer_after)
    ids = [item.item_id]
    assert batch_review.sign_items(batch_id=batch_id, item_ids=ids, reader="dr b", record=record) == 0


def test_the_newest_batch_is_listed_first(record: Record) -> None:
    ids = [begin(record, take(shade(90))) for _ in range(3)]
    assert [summary.batch_id for summary in batches.list_batches(record=record)] == ids[::-1]
    assert [summary.batch_id for summary in batches.list_batches(record=record, limit=1)] == ids[2:]


def test_the_csv_has_every_file_by_risk_and_runs_no_formula(record: Record, classifier: DarknessClassifier) -> None:
    taken = [TakenIn(Upload("=1+1.png", shade(60))), TakenIn(Upload("b.png", shade(30))), TakenIn(Upload("c", b"x"))]
    batch_id = begin(record, taken)
    batches.run_batch(batch_id=batch_id, classifier=classifier, record=record)
    table = pd.read_csv(io.BytesIO(batch_table.batch_csv(items_of(record, batch_id))), encoding="utf-8-sig")
    assert list(table["file"]) == ["b.png", "'=1+1.png", "c"]
    assert list(table["state"]) == ["scored", "scored", "rejected"]
    assert table["malignant_probability"].notna().tolist() == [True, True, False]
    assert table["reason"].notna().tolist() == [False, False, True]


def test_a_full_disk_leaves_no_batch_and_no_staged_file(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []

    def until_full(handle: int) -> None:
        written.append(handle)
        if len(written) > 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("db.places.os.fsync", until_full)
    with pytest.raises(StorageFull):
        begin(record, shades(5))
    assert batches.list_batches(record=record) == []
    assert staged(record) == []


def test_a_locked_database_leaves_no_batch_and_no_staged_file(record: Record, impatient: Record) -> None:
    with record.writing(), pytest.raises(StorageBusy):
        begin(impatient, shades(2))
    assert batches.list_batches(record=record) == []
    assert staged(record) == []


def test_sweeping_removes_what_nobody_waits_for(record: Record, settings: Settings) -> None:
    sweep_staging(record=record)  # before the first file was ever staged
    begin(record, take(shade(90)))
    wanted = staged(record)
    old, new = (record.stage(b"left behind") for _ in range(2))
    for name in (*wanted, old):
        os.utime(settings.home / "staging" / name, (time.time() - 3600,) * 2)
    sweep_staging(record=record)
    assert set(staged(record)) == {*wanted, new}
