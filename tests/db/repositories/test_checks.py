"""What the gates found comes back as it was kept, once, and goes with its patient."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from core.domain import (
    ArtefactFlag,
    CaseFilter,
    Checks,
    HeatShares,
    LesionMeasures,
    QualityNote,
    QualityReport,
    ScopeReport,
)
from core.taxonomy import Artefact, Concern
from db.queries import search_cases
from db.unit_of_work import UnitOfWork
from tests.db.conftest import Make

CHECKS = Checks(
    quality=QualityReport((QualityNote("Glare", 0.04, "share", False, "4.0% is white glare", "Use fluid.", True),)),
    scope=ScopeReport(-1.5, 0.25, "This does not look like a dermoscopic picture."),
    artefacts=(ArtefactFlag(Artefact.HAIR, 0.08, True), ArtefactFlag(Artefact.INK, 0.0, False)),
    measures=LesionMeasures(0.2, 0.1, 1.3, ("red", "black"), (180.0, 120.5, 90.0), 0.0, True),
    heat=HeatShares(0.2, 0.2, 0.6, 0.3, ("60% of the heat lies off the lesion.",)),
    override_reason="the only picture there is",
    concerns=(Concern.NAIL, Concern.UNDER_5_MM),
)


@pytest.mark.parametrize("checks", [CHECKS, replace(CHECKS, scope=None, measures=None, heat=None, artefacts=())])
def test_checks_come_back_as_they_were_kept(
    work: UnitOfWork, save_in: Callable[[UnitOfWork], int], checks: Checks
) -> None:
    case_id = save_in(work)
    work.checks.add(case_id, checks)
    assert work.checks.of_case(case_id) == checks


def test_what_was_kept_first_stays(work: UnitOfWork, save_in: Callable[[UnitOfWork], int]) -> None:
    case_id = save_in(work)
    work.checks.add(case_id, CHECKS)
    work.checks.add(case_id, replace(CHECKS, override_reason="another"))
    assert work.checks.of_case(case_id) == CHECKS


def test_a_case_from_before_has_none(work: UnitOfWork, save_in: Callable[[UnitOfWork], int]) -> None:
    assert work.checks.of_case(save_in(work)) is None


def test_checks_are_erased_with_their_patient(work: UnitOfWork, save_in: Callable[[UnitOfWork], int]) -> None:
    case_id = save_in(work)
    work.checks.add(case_id, CHECKS)
    work.erasure.erase("P-001", work.erasure.belongings("P-001"))
    assert work.checks.of_case(case_id) is None


@pytest.mark.parametrize(
    ("wanted", "is_found"),
    [
        (CaseFilter(artefact=Artefact.HAIR), True),
        (CaseFilter(artefact=Artefact.INK), False),  # looked for, and not flagged
        (CaseFilter(is_overridden=True), True),
        (CaseFilter(is_overridden=False), False),
    ],
)
def test_cases_are_found_by_what_was_flagged(
    work: UnitOfWork, save_in: Callable[[UnitOfWork], int], wanted: CaseFilter, is_found: bool
) -> None:
    case_id = save_in(work)
    work.checks.add(case_id, CHECKS)
    work.commit()
    rows = search_cases(work.session, wanted, limit=5)
    assert rows["case_id"].tolist() == ([case_id] if is_found else [])


def test_a_case_without_checks_has_no_flag_and_was_not_overridden(
    work: UnitOfWork, save_in: Callable[[UnitOfWork], int]
) -> None:
    case_id = save_in(work)
    work.commit()
    assert search_cases(work.session, CaseFilter(artefact=Artefact.HAIR), limit=5).empty
    assert search_cases(work.session, CaseFilter(is_overridden=False), limit=5)["case_id"].tolist() == [case_id]


@pytest.fixture
def save_in(make: Make) -> Callable[[UnitOfWork], int]:
    def save(work: UnitOfWork) -> int:
        return work.cases.add(
            make.draft(),
            make.image(),
            make.prediction(),
            predicted_at=make.noon,
            app_version="0.1.0",
            created_at=make.noon,
        )

    return save
