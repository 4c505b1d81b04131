"""The agreement page: what is needed where it is empty, the figures where it is not."""

from collections.abc import Callable

import pytest

from core.domain import ConfirmedDiagnosis
from core.taxonomy import ConfirmType, Diagnosis, Impression
from dashboard.workflow.cases import confirm_diagnosis, load_case
from dashboard.workflow.first_read import FinalReading, keep_final, keep_first_read
from dashboard.workflow.record import Record, utc_now
from tests.pages.app_driver import App


@pytest.fixture
def read(record: Record, save: Callable[..., int]) -> Callable[..., int]:
    """A saved case with a blind first read by somebody, and what came after."""

    def read_one(
        first: Impression, final: Impression | None = None, *, is_malignant: bool | None = None, reader: str = "dr a"
    ) -> int:
        case_id = save()
        submission_id = load_case(case_id=case_id, record=record)[0].submission_id
        given = {"submission_id": submission_id, "diagnosis": None, "reader": reader, "record": record}
        keep_first_read(impression=first, confidence=None, **given)  # type: ignore[arg-type]
        if final is not None:
            keep_final(final=FinalReading(submission_id, final, None, None, reader), record=record)
        if is_malignant is not None:
            kind = Diagnosis.MELANOMA if is_malignant else Diagnosis.NEVUS
            known = ConfirmedDiagnosis(kind, is_malignant, ConfirmType.HISTOPATHOLOGY, None, "", reader, utc_now())
            confirm_diagnosis(case_id=case_id, diagnosis=known, record=record)
        return case_id

    return read_one


def test_the_empty_page_says_what_is_needed(app: App) -> None:
    app.open("agreement")
    assert app.title == "Agreement"
    assert "No blind first read of a saved case yet." in app.text


def test_figures_come_with_interval_and_n(app: App, read: Callable[..., int]) -> None:
    read(Impression.MALIGNANT, Impression.BENIGN, is_malignant=True)
    read(Impression.BENIGN, Impression.MALIGNANT, is_malignant=True)
    read(Impression.UNSURE)
    text = app.open("agreement").text
    for words in (
        "Cohen&#x27;s kappa",
        "from 20 lesions on",
        "3 blind reads of 3 lesions",
        "2 switches in 2 final assessments",
        "helpful, from not right to right: 1",
        "harmful, from right to not right: 1",
        ">50%<",
    ):
        assert words in text


def test_without_a_confirmed_diagnosis_nobody_was_right(app: App, read: Callable[..., int]) -> None:
    read(Impression.BENIGN)
    assert "None of these cases has a confirmed diagnosis yet." in app.open("agreement").text


def test_one_reader_can_be_chosen(app: App, read: Callable[..., int]) -> None:
    read(Impression.BENIGN)
    read(Impression.BENIGN, reader="dr b")
    assert "2 blind reads" in app.open("agreement").text
    assert "1 blind read of" in app.select("Reader", "dr b").text
