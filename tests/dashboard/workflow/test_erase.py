"""Erasing a patient: nothing of them is left, in no table, file or free page; nothing of others is touched."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import inspect, text

from core.domain import CaseDraft, CaseFilter, ConfirmedDiagnosis, LesionImage, Prediction, Review, StoredImage, Upload
from core.errors import RecordNotFound, StorageReadOnly
from core.settings import Settings
from core.taxonomy import Band, BatchMode, BatchState, Confidence, ConfirmType, Diagnosis, Impression
from dashboard.workflow import batches, cases
from dashboard.workflow.assign import assign_by_name
from dashboard.workflow.batch_review import decide_item, load_items, save_items, sign_items
from dashboard.workflow.erase import erase_patient, preview_erasure
from dashboard.workflow.first_read import FinalReading, keep_final, keep_first_read
from dashboard.workflow.intake import TakenIn
from dashboard.workflow.live import measure_pictures
from dashboard.workflow.record import Record, open_record, utc_now
from dashboard.workflow.saved_filters import keep_filter, saved_filters
from dashboard.workflow.thumbnails import load_thumbnail
from db.blobs import BlobStore
from db.repositories.erasure import ErasureRepository
from db.tables import Table
from tests.dashboard.conftest import CARD, DarknessClassifier, draw

ON_BOTH_DATABASES = True

ERASED, OTHER, SECRET = "P-erased-7", "P-other-8", "a word of the clinician's"


@pytest.fixture
def erased_case(record: Record, save: Callable[..., int]) -> int:
    """A case of the patient with all that may be said about it."""
    case_id = save(draw(1), pseudonym=ERASED, lesion_label="L1", notes=SECRET, submission_id="one")
    cases.review_case(case_id=case_id, review=Review(Band.REFER, SECRET, "dr a", utc_now()), record=record)
    how = ConfirmType.HISTOPATHOLOGY
    confirmed = ConfirmedDiagnosis(Diagnosis.MELANOMA, True, how, date(2026, 3, 1), SECRET, "dr a", utc_now())
    cases.confirm_diagnosis(case_id=case_id, diagnosis=confirmed, record=record)
    said = {"submission_id": "one", "reader": "dr a", "record": record}
    keep_first_read(impression=Impression.BENIGN, confidence=Confidence.LOW, diagnosis=None, **said)  # type: ignore[arg-type]
    keep_final(final=FinalReading("one", Impression.MALIGNANT, None, Band.REFER, "dr a"), record=record)
    return case_id


def in_a_batch(record: Record, classifier: DarknessClassifier, *pictures: tuple[str, bytes]) -> int:
    taken = [TakenIn(Upload(name, content)) for name, content in pictures]
    assigned = assign_by_name([name for name, _ in pictures]).of_file
    batch_id = batches.create_batch(
        name=f"{ERASED}.zip", taken=taken, reader="dr a", record=record, mode=BatchMode.TRIAGE, assigned=assigned
    )
    batches.run_batch(batch_id=batch_id, classifier=classifier, record=record)
    return batch_id


def rows_with(record: Record, words: str) -> list[str]:
    """The tables that hold these words anywhere."""
    with record.reading() as work:
        connection = work.session.connection()
        names = inspect(connection).get_table_names()
        return [name for name in names if words in str(connection.execute(text(f'SELECT * FROM "{name}"')).all())]


def files_with(home: Path, words: str) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file() and words.encode() in path.read_bytes()]


def blobs_of(settings: Settings) -> list[str]:
    return [path.parent.name + path.name for path in settings.blob_root.rglob("*") if path.is_file()]


def n_rows(record: Record, *tables: str) -> list[int]:
    with record.reading() as work:
        connection = work.session.connection()
        return [connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables]


def refuse(store: BlobStore, sha256: str) -> None:
    raise StorageReadOnly("Nothing was saved: the data folder may not be written.")


def test_nothing_is_left_of_the_patient_and_a_line_says_so(
    record: Record, settings: Settings, classifier: DarknessClassifier, erased_case: int
) -> None:
    batch_id = in_a_batch(record, classifier, (f"{ERASED}_L2_a.jpg", draw(2)), (f"{OTHER}_L1_b.jpg", draw(3)))
    _, items = load_items(batch_id=batch_id, record=record)
    for item in items:
        decide_item(item=item, assessment=Band.REFER, note="", reader="dr a", record=record)
    sign_items(batch_id=batch_id, item_ids=[item.item_id for item in items], reader="dr a", record=record)
    keep_filter(name="theirs", wanted=CaseFilter(pseudonym=ERASED), who="dr a", record=record)
    case, _ = cases.load_case(case_id=erased_case, record=record)
    load_thumbnail(blob_sha256=case.image.blob_sha256, orientation=1, record=record)
    assert rows_with(record, ERASED)

    found = preview_erasure(pseudonym=ERASED, record=record)
    assert (found.n_cases, found.n_files_in_batches, found.n_pictures) == (2, 1, 2)
    assert erase_patient(pseudonym=ERASED, who="dr a", record=record) == found

    for words in (ERASED, SECRET, "melanoma", case.image.upload_sha256):
        assert rows_with(record, words) == [], words
        assert files_with(settings.home, words) == [], words
    assert len(list(settings.blob_root.rglob("??????????*"))) == 1
    assert record.thumbnails.names() == []
    left = cases.list_cases(wanted=CaseFilter(), page_size=9, record=record).rows
    assert list(left["pseudonym"]) == [OTHER]
    assert [item.signed_by for item in load_items(batch_id=batch_id, record=record)[1]] == ["dr a"]
    assert saved_filters(record=record) == []
    with record.reading() as work:
        story = work.audit.of("case", erased_case)
        [stub] = [line for line in work.audit.of("patient", 1) if line.action == "erase"]
    assert {line.action for line in story} >= {"save", "review", "confirm diagnosis"}
    assert {str(dict(line.detail)) for line in story} == {"{}"}
    assert (stub.who, dict(stub.detail)) == ("dr a", {"n_cases": 2, "n_pictures": 2})


def test_a_picture_that_another_patient_shows_too_stays(record: Record, save: Callable[..., int]) -> None:
    save(draw(1), pseudonym=ERASED)
    other = save(draw(1), pseudonym=OTHER)
    save(draw(2), pseudonym=ERASED)
    found = preview_erasure(pseudonym=ERASED, record=record)
    assert (found.n_cases, found.n_pictures) == (2, 1)
    assert erase_patient(pseudonym=ERASED, who="dr a", record=record) == found
    case, _ = cases.load_case(case_id=other, record=record)
    assert cases.load_picture(case=case, record=record).width_px == 96


def test_a_picture_that_was_measured_for_drift_goes_too(
    record: Record, save: Callable[..., int], settings: Settings
) -> None:
    save(draw(1), pseudonym=ERASED)
    assert measure_pictures(card=CARD, limit=9, record=record).n == 1
    save(draw(2), pseudonym=OTHER)
    found = preview_erasure(pseudonym=ERASED, record=record)
    assert found.n_pictures == 1
    assert erase_patient(pseudonym=ERASED, who="dr a", record=record) == found
    assert n_rows(record, "images", "predictions", "embeddings", "image_statistics") == [1, 1, 1, 0]
    assert len(blobs_of(settings)) == 1


def test_a_measured_picture_that_another_patient_shows_too_stays(record: Record, save: Callable[..., int]) -> None:
    for pseudonym in (ERASED, OTHER):
        save(draw(1), pseudonym=pseudonym)
    measure_pictures(card=CARD, limit=9, record=record)
    assert erase_patient(pseudonym=ERASED, who="dr a", record=record).n_pictures == 0
    assert n_rows(record, "images", "predictions", "embeddings", "image_statistics") == [1, 1, 1, 1]


@pytest.fixture
def left_picture(record: Record, save: Callable[..., int], monkeypatch: pytest.MonkeyPatch) -> str:
    """A measured picture that an earlier version left of an erased patient, beside another patient's measured one.

    Gives the SHA-256 of the one that is to stay.
    """
    save(draw(1), pseudonym=ERASED)
    other, _ = cases.load_case(case_id=save(draw(2), pseudonym=OTHER), record=record)
    measure_pictures(card=CARD, limit=9, record=record)
    with monkeypatch.context() as patch:
        patch.setattr(ErasureRepository, "_delete_pictures", lambda *_: set())
        erase_patient(pseudonym=ERASED, who="dr a", record=record)
    return other.image.blob_sha256


def test_a_picture_that_an_earlier_version_left_goes_at_the_next_start(
    record: Record, settings: Settings, left_picture: str
) -> None:
    assert len(blobs_of(settings)) == 2
    open_record(settings).close()
    assert n_rows(record, "images", "predictions", "embeddings", "image_statistics") == [1, 1, 1, 1]
    assert blobs_of(settings) == [left_picture]
    open_record(settings).close()
    with record.reading() as work:
        [line] = work.audit.of("pictures left", "")
    assert (line.action, line.who, dict(line.detail)) == ("erase", "", {"n_pictures": 1})


def test_a_left_picture_that_cannot_be_removed_stops_no_start_and_is_tried_again(
    settings: Settings, left_picture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(BlobStore, "remove", refuse)
        open_record(settings).close()
    assert len(blobs_of(settings)) == 2
    open_record(settings).close()
    assert blobs_of(settings) == [left_picture]


def test_only_cases_and_files_of_batches_keep_a_picture() -> None:
    """A new table that names pictures is to be judged: does it keep one, or only say something of it?"""
    keys = [key for table in Table.metadata.sorted_tables for key in table.foreign_keys]
    named_in = {key.parent.table.name for key in keys if key.column.table.name == "images"}
    assert named_in == {"cases", "batch_items", "predictions", "image_statistics"}


def test_files_that_wait_in_a_batch_go_too_and_nobodys_cases_stay(record: Record, save: Callable[..., int]) -> None:
    nobodys = save(draw(2))
    taken = [TakenIn(Upload(f"{ERASED}_L1_a.jpg", draw(1)))]
    assigned = assign_by_name([item.upload.filename for item in taken]).of_file
    batches.create_batch(name="morning", taken=taken, reader="dr a", record=record, assigned=assigned)
    erased = erase_patient(pseudonym=ERASED, who="dr a", record=record)
    assert (erased.n_cases, erased.n_files_in_batches) == (0, 1)
    assert record.staging.names() == []
    assert rows_with(record, ERASED) == []
    assert cases.load_case(case_id=nobodys, record=record)[0].pseudonym == ""


@pytest.mark.parametrize(("other", "state"), [("", BatchState.FINISHED), (OTHER, BatchState.PAUSED)])
def test_a_paused_batch_of_which_nothing_waits_any_more_is_finished(
    other: str, state: BatchState, record: Record
) -> None:
    names = [f"{ERASED}_L1_a.jpg"] + ([f"{other}_L1_b.jpg"] if other else [])
    taken = [TakenIn(Upload(name, draw(n))) for n, name in enumerate(names)]
    assigned = assign_by_name(names).of_file
    batch_id = batches.create_batch(name="morning", taken=taken, reader="dr a", record=record, assigned=assigned)
    batches.pause_batch(batch_id=batch_id, record=record)
    erase_patient(pseudonym=ERASED, who="dr a", record=record)
    assert batches.load_summary(batch_id=batch_id, record=record).state is state


def test_a_file_that_became_another_patients_case_stays_with_its_read(
    record: Record, classifier: DarknessClassifier, erased_case: int
) -> None:
    batch_id = in_a_batch(record, classifier, (f"{ERASED}_L2_a.jpg", draw(2)))
    [item] = load_items(batch_id=batch_id, record=record)[1]
    decide_item(item=item, assessment=Band.REFER, note="", reader="dr a", record=record)
    save_items(batch_id=batch_id, item_ids=[item.item_id], reader="dr a", record=record)
    other = load_items(batch_id=batch_id, record=record)[1][0].case_id
    assert other is not None
    draft = CaseDraft(f"batch-item-{item.item_id}", "a.jpg", pseudonym=OTHER)
    cases.update_case(case_id=other, draft=draft, who="dr a", record=record)
    assert erase_patient(pseudonym=ERASED, who="dr a", record=record).n_cases == 1
    kept, _ = cases.load_case(case_id=other, record=record)
    assert (kept.pseudonym, len(kept.reviews)) == (OTHER, 1)
    [left] = load_items(batch_id=batch_id, record=record)[1]
    assert (left.case_id, left.assigned.pseudonym, left.filename) == (other, "", "Erased name")


@pytest.mark.parametrize("pseudonym", ["P-0", ""])
def test_an_unknown_patient_is_told(pseudonym: str, record: Record, classifier: DarknessClassifier) -> None:
    in_a_batch(record, classifier, ("a.jpg", draw(2)))
    with pytest.raises(RecordNotFound, match="There is no patient"):
        preview_erasure(pseudonym=pseudonym, record=record)


def test_a_picture_that_cannot_be_removed_leaves_the_rows_to_try_again(
    record: Record, erased_case: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(StorageReadOnly):
        patch.setattr(BlobStore, "remove", refuse)
        erase_patient(pseudonym=ERASED, who="dr a", record=record)
    assert preview_erasure(pseudonym=ERASED, record=record).n_cases == 1
    assert erase_patient(pseudonym=ERASED, who="dr a", record=record).n_cases == 1


def test_the_next_patient_inherits_no_line_of_the_erased_one(
    record: Record, save: Callable[..., int], classifier: DarknessClassifier, erased_case: int
) -> None:
    in_a_batch(record, classifier, (f"{ERASED}_L2_a.jpg", draw(2)))
    with record.reading() as work:
        before = work.erasure.belongings(ERASED)
    erase_patient(pseudonym=ERASED, who="dr a", record=record)
    next_case = save(draw(4), pseudonym=OTHER)
    in_a_batch(record, classifier, (f"{OTHER}_L1_b.jpg", draw(3)))
    with record.reading() as work:
        after = work.erasure.belongings(OTHER)
        assert [line.action for line in work.audit.of("case", next_case)] == ["save"]
    assert after.patient_id != before.patient_id
    assert not {*after.item_ids, *after.case_ids} & {*before.item_ids, *before.case_ids}


class ErasingClassifier(DarknessClassifier):
    """Erases the patient while a group is at the network."""

    def __init__(self, record: Record) -> None:
        super().__init__()
        self.record = record

    def predict_frames(self, frames: NDArray[np.uint8]) -> list[Prediction]:
        erase_patient(pseudonym=ERASED, who="dr a", record=self.record)
        return super().predict_frames(frames)


def test_a_file_that_is_at_the_network_does_not_come_back(record: Record, settings: Settings) -> None:
    pictures = ((f"{ERASED}_L1_a.jpg", draw(1)), (f"{OTHER}_L1_b.jpg", draw(2)))
    batch_id = in_a_batch(record, ErasingClassifier(record), *pictures)
    [left] = load_items(batch_id=batch_id, record=record)[1]
    assert left.assigned.pseudonym == OTHER
    assert left.image is not None
    assert blobs_of(settings) == [left.image.blob_sha256]
    assert n_rows(record, "images") == [1]


def test_a_file_at_the_network_keeps_a_picture_that_it_shares(record: Record, save: Callable[..., int]) -> None:
    save(draw(1), pseudonym=ERASED)
    batch_id = in_a_batch(record, ErasingClassifier(record), (f"{OTHER}_L1_b.jpg", draw(1)))
    [left] = load_items(batch_id=batch_id, record=record)[1]
    assert left.image is not None
    assert record.blobs.open(left.image.blob_sha256)


def test_a_case_that_is_being_saved_keeps_a_picture_that_it_shares(
    record: Record, save: Callable[..., int], erased_case: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = Record.keep_picture

    def erase_after(self: Record, content: bytes, image: LesionImage) -> StoredImage:
        kept = keep(self, content, image)
        monkeypatch.setattr(Record, "keep_picture", keep)
        erase_patient(pseudonym=ERASED, who="dr a", record=self)
        return kept

    monkeypatch.setattr(Record, "keep_picture", erase_after)
    other = save(draw(1), pseudonym=OTHER)
    case, _ = cases.load_case(case_id=other, record=record)
    assert cases.load_picture(case=case, record=record).width_px == 96


def test_only_names_with_the_pseudonym_as_a_word_are_erased(record: Record, save: Callable[..., int]) -> None:
    save(draw(1), pseudonym="1")
    names = ("clinic 2021.zip", "patient 1.zip")
    for name in names:
        batches.create_batch(name=name, taken=[], reader="dr a", record=record)
    keep_filter(name="all of 2021", wanted=CaseFilter(text="2021"), who="dr a", record=record)
    keep_filter(name="theirs", wanted=CaseFilter(text="melanoma 1"), who="dr a", record=record)
    erase_patient(pseudonym="1", who="dr a", record=record)
    assert {batch.name for batch in batches.list_batches(record=record)} == {"clinic 2021.zip", "Erased name"}
    assert [kept.name for kept in saved_filters(record=record)] == ["all of 2021"]
