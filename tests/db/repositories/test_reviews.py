from datetime import UTC, date, timedelta

import pytest

from core.domain import ConfirmedDiagnosis, Review
from core.errors import RecordNotFound
from core.taxonomy import Band, ConfirmType, Diagnosis
from db.unit_of_work import UnitOfWork
from tests.db.conftest import NOON, Record


def review(assessment: Band = Band.REFER, hours: int = 0) -> Review:
    return Review(assessment, "asymmetric", "dr b", NOON + timedelta(hours=hours))


def diagnosis(name: Diagnosis = Diagnosis.MELANOMA, hours: int = 0) -> ConfirmedDiagnosis:
    return ConfirmedDiagnosis(
        diagnosis=name,
        is_malignant=name is Diagnosis.MELANOMA,
        confirm_type=ConfirmType.HISTOPATHOLOGY,
        confirmed_on=date(2026, 3, 1),
        note="0.4 mm",
        recorded_by="dr b",
        recorded_at=NOON + timedelta(hours=hours),
    )


@pytest.fixture
def case_id(record: Record) -> int:
    return record.save()


def test_reviews_come_back_whole_and_newest_first(case_id: int, work: UnitOfWork) -> None:
    reviews = [review(Band.REFER, 2), review(Band.NO_CONCERN, 5), review(Band.INDETERMINATE, 1)]
    for each in reviews:
        work.reviews.add(case_id, each)
    found = work.cases.get(case_id).reviews
    assert found == (reviews[1], reviews[0], reviews[2])
    assert found[0].reviewed_at.tzinfo is UTC


def test_of_two_reviews_at_the_same_time_the_later_added_counts(case_id: int, work: UnitOfWork) -> None:
    for band in (Band.REFER, Band.NO_CONCERN):
        work.reviews.add(case_id, review(band))
    assert work.cases.get(case_id).reviews[0].assessment is Band.NO_CONCERN


def test_the_newest_diagnosis_counts_and_the_older_ones_stay(case_id: int, work: UnitOfWork) -> None:
    first, corrected = diagnosis(Diagnosis.MELANOMA, 1), diagnosis(Diagnosis.NEVUS, 2)
    work.diagnoses.add(case_id, corrected)
    work.diagnoses.add(case_id, first)
    assert work.cases.get(case_id).diagnosis == corrected
    assert work.diagnoses.history(case_id) == (corrected, first)


def test_nothing_is_added_to_a_case_that_is_not_there(work: UnitOfWork) -> None:
    with pytest.raises(RecordNotFound, match="no case 7"):
        work.reviews.add(7, review())
    with pytest.raises(RecordNotFound, match="no case 7"):
        work.diagnoses.add(7, diagnosis())


def test_a_review_belongs_to_its_case_alone(record: Record, case_id: int, work: UnitOfWork) -> None:
    work.reviews.add(case_id, review())
    assert work.reviews.of_cases([case_id, case_id + 1]) == {case_id: (review(),)}
    assert work.diagnoses.of_cases([case_id]) == {}
