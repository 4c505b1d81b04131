from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from itertools import chain
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session, sessionmaker

from core.domain import CaseDraft, CaseFilter, CaseMark, ConfirmedDiagnosis, Review
from core.taxonomy import AnatomSite, Band, ConfirmType, Diagnosis, Sex
from db import queries
from db.case_words import has_missing, refresh_missing
from db.tables import CaseWordsRow
from db.unit_of_work import UnitOfWork
from tests.db.conftest import NOON, Make, Record

ALL = CaseFilter()


@pytest.fixture
def session(reading: Callable[[], UnitOfWork]) -> Callable[[], Session]:
    return lambda: reading().session


@pytest.fixture
def follow_up(sessions: sessionmaker[Session]) -> Callable[..., None]:
    """Adds a review, or a diagnosis, an hour count after noon."""

    def add(case_id: int, what: Band | bool, hours: int = 0) -> None:
        at = NOON + timedelta(hours=hours)
        with UnitOfWork(sessions) as work:
            if isinstance(what, Band):
                work.reviews.add(case_id, Review(what, "a note", "dr b", at))
            else:
                name = Diagnosis.MELANOMA if what else Diagnosis.NEVUS
                how, when = ConfirmType.HISTOPATHOLOGY, date(2026, 3, 1)
                work.diagnoses.add(case_id, ConfirmedDiagnosis(name, what, how, when, "0.4 mm", "dr b", at))
            work.commit()

    return add


def found(session: Session, wanted: CaseFilter, **page: Any) -> list[int]:  # noqa: ANN401
    ids = queries.search_cases(session, wanted, **({"limit": 100} | page))["case_id"].tolist()
    if not page:
        assert queries.count_cases(session, wanted) == len(ids)
        assert queries.export_cases(session, wanted)["case_id"].tolist() == ids
    return ids


def test_cases_come_newest_first(record: Record, session: Callable[[], Session]) -> None:
    a, b, c = (record.save(probability) for probability in (0.2, 0.9, 0.5))
    assert found(session(), ALL) == [c, b, a]


def test_pages_follow_one_another(record: Record, session: Callable[[], Session]) -> None:
    ids = [record.save(number % 3 / 10) for number in range(10)]
    pages, mark = [], None
    for _ in range(4):
        page = queries.search_cases(session(), ALL, limit=4, after=mark)
        pages.append(page["case_id"].tolist())
        mark = CaseMark(page["created_at"].iloc[-1], pages[-1][-1]) if len(page) else mark
    assert [len(page) for page in pages] == [4, 4, 2, 0]
    assert list(chain.from_iterable(pages)) == found(session(), ALL) == ids[::-1]


def test_cases_of_the_same_moment_are_paged_too(
    sessions: sessionmaker[Session], make: Make, session: Callable[[], Session]
) -> None:
    with UnitOfWork(sessions) as work:
        add = partial(work.cases.add, predicted_at=NOON, app_version="0.1.0", created_at=NOON)
        ids = [add(make.draft(), make.image(), make.prediction()) for _ in range(3)]
        work.commit()
    assert found(session(), ALL, limit=5, after=CaseMark(NOON, ids[1])) == ids[:1]


def test_counting_stops_where_it_is_told(record: Record, session: Callable[[], Session]) -> None:
    for _ in range(3):
        record.save()
    assert [queries.count_cases(session(), ALL, up_to=n) for n in (2, 3, 4)] == [2, 3, 3]


def test_a_row_has_all_that_the_table_shows(
    record: Record, make: Make, session: Callable[[], Session], follow_up: Callable[..., None]
) -> None:
    case_id = record.save(0.7, upload="a", filename="a.jpg")
    follow_up(case_id, Band.INDETERMINATE)
    follow_up(case_id, True)
    [row] = queries.search_cases(session(), ALL, limit=5).to_dict("records")
    assert pd.isna(row.pop("signed_by"))
    assert row == {
        "case_id": case_id,
        "created_at": pd.Timestamp(NOON),
        "pseudonym": "P-001",
        "lesion_label": "left shoulder",
        "anatom_site": AnatomSite.UPPER_EXTREMITY.value,
        "age_years": 61,
        "sex": Sex.FEMALE.value,
        "filename": "a.jpg",
        "blob_sha256": make.image("a").blob_sha256,
        "orientation": 6,
        "malignant_probability": 0.7,
        "band": Band.REFER.value,
        "model_name": "lesion-net",
        "model_version": "1.0",
        "assessment": Band.INDETERMINATE.value,
        "reviewer": "dr b",
        "diagnosis": Diagnosis.MELANOMA.value,
        "is_malignant": True,
        "notes": "itches",
    }


def test_an_export_has_everything(
    record: Record, make: Make, session: Callable[[], Session], follow_up: Callable[..., None]
) -> None:
    case_id = record.save(0.7, upload="a")
    follow_up(case_id, True)
    [row] = queries.export_cases(session(), ALL).to_dict("records")
    assert row["upload_sha256"] == make.image("a").upload_sha256
    assert row["weights_sha256"] == make.model().weights_sha256
    assert (row["raw_probability"], row["operating_threshold"]) == (0.35, 0.4)
    assert (row["confirm_type"], row["confirmed_on"]) == ("histopathology", date(2026, 3, 1))
    assert row["recorded_at"] == pd.Timestamp(NOON)
    assert pd.isna(row["reviewed_at"])


def test_an_empty_table_has_the_types_of_a_full_one(record: Record, session: Callable[[], Session]) -> None:
    empty = queries.export_cases(session(), ALL)
    record.save(pseudonym="", anatom_site=None, age_years=None, sex=None)
    full = queries.export_cases(session(), ALL)
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    assert full.dtypes.astype(str).to_dict()["created_at"] == "datetime64[us, UTC]"
    assert full.loc[0, "pseudonym"] == ""
    assert full.loc[0, ["anatom_site", "age_years", "sex", "assessment", "is_malignant"]].isna().all()


def test_the_newest_review_and_diagnosis_count(
    record: Record, session: Callable[[], Session], follow_up: Callable[..., None]
) -> None:
    case_id = record.save()
    for what, hours in ((Band.REFER, 2), (Band.NO_CONCERN, 1), (False, 2), (True, 1)):
        follow_up(case_id, what, hours)
    [row] = queries.search_cases(session(), ALL, limit=5).to_dict("records")
    assert (row["assessment"], row["diagnosis"], row["is_malignant"]) == ("refer", "nevus", False)
    assert found(session(), CaseFilter(is_confirmed_malignant=False)) == [case_id]
    assert found(session(), CaseFilter(is_confirmed_malignant=True)) == []


def test_text_is_looked_for_in_all_that_was_said(
    record: Record, session: Callable[[], Session], sessions: sessionmaker[Session]
) -> None:
    ids = [
        record.save(pseudonym="has needle 1"),
        record.save(lesion_label="NEEDLE"),
        record.save(filename="a-needle.jpg"),
        record.save(notes="under the Needle"),
        record.save(reader="dr needle"),
        record.save(version="needle.1"),
        *(record.save() for _ in range(4)),
    ]
    record.save()
    with UnitOfWork(sessions) as work:
        work.reviews.add(ids[-1], Review(Band.REFER, "a needle", "dr b", NOON))
        how = ConfirmType.HISTOPATHOLOGY
        work.diagnoses.add(ids[-2], ConfirmedDiagnosis(Diagnosis.NEVUS, False, how, None, "needle-like", "dr b", NOON))
        work.sign_offs.add(ids[-3], signed_by="Dr Needle", signed_at=NOON)
        case = work.cases.get(ids[-4])
        work.cases.update_words(ids[-4], CaseDraft(case.submission_id, case.filename, notes="needle, later"))
        work.commit()
    assert found(session(), CaseFilter(text="needle")) == ids[::-1]


def test_each_word_of_a_text_is_looked_for(
    record: Record, session: Callable[[], Session], follow_up: Callable[..., None]
) -> None:
    wanted = record.save(pseudonym="P-7", lesion_label="L1", anatom_site=AnatomSite.HEAD_NECK)
    other = record.save(pseudonym="P-7", lesion_label="L2")
    for case_id in (wanted, other):
        follow_up(case_id, True)
    assert found(session(), CaseFilter(text="melanoma P-7")) == [other, wanted]
    assert found(session(), CaseFilter(text="head/neck  p-7 Melanoma")) == [wanted]
    assert found(session(), CaseFilter(text=f"case {wanted} no concern")) == []


def test_words_of_an_older_version_are_made_up_for(
    record: Record, sessions: sessionmaker[Session], session: Callable[[], Session]
) -> None:
    ids = [record.save(notes="old") for _ in range(3)]
    with UnitOfWork(sessions) as work:
        work.session.execute(delete(CaseWordsRow).where(CaseWordsRow.case_id != ids[0]))
        work.commit()
    with UnitOfWork(sessions) as work:
        assert has_missing(work.session)
        refresh_missing(work.session)
        assert not has_missing(work.session)
        work.commit()
    assert found(session(), CaseFilter(text="old")) == ids[::-1]


@pytest.mark.parametrize("text", ["%", "_", "50%", "a_b", "/", "\\", "'", '"', "ÄRZTIN", "ärztin"])
def test_text_means_itself(record: Record, session: Callable[[], Session], text: str) -> None:
    record.save(notes="50 ab axb")
    meant = record.save(notes=f"before {text} after")
    assert found(session(), CaseFilter(text=text)) == [meant]


def test_each_filter_narrows_to_its_own(record: Record, session: Callable[[], Session]) -> None:
    plain = record.save(0.5)
    filters = {
        record.save(0.5, pseudonym="P-009"): CaseFilter(pseudonym="P-009"),
        record.save(0.5, anatom_site=AnatomSite.HEAD_NECK): CaseFilter(anatom_site=AnatomSite.HEAD_NECK),
        record.save(0.05): CaseFilter(band=Band.NO_CONCERN),
        record.save(0.5, "2.0"): CaseFilter(model_version="2.0"),
    }
    for case_id, wanted in filters.items():
        assert found(session(), wanted) == [case_id]
    assert found(session(), ALL) == [*list(filters)[::-1], plain]


def test_filters_narrow_together(record: Record, session: Callable[[], Session]) -> None:
    record.save(0.9, pseudonym="P-009")
    both = record.save(0.05, pseudonym="P-009")
    record.save(0.05)
    assert found(session(), CaseFilter(pseudonym="P-009", band=Band.NO_CONCERN)) == [both]


def test_a_period_has_its_start_and_not_its_end(record: Record, session: Callable[[], Session]) -> None:
    ids = [record.save() for _ in range(4)]  # an hour apart, from noon
    at = [NOON + timedelta(hours=hours) for hours in range(4)]
    assert found(session(), CaseFilter(created_from=at[1], created_before=at[3])) == [ids[2], ids[1]]


def test_reviewed_and_confirmed_cases_are_told_from_the_others(
    record: Record, session: Callable[[], Session], follow_up: Callable[..., None]
) -> None:
    plain, reviewed, benign, malignant = (record.save() for _ in range(4))
    follow_up(reviewed, Band.REFER)
    follow_up(benign, False)
    follow_up(malignant, True)
    assert found(session(), CaseFilter(is_reviewed=True)) == [reviewed]
    assert found(session(), CaseFilter(is_reviewed=False)) == [malignant, benign, plain]
    assert found(session(), CaseFilter(has_diagnosis=True)) == [malignant, benign]
    assert found(session(), CaseFilter(has_diagnosis=False)) == [reviewed, plain]
    assert found(session(), CaseFilter(is_confirmed_malignant=True)) == [malignant]
    assert found(session(), CaseFilter(is_confirmed_malignant=False)) == [benign]


def test_names_for_the_filters_come_in_order(record: Record, session: Callable[[], Session]) -> None:
    for pseudonym, version in (("P-2", "1.1"), ("P-1", "1.0"), ("", "1.0"), ("P-2", "1.0")):
        record.save(0.5, version, pseudonym=pseudonym)
    assert queries.pseudonyms(session()) == ["P-1", "P-2"]
    assert queries.distinct_model_versions(session()) == ["1.0", "1.1"]


def test_the_overview_counts(record: Record, session: Callable[[], Session], follow_up: Callable[..., None]) -> None:
    ids = [record.save(0.9), record.save(0.05), record.save(0.9, pseudonym="P-002"), record.save(0.9, pseudonym="")]
    for case_id, what, hours in ((ids[0], Band.REFER, 0), (ids[0], Band.REFER, 1), (ids[0], True, 0)):
        follow_up(case_id, what, hours)
    follow_up(ids[1], True, 0)
    follow_up(ids[1], False, 1)
    assert queries.overview(session()) == queries.RecordOverview(
        n_cases=4,
        n_patients=2,
        n_lesions=3,
        n_of_band={Band.REFER: 3, Band.INDETERMINATE: 0, Band.NO_CONCERN: 1},
        n_reviewed=1,
        n_confirmed=2,
        n_confirmed_malignant=1,
        newest_at=NOON + timedelta(hours=3),
    )


def test_an_empty_record_has_an_overview(session: Callable[[], Session]) -> None:
    nothing = queries.overview(session())
    assert (nothing.n_cases, nothing.n_confirmed, nothing.n_confirmed_malignant, nothing.newest_at) == (0, 0, 0, None)


def test_what_a_case_is_narrowed_by_follows_what_is_said_of_it(
    record: Record, session: Callable[[], Session], sessions: sessionmaker[Session], follow_up: Callable[..., None]
) -> None:
    case_id = record.save(0.9, anatom_site=AnatomSite.HEAD_NECK)
    follow_up(case_id, Band.REFER)
    follow_up(case_id, True)
    with UnitOfWork(sessions) as work:
        case = work.cases.get(case_id)
        corrected = CaseDraft(case.submission_id, case.filename, anatom_site=AnatomSite.PALMS_SOLES)
        work.cases.update_words(case_id, corrected)
        work.commit()
    said = {"anatom_site": AnatomSite.PALMS_SOLES, "is_reviewed": True, "is_confirmed_malignant": True}
    assert found(session(), CaseFilter(band=Band.REFER, **said)) == [case_id]  # type: ignore[arg-type]
    assert found(session(), CaseFilter(anatom_site=AnatomSite.HEAD_NECK)) == []
