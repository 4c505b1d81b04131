from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError

from core.domain import BatchSummary
from core.errors import RecordNotFound
from core.taxonomy import Band, BatchState, ItemState
from db.repositories import BatchFile, ScoredFile, WaitingFile
from db.repositories.batch_rows import GatedFile
from db.tables import PredictionRow
from db.unit_of_work import UnitOfWork
from tests.db.conftest import NOON, Make


def create(work: UnitOfWork, *filenames: str, source: str = "upload", hours: int = 0) -> int:
    files = [BatchFile(filename, f"sha of {filename}", f"blob of {filename}") for filename in filenames]
    at = NOON + timedelta(hours=hours)
    return work.batches.create(name="morning", source=source, reader="nurse c", created_at=at, files=files)


def score(work: UnitOfWork, make: Make, item_id: int, probability: float) -> None:
    work.batches.record_scored(
        item_id, make.image(), make.prediction(probability), predicted_at=NOON, app_version="0.1.0"
    )


def ids(work: UnitOfWork, batch_id: int) -> list[int]:
    return [item.item_id for item in work.batches.items(batch_id)]


def test_a_new_batch_waits_in_the_order_given(work: UnitOfWork) -> None:
    items = work.batches.items(create(work, "b.jpg", "a.jpg"))
    assert [(item.position, item.filename, item.state) for item in items] == [
        (0, "b.jpg", ItemState.WAITING),
        (1, "a.jpg", ItemState.WAITING),
    ]
    assert (items[0].image, items[0].prediction, items[0].case_id, items[0].reason) == (None, None, None, "")


def test_further_files_come_at_the_end(work: UnitOfWork) -> None:
    batch_id = create(work, "a.jpg", "b.jpg")
    work.batches.append(batch_id, [BatchFile("c.jpg")])
    work.batches.append(batch_id, [])
    assert [(item.position, item.filename) for item in work.batches.items(batch_id)][2:] == [(2, "c.jpg")]
    assert work.batches.filenames(batch_id) == {"a.jpg", "b.jpg", "c.jpg"}


def test_waiting_files_say_where_their_bytes_are(work: UnitOfWork, make: Make) -> None:
    batch_id = create(work, "a.jpg", "b.jpg", "c.jpg")
    first, second, third = ids(work, batch_id)
    score(work, make, second, 0.5)
    assert work.batches.waiting(batch_id) == [
        WaitingFile(first, "a.jpg", "sha of a.jpg", "blob of a.jpg"),
        WaitingFile(third, "c.jpg", "sha of c.jpg", "blob of c.jpg"),
    ]
    assert [file.item_id for file in work.batches.waiting(batch_id, limit=1)] == [first]


def test_a_summary_counts_each_state(work: UnitOfWork, make: Make, record_in: Callable[[UnitOfWork], int]) -> None:
    batch_id = create(work, *(f"{number}.jpg" for number in range(7)))
    items = ids(work, batch_id)
    for item_id in items[:4]:
        score(work, make, item_id, 0.5)
    work.batches.mark_saved(items[0], record_in(work))
    work.batches.record_rejected(items[4], "breaks off")
    assert work.batches.get(batch_id) == BatchSummary(
        batch_id=batch_id,
        name="morning",
        source="upload",
        state=BatchState.RUNNING,
        created_at=NOON,
        reader="nurse c",
        n_total=7,
        n_waiting=2,
        n_scored=3,
        n_rejected=1,
        n_saved=1,
    )


@pytest.fixture
def record_in(make: Make) -> Callable[[UnitOfWork], int]:
    def save(work: UnitOfWork) -> int:
        return work.cases.add(
            make.draft(), make.image(), make.prediction(), predicted_at=NOON, app_version="0.1.0", created_at=NOON
        )

    return save


def test_summaries_come_newest_first_and_in_pages(work: UnitOfWork) -> None:
    made = [create(work, hours=hours) for hours in (1, 3, 2)]
    assert [batch.batch_id for batch in work.batches.summaries()] == [made[1], made[2], made[0]]
    assert [batch.batch_id for batch in work.batches.summaries(limit=1, offset=1)] == [made[2]]
    assert work.batches.summaries()[0].n_total == 0


def test_a_scored_file_comes_back_with_picture_and_prediction(work: UnitOfWork, make: Make) -> None:
    [item_id] = ids(work, create(work, "a.jpg"))
    image = make.image()
    work.batches.record_scored(item_id, image, make.prediction(0.7), predicted_at=NOON, app_version="0.1.0")
    item = work.batches.item(item_id)
    assert (item.state, item.image) == (ItemState.SCORED, image)
    assert item.prediction is not None
    assert item.prediction.malignant_probability == 0.7


def test_files_come_by_risk_with_the_unscored_last(work: UnitOfWork, make: Make) -> None:
    batch_id = create(work, "broken.jpg", "low.jpg", "high.jpg", "middle.jpg", "waiting.jpg")
    broken, low, high, middle, _ = ids(work, batch_id)
    work.batches.record_rejected(broken, "breaks off")
    for item_id, probability in ((low, 0.1), (high, 0.9), (middle, 0.5)):
        score(work, make, item_id, probability)
    found = [item.filename for item in work.batches.items(batch_id, order="risk")]
    assert found == ["high.jpg", "middle.jpg", "low.jpg", "broken.jpg", "waiting.jpg"]
    page = work.batches.items(batch_id, part="scored", order="risk", limit=2, offset=1)
    assert [item.filename for item in page] == ["middle.jpg", "low.jpg"]
    assert [item.filename for item in work.batches.items(batch_id, part="rejected")] == ["broken.jpg"]


def test_a_rejected_file_keeps_its_reason(work: UnitOfWork) -> None:
    [item_id] = ids(work, create(work, "a.jpg"))
    work.batches.record_rejected(item_id, "The file breaks off.")
    assert work.batches.item(item_id).reason == "The file breaks off."
    assert work.batches.item(item_id).state is ItemState.REJECTED


def test_only_a_waiting_file_is_rejected(work: UnitOfWork, make: Make) -> None:
    [item_id] = ids(work, create(work, "a.jpg"))
    score(work, make, item_id, 0.7)
    work.batches.record_rejected(item_id, "The file breaks off.")
    work.batches.record_gated_many([GatedFile(item_id, make.image(), "too blurred")], stored_at=NOON)
    assert (work.batches.item(item_id).state, work.batches.item(item_id).reason) == (ItemState.SCORED, "")


def test_an_assessment_is_kept_and_can_be_taken_back(work: UnitOfWork) -> None:
    [item_id] = ids(work, create(work, "a.jpg"))
    work.batches.record_assessment(item_id, Band.REFER, "asymmetric")
    assert (work.batches.item(item_id).assessment, work.batches.item(item_id).note) == (Band.REFER, "asymmetric")
    work.batches.record_assessment(item_id, None, "")
    assert (work.batches.item(item_id).assessment, work.batches.item(item_id).note) == (None, "")


def test_a_saved_file_names_its_case(work: UnitOfWork, record_in: Callable[[UnitOfWork], int]) -> None:
    [item_id] = ids(work, create(work, "a.jpg"))
    case_id = record_in(work)
    work.batches.mark_saved(item_id, case_id)
    assert (work.batches.item(item_id).state, work.batches.item(item_id).case_id) == (ItemState.SAVED, case_id)


def test_a_file_cannot_name_a_case_that_is_not_there(work: UnitOfWork) -> None:
    [item_id] = ids(work, create(work, "a.jpg"))
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        work.batches.mark_saved(item_id, 77)


def test_what_is_not_there_is_told(work: UnitOfWork) -> None:
    calls: list[Callable[[], object]] = [
        lambda: work.batches.get(7),
        lambda: work.batches.item(7),
        lambda: work.batches.record_rejected(7, ""),
        lambda: work.batches.record_assessment(7, None, ""),
        lambda: work.batches.mark_saved(7, 7),
        lambda: work.batches.set_state(7, BatchState.FINISHED),
    ]
    for call in calls:
        with pytest.raises(RecordNotFound, match="7"):
            call()


def test_a_folder_is_found_again(work: UnitOfWork) -> None:
    create(work, source="/pictures/old")
    earlier = create(work, source="/pictures")
    work.batches.set_state(earlier, BatchState.FINISHED)
    newer = create(work, source="/pictures", hours=1)
    found = work.batches.find_by_source("/pictures")
    assert found is not None
    assert (found.batch_id, found.state) == (newer, BatchState.RUNNING)
    assert work.batches.find_by_source("/elsewhere") is None


def test_a_folder_has_one_running_batch_and_the_browser_many(work: UnitOfWork) -> None:
    assert create(work, source="upload") != create(work, source="upload")
    create(work, source="/pictures")
    with pytest.raises(IntegrityError, match="source"):
        create(work, source="/pictures")


def test_the_same_file_twice_in_a_batch_is_scored_once(work: UnitOfWork, make: Make) -> None:
    first, second = ids(work, create(work, "a.jpg", "copy of a.jpg"))
    files = [ScoredFile(item_id, make.image("a"), make.prediction(0.7)) for item_id in (first, second)]
    work.batches.record_scored_many(files, predicted_at=NOON, app_version="0.1.0")
    assert work.batches.item(first).image == work.batches.item(second).image
    assert work.session.scalar(select(func.count()).select_from(PredictionRow)) == 1


def test_scoring_nothing_is_nothing(work: UnitOfWork) -> None:
    work.batches.record_scored_many([], predicted_at=NOON, app_version="0.1.0")
    assert work.session.scalar(select(func.count()).select_from(PredictionRow)) == 0


def test_many_files_cost_no_more_statements_than_few(work: UnitOfWork, make: Make) -> None:
    seen: list[str] = []
    event.listen(work.session.get_bind(), "before_cursor_execute", lambda *call: seen.append(call[2]))
    items = ids(work, create(work, *(f"{number}.jpg" for number in range(40))))
    n_statements = []
    for group in (items[:2], items[2:]):
        files = [ScoredFile(item_id, make.image(), make.prediction()) for item_id in group]
        seen.clear()
        work.batches.record_scored_many(files, predicted_at=NOON, app_version="0.1.0")
        n_statements.append(len(seen))
    assert n_statements == [6, 6]
