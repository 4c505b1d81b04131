"""The report on a case's page: preliminary, signed, changed since."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from core.domain import Review
from core.settings import Settings
from core.taxonomy import Band
from dashboard.workflow.cases import review_case
from dashboard.workflow.practice import Practice, change_practice, load_practice
from dashboard.workflow.record import Record, utc_now
from dashboard.workflow.reports import load_signed
from tests.pages.app_driver import App


@pytest.fixture
def case_id(save: Callable[..., int]) -> int:
    return save(pseudonym="P-1", lesion_label="L1")


@pytest.fixture
def reader(record: Record, settings: Settings) -> str:
    now: Practice = load_practice(record=record, settings=settings)
    change_practice(practice=replace(now, readers=("Dr. Bo",)), who="Dr. Bo", record=record, settings=settings)
    return "Dr. Bo"


def downloads(app: App) -> list[str]:
    return [element.proto.label for element in app.test.get("download_button")]


def test_a_preliminary_report_is_offered_and_signing_needs_a_name(app: App, case_id: int) -> None:
    app.open("case", case=str(case_id))
    assert "Preliminary report" in downloads(app)
    assert "a report is signed by name" in app.text
    assert not app.has_button("Sign and lock")


def test_a_signed_report_is_locked_and_takes_the_place_of_the_preliminary_one(
    app: App, case_id: int, reader: str, record: Record
) -> None:
    app.open("case", case=str(case_id)).press("Sign and lock")
    (signed,) = load_signed(case_id=case_id, record=record)
    assert signed.signed_by == reader
    assert f"Signed by {reader}" in app.text
    assert "Signed report" in downloads(app)
    assert "Preliminary report" not in downloads(app)
    assert not app.has_button("Sign and lock")


def test_a_case_that_changed_since_can_be_signed_anew(app: App, case_id: int, reader: str, record: Record) -> None:
    app.open("case", case=str(case_id)).press("Sign and lock")
    review_case(case_id=case_id, review=Review(Band.REFER, "", reader, utc_now()), record=record)
    app.run()
    assert "has changed since it was signed" in app.text
    app.press("Sign and lock")
    assert [report.revision for report in load_signed(case_id=case_id, record=record)] == [2, 1]
    assert "has changed since" not in app.text


def test_the_heat_map_is_in_the_report_where_it_is_asked_for(
    app: App, case_id: int, reader: str, record: Record
) -> None:
    app.open("case", case=str(case_id)).set("Heat map in the report", True).press("Sign and lock")
    (signed,) = load_signed(case_id=case_id, record=record)
    assert signed.heatmap_method is not None
    assert not app.has_button("Sign and lock")


def test_without_the_network_a_report_is_made_without_heat_map_and_figures(
    app: App, case_id: int, reader: str, record: Record, change_card: Callable[..., None]
) -> None:
    change_card(weights_sha256="0" * 64)
    app.open("case", case=str(case_id))
    assert "Heat map in the report" not in app.text
    app.press("Sign and lock")
    assert len(load_signed(case_id=case_id, record=record)) == 1
