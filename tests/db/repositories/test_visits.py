"""Visits and sites of lesions: found or made with their cases, and dropped with the last one."""

import time
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import func, select

from core.taxonomy import AnatomSite, BodyRegion, Laterality
from db.tables import LesionRow, VisitRow
from db.unit_of_work import UnitOfWork
from tests.db.conftest import Make

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def add(work: UnitOfWork, make: Make, **words: object) -> int:
    image, prediction = make.image("a"), make.prediction()
    times = {"predicted_at": make.noon, "created_at": make.noon}
    return work.cases.add(make.draft(**words), image, prediction, app_version="0.1.0", **times)


def n_visits(work: UnitOfWork) -> int:
    return work.session.execute(select(func.count()).select_from(VisitRow)).scalar_one()


def test_pictures_of_one_day_belong_to_one_visit_of_the_lesion(work: UnitOfWork, make: Make) -> None:
    first, second = add(work, make), add(work, make)
    later = add(work, make, visited_on=TUESDAY)
    other = add(work, make, lesion_label="another")
    visits = [work.cases.get(case).visit_id for case in (first, second, later, other)]
    assert visits[0] == visits[1]
    assert len(set(visits)) == 3


def test_without_a_day_the_visit_is_on_the_day_of_saving(work: UnitOfWork, make: Make) -> None:
    assert work.cases.get(add(work, make)).visited_on == MONDAY


@pytest.fixture
def auckland(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine in New Zealand, where noon in UTC is the next day already."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "NZST-13")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("auckland")
def test_the_day_of_saving_is_the_one_of_the_machines_clock(work: UnitOfWork, make: Make) -> None:
    assert work.cases.get(add(work, make)).visited_on == TUESDAY
    filed_later = add(work, make, pseudonym="", lesion_label="")
    work.cases.update_words(filed_later, make.draft(pseudonym="P-002"))
    assert work.cases.get(filed_later).visited_on == TUESDAY


def test_a_patient_without_lesion_has_visits_too_and_nobody_has_none(work: UnitOfWork, make: Make) -> None:
    first, second = add(work, make, lesion_label=""), add(work, make, lesion_label="")
    assert work.cases.get(first).visit_id == work.cases.get(second).visit_id is not None
    assert work.cases.get(add(work, make, lesion_label="", pseudonym="")).visit_id is None
    assert n_visits(work) == 1


def test_a_corrected_day_leaves_no_visit_behind(work: UnitOfWork, make: Make) -> None:
    case_id = add(work, make)
    work.cases.update_words(case_id, make.draft(visited_on=TUESDAY))
    assert work.cases.get(case_id).visited_on == TUESDAY
    assert n_visits(work) == 1
    work.cases.update_words(case_id, make.draft())
    assert work.cases.get(case_id).visited_on == TUESDAY


def test_a_correction_reaches_the_lesion_and_a_gap_does_not(work: UnitOfWork, make: Make) -> None:
    place = {"anatom_site": AnatomSite.HEAD_NECK, "laterality": Laterality.LEFT, "body_region": BodyRegion.FACE}
    case_id = add(work, make, **place)
    work.cases.update_words(case_id, make.draft(anatom_site=None, laterality=Laterality.RIGHT))
    row = work.session.execute(select(LesionRow.anatom_site, LesionRow.laterality, LesionRow.body_region)).one()
    assert tuple(row) == (AnatomSite.HEAD_NECK, Laterality.RIGHT, BodyRegion.FACE)


def test_a_patients_lesions_are_counted(work: UnitOfWork, make: Make) -> None:
    cases = [add(work, make, lesion_label="L1"), add(work, make, lesion_label="L1", visited_on=TUESDAY)]
    cases.append(add(work, make, lesion_label="L2"))
    add(work, make, pseudonym="P-002", lesion_label="L1")
    one, two = work.patients.lesions("P-001")
    assert (one.label, one.n_images, one.n_visits, one.newest_on, one.newest_case_id) == ("L1", 2, 2, TUESDAY, cases[1])
    assert (two.label, two.n_images, two.newest_on) == ("L2", 1, MONDAY)
    assert [lesion.label for lesion in work.patients.other_lesions(cases[0])] == ["L2"]
    assert work.patients.lesions("nobody") == ()


def test_the_newest_case_is_of_the_latest_visit_and_of_one_day_the_last_saved(work: UnitOfWork, make: Make) -> None:
    add(work, make, visited_on=TUESDAY)
    newest = add(work, make, visited_on=TUESDAY)
    add(work, make, visited_on=date(2020, 5, 1))
    [lesion] = work.patients.lesions("P-001")
    assert (lesion.newest_case_id, lesion.newest_on, lesion.n_images) == (newest, TUESDAY, 3)


def test_a_case_without_a_patient_has_no_other_lesions(work: UnitOfWork, make: Make) -> None:
    add(work, make)
    assert work.patients.other_lesions(add(work, make, pseudonym="", lesion_label="")) == ()


@pytest.mark.parametrize("words", [{"lesion_label": ""}, {}])
def test_a_patient_with_one_lesion_at_most_is_told_of_no_other(
    work: UnitOfWork, make: Make, words: dict[str, object]
) -> None:
    assert work.patients.other_lesions(add(work, make, **words)) == ()
