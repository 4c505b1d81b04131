from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, timedelta
from threading import Barrier, Thread
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session, sessionmaker

from core.domain import CaseDraft, FirstRead, History, Prediction, StoredImage
from core.errors import RecordNotFound
from core.taxonomy import AnatomSite, BodyRegion, Impression, Laterality, ReadMode, Sex, SkinType
from db.engine import make_engine, make_session_factory
from db.repositories import CaseRepository
from db.repositories.cases import NewCase
from db.tables import CaseRow, FirstReadRow, ImageRow, LesionRow, PatientRow, PredictionRow, Table, VisitRow
from db.unit_of_work import UnitOfWork
from tests.db.conftest import Make, Record

HISTORY = History(SkinType.III, 6.5, personal_hx_mm=True, family_hx_mm=False, is_change_noticed=None)
DRAFTED = [field.name for field in fields(CaseDraft)]
WORDS: dict[str, Any] = {
    "pseudonym": "P-002",
    "lesion_label": "back",
    "anatom_site": AnatomSite.POSTERIOR_TORSO,
    "age_years": 40,
    "sex": Sex.MALE,
    "notes": "none",
}


def n_rows(work: UnitOfWork, table: type[Table]) -> int:
    return work.session.execute(select(func.count()).select_from(table)).scalar_one()


def add(
    work: UnitOfWork,
    make: Make,
    draft: CaseDraft,
    *,
    image: StoredImage | None = None,
    prediction: Prediction | None = None,
) -> int:
    return work.cases.add(
        draft,
        image or make.image("a"),
        prediction or make.prediction(),
        predicted_at=make.noon,
        app_version="0.1.0",
        created_at=make.noon,
    )


def test_a_case_comes_back_as_it_was_saved(work: UnitOfWork, make: Make) -> None:
    image, prediction = make.image(), make.prediction(0.7)
    draft = make.draft(
        history=HISTORY, laterality=Laterality.LEFT, body_region=BodyRegion.FACE, visited_on=date(2026, 2, 27)
    )
    case = work.cases.get(add(work, make, draft, image=image, prediction=prediction))
    assert [getattr(case, name) for name in DRAFTED] == [getattr(draft, name) for name in DRAFTED]
    assert case.image == image
    assert case.prediction.model == prediction.model
    assert case.prediction.malignant_probability == prediction.malignant_probability
    assert case.prediction.raw_probability == prediction.raw_probability
    assert case.prediction.band == prediction.band
    assert (case.reviews, case.diagnosis, case.app_version) == ((), None, "0.1.0")


def test_the_embedding_comes_back_bit_for_bit_and_read_only(work: UnitOfWork, make: Make) -> None:
    prediction = make.prediction()
    found = work.cases.get(add(work, make, make.draft(), prediction=prediction)).prediction.embedding
    assert found.dtype == np.float16
    assert np.array_equal(found, prediction.embedding)
    assert not found.flags.writeable


def test_times_come_back_aware_in_utc(record: Record, make: Make, reading: Callable[[], UnitOfWork]) -> None:
    case = reading().cases.get(record.save())
    assert (case.created_at, case.predicted_at) == (make.noon, make.noon)
    assert (case.created_at.tzinfo, case.predicted_at.tzinfo) == (UTC, UTC)


def test_a_blank_draft_can_be_saved(work: UnitOfWork, make: Make) -> None:
    draft = CaseDraft(submission_id="s", filename="a.jpg")
    case = work.cases.get(add(work, make, draft))
    assert [getattr(case, name) for name in DRAFTED] == [getattr(draft, name) for name in DRAFTED]
    assert [n_rows(work, table) for table in (PatientRow, LesionRow, VisitRow)] == [0, 0, 0]


def test_saving_a_submission_twice_is_saving_it_once(work: UnitOfWork, make: Make) -> None:
    draft = make.draft()
    first = add(work, make, draft)
    again = add(work, make, replace(draft, notes="changed", pseudonym="P-009"), image=make.image("b"))
    assert again == first
    assert work.cases.get(first).notes == "itches"
    assert [n_rows(work, table) for table in (CaseRow, PatientRow, ImageRow, PredictionRow)] == [1, 1, 1, 1]


def add_all(work: UnitOfWork, make: Make, drafts: list[CaseDraft]) -> list[int]:
    cases = [NewCase(draft, make.image(draft.submission_id), make.prediction()) for draft in drafts]
    return work.cases.add_many(cases, predicted_at=make.noon, app_version="0.1.0", created_at=make.noon)


def test_many_cases_get_their_ids_in_order_and_known_ones_stay(work: UnitOfWork, make: Make) -> None:
    drafts = [make.draft(submission_id=f"s{n}", pseudonym=f"P-{n % 2}", notes=f"note {n}") for n in range(5)]
    known = add(work, make, replace(drafts[3], notes="as it was"))
    ids = add_all(work, make, drafts)
    assert ids[3] == known
    found = [work.cases.get(case_id) for case_id in ids]
    assert [case.submission_id for case in found] == ["s0", "s1", "s2", "s3", "s4"]
    assert [case.notes for case in found] == ["note 0", "note 1", "note 2", "as it was", "note 4"]
    assert [case.pseudonym for case in found] == ["P-0", "P-1", "P-0", "P-1", "P-0"]
    assert add_all(work, make, drafts) == ids
    assert [n_rows(work, table) for table in (CaseRow, PatientRow)] == [5, 2]


def test_many_cases_are_tied_to_their_own_reads(work: UnitOfWork, make: Make) -> None:
    drafts = [make.draft(submission_id=f"s{n}") for n in range(3)]
    for draft in drafts[1:]:
        read = FirstRead(draft.submission_id, ReadMode.BLIND, "dr a", make.noon, Impression.BENIGN, None, None, None)
        work.reads.add_first(read)
    ids = add_all(work, make, drafts)
    reads = [work.cases.get(case_id).first_read for case_id in ids]
    assert [read and read.submission_id for read in reads] == [None, "s1", "s2"]
    tied = select(FirstReadRow.submission_id, FirstReadRow.case_id)
    assert dict(work.session.execute(tied).all()) == {"s1": ids[1], "s2": ids[2]}


def test_forty_cases_take_as_many_statements_as_four(work: UnitOfWork, make: Make, engine: Engine) -> None:
    statements = list[str]()
    event.listen(engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
    counts = list[int]()
    for n in (4, 40):
        statements.clear()
        add_all(work, make, [CaseDraft(submission_id=f"{n}-{i}", filename="a.jpg") for i in range(n)])
        counts.append(len(statements))
    assert counts[0] == counts[1] > 0


def test_two_threads_saving_one_submission_save_it_once(engine: Engine, url: str, make: Make) -> None:
    waiting = make_engine(url, busy_timeout_ms=20_000)
    sessions, draft, start, ids = make_session_factory(waiting), make.draft(), Barrier(2), list[int]()

    def save() -> None:
        start.wait()
        with UnitOfWork(sessions) as work:
            ids.append(add(work, make, draft))
            work.commit()

    threads = [Thread(target=save) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with UnitOfWork(sessions, read_only=True) as work:
        assert n_rows(work, CaseRow) == 1
        assert ids == [work.cases.find_by_submission(draft.submission_id)] * 2
    waiting.dispose()


def test_a_submission_that_was_saved_after_the_look_is_not_saved_again(
    work: UnitOfWork, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a database that locks rows and not itself can meet."""
    draft = make.draft()
    first = add(work, make, draft)
    monkeypatch.setattr(CaseRepository, "find_by_submission", lambda *_: None)
    assert add(work, make, replace(draft, pseudonym="P-009")) == first
    assert (n_rows(work, CaseRow), n_rows(work, PatientRow)) == (1, 1)


def test_an_unknown_case_is_told(work: UnitOfWork, make: Make) -> None:
    with pytest.raises(RecordNotFound, match="no case 7"):
        work.cases.get(7)
    with pytest.raises(RecordNotFound, match="no case 7"):
        work.cases.update_words(7, make.draft(**WORDS))
    assert work.cases.find_by_submission("never") is None


def test_the_same_picture_and_model_are_stored_once(work: UnitOfWork, make: Make) -> None:
    first = add(work, make, make.draft(), prediction=make.prediction(0.3))
    second = add(work, make, make.draft(), prediction=make.prediction(0.9))
    assert (n_rows(work, ImageRow), n_rows(work, PredictionRow)) == (1, 1)
    assert work.cases.get(first).prediction.malignant_probability == 0.3
    assert work.cases.get(second).prediction.malignant_probability == 0.3


def test_a_later_model_leaves_the_earlier_result_alone(work: UnitOfWork, make: Make) -> None:
    first = add(work, make, make.draft(), prediction=make.prediction(0.3, "1.0"))
    second = add(work, make, make.draft(), prediction=make.prediction(0.9, "2.0"))
    assert work.cases.get(first).prediction.malignant_probability == 0.3
    assert work.cases.get(first).prediction.model.version == "1.0"
    assert work.cases.get(second).prediction.malignant_probability == 0.9
    assert work.cases.get(second).prediction.model.version == "2.0"


def test_a_prediction_is_found_by_picture_and_model(work: UnitOfWork, make: Make) -> None:
    prediction = make.prediction(0.3)
    add(work, make, make.draft(), prediction=prediction)
    upload, model = make.image("a").upload_sha256, prediction.model
    found = work.predictions.find(upload, model.weights_sha256, model.card_sha256)
    assert found is not None
    assert found.malignant_probability == 0.3
    assert np.array_equal(found.embedding, prediction.embedding)
    assert work.predictions.find(upload, model.weights_sha256, "another card") is None
    assert work.predictions.find("another upload", model.weights_sha256, model.card_sha256) is None


def test_earlier_cases_of_the_same_file_come_newest_first(
    record: Record, make: Make, reading: Callable[[], UnitOfWork]
) -> None:
    ids = [record.save(upload="a"), record.save(upload="b"), record.save(upload="a")]
    found = reading().cases.find_by_upload(make.image("a").upload_sha256)
    assert [case.case_id for case in found] == [ids[2], ids[0]]
    assert found[0].created_at - found[1].created_at == timedelta(hours=2)


def test_the_other_cases_of_a_lesion_come_oldest_first(record: Record, reading: Callable[[], UnitOfWork]) -> None:
    ids = [record.save() for _ in range(3)]
    record.save(lesion_label="another lesion")
    record.save(pseudonym="P-002")
    assert [case.case_id for case in reading().cases.of_lesion(ids[1])] == [ids[0], ids[2]]


@pytest.mark.parametrize("blank", ["pseudonym", "lesion_label"])
def test_unnamed_lesions_are_not_taken_for_one(record: Record, reading: Callable[[], UnitOfWork], blank: str) -> None:
    draft: dict[str, Any] = {blank: ""}
    ids = [record.save(**draft) for _ in range(2)]
    assert reading().cases.of_lesion(ids[0]) == ()


def test_a_label_without_a_patient_is_not_lost(record: Record, reading: Callable[[], UnitOfWork]) -> None:
    case = reading().cases.get(record.save(pseudonym="", lesion_label="left shoulder"))
    assert (case.pseudonym, case.lesion_label) == ("", "left shoulder")


def test_a_lesion_keeps_the_first_site_that_was_named(work: UnitOfWork, make: Make) -> None:
    for site in (None, AnatomSite.HEAD_NECK, AnatomSite.LATERAL_TORSO):
        add(work, make, make.draft(anatom_site=site))
    assert work.session.scalars(select(LesionRow.anatom_site)).all() == [AnatomSite.HEAD_NECK]


def test_new_words_replace_the_old_ones_and_nothing_else(work: UnitOfWork, make: Make) -> None:
    case_id = add(work, make, make.draft())
    before = work.cases.get(case_id)
    work.cases.update_words(case_id, make.draft(**WORDS))
    after = work.cases.get(case_id)
    assert {name: getattr(after, name) for name in WORDS} == WORDS
    for name in ("submission_id", "filename", "reader", "created_at", "predicted_at", "image"):
        assert getattr(after, name) == getattr(before, name)


def test_a_corrected_name_leaves_no_patient_behind(work: UnitOfWork, make: Make) -> None:
    case_id, other = add(work, make, make.draft()), add(work, make, make.draft(lesion_label="neck"))
    work.cases.update_words(case_id, make.draft(**WORDS))
    assert set(work.session.scalars(select(PatientRow.pseudonym))) == {"P-001", "P-002"}
    assert set(work.session.scalars(select(LesionRow.label))) == {"back", "neck"}
    work.cases.update_words(other, make.draft(**WORDS))
    assert set(work.session.scalars(select(PatientRow.pseudonym))) == {"P-002"}
    assert set(work.session.scalars(select(LesionRow.label))) == {"back"}


def test_words_can_be_taken_back(sessions: sessionmaker[Session], record: Record, make: Make) -> None:
    case_id = record.save()
    blank = dict.fromkeys(WORDS, None) | {"pseudonym": "", "lesion_label": "", "notes": ""}
    with UnitOfWork(sessions) as work:
        work.cases.update_words(case_id, make.draft(**blank))
        after = work.cases.get(case_id)
    assert {name: getattr(after, name) for name in WORDS} == blank
