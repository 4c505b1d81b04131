import errno
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from core.domain import Analysis, CaseDraft, CaseFilter, ConfirmedDiagnosis, Review, Upload
from core.errors import CaseChanged, RecordNotFound, StorageBusy, StorageFull
from core.imaging.decode import decode
from core.settings import Settings
from core.taxonomy import AnatomSite, Band, ConfirmType, Diagnosis, Impression, Sex
from dashboard.workflow import cases
from dashboard.workflow.analyse import analyse_upload
from dashboard.workflow.first_read import FinalReading
from dashboard.workflow.record import Record
from tests.dashboard.conftest import DarknessClassifier, draw, shade, with_exif

ON_BOTH_DATABASES = True

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NAME = "Erika Mustermann"


@pytest.fixture
def analysis(classifier: DarknessClassifier) -> Analysis:
    upload = Upload("lesion.jpg", with_exif(draw(), artist=NAME))
    return analyse_upload(upload=upload, classifier=classifier)


@pytest.fixture
def draft(analysis: Analysis) -> CaseDraft:
    return CaseDraft(
        submission_id=analysis.submission_id,
        filename="lesion.jpg",
        pseudonym="P-1",
        lesion_label="L1",
        anatom_site=AnatomSite.POSTERIOR_TORSO,
        age_years=61,
        sex=Sex.FEMALE,
        notes="itches",
        reader="dr a",
    )


def n_cases(record: Record) -> int:
    return cases.list_cases(wanted=CaseFilter(), page_size=1, record=record).n_total


def actions(record: Record, case_id: int) -> list[tuple[str, str]]:
    with record.reading() as work:
        return [(entry.who, entry.action) for entry in work.audit.of("case", case_id)]


def stored_files(settings: Settings) -> list[Path]:
    return [path for path in settings.blob_root.rglob("*") if path.is_file()]


def test_a_saved_case_is_found_with_all_that_was_given(record: Record, analysis: Analysis, draft: CaseDraft) -> None:
    case, others = cases.load_case(
        case_id=cases.save_case(draft=draft, analysis=analysis, record=record), record=record
    )
    words = (case.pseudonym, case.lesion_label, case.anatom_site, case.age_years, case.sex, case.notes, case.reader)
    assert words == ("P-1", "L1", AnatomSite.POSTERIOR_TORSO, 61, Sex.FEMALE, "itches", "dr a")
    assert case.prediction.malignant_probability == pytest.approx(analysis.prediction.malignant_probability)
    assert case.predicted_at == analysis.analysed_at
    assert case.prediction.model == analysis.prediction.model
    assert np.array_equal(case.prediction.embedding, analysis.prediction.embedding)
    assert others == ()


def test_the_same_submission_saves_once(record: Record, analysis: Analysis, draft: CaseDraft) -> None:
    ids = {cases.save_case(draft=draft, analysis=analysis, record=record) for _ in range(2)}
    assert len(ids) == n_cases(record) == 1
    assert actions(record, ids.pop()) == [("dr a", "save")]


def test_the_same_submission_from_two_threads_saves_once(record: Record, analysis: Analysis, draft: CaseDraft) -> None:
    together = Barrier(2)

    def save() -> int:
        together.wait()
        return cases.save_case(draft=draft, analysis=analysis, record=record)

    with ThreadPoolExecutor(2) as pool:
        ids = {future.result() for future in [pool.submit(save) for _ in range(2)]}
    assert len(ids) == n_cases(record) == 1
    assert actions(record, ids.pop()) == [("dr a", "save")]


def test_the_picture_is_stored_without_the_name_in_its_exif(
    record: Record, settings: Settings, analysis: Analysis, draft: CaseDraft
) -> None:
    assert NAME.encode() in analysis.upload.content
    cases.save_case(draft=draft, analysis=analysis, record=record)
    files = stored_files(settings)
    assert len(files) == 1
    assert NAME.encode() not in files[0].read_bytes()


def test_a_locked_database_leaves_no_case(
    record: Record, impatient: Record, analysis: Analysis, draft: CaseDraft
) -> None:
    with record.writing(), pytest.raises(StorageBusy) as caught:
        cases.save_case(draft=draft, analysis=analysis, record=impatient)
    assert "save again" in caught.value.next_step
    assert n_cases(record) == 0
    assert cases.save_case(draft=draft, analysis=analysis, record=record)


def test_a_full_disk_leaves_neither_case_nor_half_a_picture(
    record: Record, settings: Settings, analysis: Analysis, draft: CaseDraft, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("db.places.os.fsync", no_space)
        with pytest.raises(StorageFull):
            cases.save_case(draft=draft, analysis=analysis, record=record)
    assert n_cases(record) == 0
    assert stored_files(settings) == []
    assert cases.save_case(draft=draft, analysis=analysis, record=record)


def test_a_failed_commit_leaves_a_picture_but_no_row(
    record: Record, settings: Settings, analysis: Analysis, draft: CaseDraft, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object) -> None:
        raise StorageFull("Nothing was saved: the disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("db.unit_of_work.UnitOfWork.commit", fail)
        with pytest.raises(StorageFull):
            cases.save_case(draft=draft, analysis=analysis, record=record)
    assert n_cases(record) == 0
    assert len(stored_files(settings)) == 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_stored_picture_stands_as_the_upload_did(
    orientation: int, record: Record, save: Callable[..., int]
) -> None:
    upload = with_exif(draw(), orientation=orientation)
    case, _ = cases.load_case(case_id=save(upload), record=record)
    shown, wanted = cases.load_picture(case=case, record=record), decode(upload)
    assert (case.image.orientation, wanted.orientation) == (orientation, orientation)
    assert (case.image.width_px, case.image.height_px) == (wanted.width_px, wanted.height_px)
    assert np.array_equal(shown.pixels, wanted.pixels)
    assert not shown.pixels.flags.writeable


def test_a_picture_that_is_no_jpeg_stands_as_the_upload_did(record: Record, save: Callable[..., int]) -> None:
    case, _ = cases.load_case(case_id=save(shade(90)), record=record)
    assert case.image.format == "PNG"
    assert np.array_equal(cases.load_picture(case=case, record=record).pixels, decode(shade(90)).pixels)


def test_a_picture_that_vanished_from_the_disk_is_told(
    record: Record, settings: Settings, save: Callable[..., int]
) -> None:
    case, _ = cases.load_case(case_id=save(), record=record)
    stored_files(settings)[0].unlink()
    with pytest.raises(RecordNotFound):
        cases.load_picture(case=case, record=record)


def test_an_unknown_case_is_told(record: Record) -> None:
    with pytest.raises(RecordNotFound):
        cases.load_case(case_id=7, record=record)


def test_changed_words_replace_the_old_ones_and_leave_the_result(record: Record, save: Callable[..., int]) -> None:
    case_id = save(pseudonym="P-1", notes="itches")
    before, _ = cases.load_case(case_id=case_id, record=record)
    draft = CaseDraft("any", "any.jpg", pseudonym="P-2", anatom_site=AnatomSite.HEAD_NECK)
    cases.update_case(case_id=case_id, draft=draft, who="dr b", record=record)
    after, _ = cases.load_case(case_id=case_id, record=record)
    assert (after.pseudonym, after.anatom_site, after.notes) == ("P-2", AnatomSite.HEAD_NECK, "")
    assert (after.filename, after.reader, after.created_at) == (before.filename, "dr a", before.created_at)
    assert after.prediction.malignant_probability == before.prediction.malignant_probability
    assert actions(record, case_id) == [("dr a", "save"), ("dr b", "edit")]


def test_changing_an_unknown_case_writes_nothing(record: Record) -> None:
    with pytest.raises(RecordNotFound):
        cases.update_case(case_id=3, draft=CaseDraft("s", "a.jpg", pseudonym="P-1"), who="dr b", record=record)
    assert actions(record, 3) == []


def test_reviews_are_kept_with_their_reader_the_newest_first(record: Record, save: Callable[..., int]) -> None:
    case_id = save()
    for hour, band in enumerate((Band.REFER, Band.NO_CONCERN)):
        review = Review(band, f"look {hour}", "dr b", NOON.replace(hour=hour))
        cases.review_case(case_id=case_id, review=review, record=record)
    case, _ = cases.load_case(case_id=case_id, record=record)
    assert [review.note for review in case.reviews] == ["look 1", "look 0"]
    assert actions(record, case_id)[1:] == [("dr b", "review")] * 2


def test_the_newest_confirmed_diagnosis_counts(record: Record, save: Callable[..., int]) -> None:
    case_id = save()
    for hour, (name, is_malignant) in enumerate([(Diagnosis.NEVUS, False), (Diagnosis.MELANOMA, True)]):
        diagnosis = ConfirmedDiagnosis(
            diagnosis=name,
            is_malignant=is_malignant,
            confirm_type=ConfirmType.HISTOPATHOLOGY,
            confirmed_on=date(2026, 3, 1),
            note="0.4 mm",
            recorded_by="dr b",
            recorded_at=NOON.replace(hour=hour),
        )
        cases.confirm_diagnosis(case_id=case_id, diagnosis=diagnosis, record=record)
    case, _ = cases.load_case(case_id=case_id, record=record)
    assert case.diagnosis is not None
    assert (case.diagnosis.diagnosis, case.diagnosis.is_malignant) == (Diagnosis.MELANOMA, True)
    assert actions(record, case_id)[1:] == [("dr b", "confirm diagnosis")] * 2


def test_the_audit_holds_no_words_about_the_patient(record: Record, save: Callable[..., int]) -> None:
    case_id = save(pseudonym="P-secret", notes="a secret")
    cases.review_case(case_id=case_id, review=Review(Band.REFER, "a secret", "dr b", NOON), record=record)
    with record.reading() as work:
        assert "secret" not in str(work.audit.of("case", case_id))


def test_other_images_of_the_lesion_are_found_by_pseudonym_and_label(record: Record, save: Callable[..., int]) -> None:
    first = save(draw(1), pseudonym="P-1", lesion_label="L1")
    second = save(draw(2), pseudonym="P-1", lesion_label="L1")
    save(draw(3), pseudonym="P-1", lesion_label="L2")
    _, others = cases.load_case(case_id=first, record=record)
    assert [other.case_id for other in others] == [second]


def test_the_same_file_is_recognised(record: Record, save: Callable[..., int]) -> None:
    save(draw(2))
    ids = [save(draw(1)), save(draw(1))]
    found = cases.find_earlier_cases(upload_sha256=decode(draw(1)).sha256, record=record)
    assert [case.case_id for case in found] == ids[::-1]


def test_the_history_is_paged_newest_first(record: Record, save: Callable[..., int]) -> None:
    ids = [save(shade(100, n)) for n in range(5)]
    pages = [cases.list_cases(wanted=CaseFilter(), page_size=2, record=record)]
    while pages[-1].end is not None:
        pages.append(cases.list_cases(wanted=CaseFilter(), page_size=2, record=record, after=pages[-1].end))
    assert [(page.n_total, page.is_counted) for page in pages] == [(5, True)] * 4
    assert [list(page.rows["case_id"]) for page in pages] == [ids[:2:-1], ids[2:0:-1], ids[:1], []]


def test_a_case_that_is_saved_meanwhile_moves_no_page(record: Record, save: Callable[..., int]) -> None:
    ids = [save(shade(100, n)) for n in range(4)]
    first = cases.list_cases(wanted=CaseFilter(), page_size=2, record=record)
    save(shade(100, 9))
    second = cases.list_cases(wanted=CaseFilter(), page_size=2, record=record, after=first.end)
    assert list(second.rows["case_id"]) == ids[1::-1]


def test_counting_stops_where_nobody_pages_any_more(
    record: Record, save: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, "COUNTED", 2)
    for n in range(3):
        save(shade(100, n))
        page = cases.list_cases(wanted=CaseFilter(), page_size=1, record=record)
        assert (page.n_total, page.is_counted) == (min(n + 1, 2), n < 2)


def test_model_versions_are_those_that_scored(record: Record, save: Callable[..., int]) -> None:
    assert cases.known_model_versions(record=record) == []
    save()
    assert cases.known_model_versions(record=record) == ["1.0"]


def test_a_form_from_before_anothers_correction_saves_nothing(record: Record, save: Callable[..., int]) -> None:
    case_id = save(draw(1), pseudonym="P-1", submission_id="s")
    begun, _ = cases.load_case(case_id=case_id, record=record)
    theirs = CaseDraft("s", "lesion.jpg", pseudonym="P-1", notes="corrected")
    cases.update_case(case_id=case_id, draft=theirs, who="dr b", record=record, begun_from=begun)
    mine = CaseDraft("s", "lesion.jpg", pseudonym="P-1", notes="older")
    with pytest.raises(CaseChanged, match="by somebody else"):
        final = FinalReading("s", Impression.MALIGNANT, None, Band.REFER, "dr a")
        cases.update_case(case_id=case_id, draft=mine, who="dr a", record=record, begun_from=begun, final=final)
    found, _ = cases.load_case(case_id=case_id, record=record)
    assert (found.notes, found.finals, found.reviews) == ("corrected", (), ())
