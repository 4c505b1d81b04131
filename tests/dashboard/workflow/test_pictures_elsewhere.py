"""Pictures at an address instead of a folder: nothing of them stays on this machine, and all can be erased."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from core.domain import Upload
from core.settings import Settings
from core.taxonomy import BatchMode, ItemState
from dashboard.workflow.batch_review import load_items
from dashboard.workflow.batches import create_batch, run_batch
from dashboard.workflow.cases import load_case, load_picture
from dashboard.workflow.erase import erase_patient
from dashboard.workflow.intake import TakenIn
from dashboard.workflow.record import Record, open_record
from dashboard.workflow.thumbnails import load_thumbnail
from tests.dashboard.conftest import DarknessClassifier, draw


@pytest.fixture
def record(settings: Settings) -> Iterator[Record]:
    with closing(open_record(replace(settings, pictures=f"memory://{settings.home.parent.name}"))) as record:
        yield record


def test_a_case_is_kept_shown_and_erased(record: Record, settings: Settings, save: Callable[..., int]) -> None:
    case, _ = load_case(case_id=save(pseudonym="P-7"), record=record)
    assert load_picture(case=case, record=record).width_px == case.image.width_px
    load_thumbnail(blob_sha256=case.image.blob_sha256, orientation=case.image.orientation, record=record)
    assert len(record.thumbnails.names()) == 1
    assert [path.name for path in settings.home.iterdir() if path.is_dir()] == []
    erase_patient(pseudonym="P-7", who="dr a", record=record)
    assert not record.blobs.has(case.image.blob_sha256)
    assert record.thumbnails.names() == []


def test_a_batch_waits_there_and_leaves_nothing_behind(record: Record, classifier: DarknessClassifier) -> None:
    taken = [TakenIn(Upload(f"{n}.jpg", draw(n))) for n in range(3)]
    batch_id = create_batch(name="m", taken=taken, reader="dr a", record=record, mode=BatchMode.TRIAGE)
    assert len(record.staging.names()) == 3
    run_batch(batch_id=batch_id, classifier=classifier, record=record)
    assert {item.state for item in load_items(batch_id=batch_id, record=record)[1]} == {ItemState.SCORED}
    assert record.staging.names() == []
