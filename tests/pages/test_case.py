"""One saved case: the stored result, what is added to it, and what is wrong with it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain import CaseRecord
from core.taxonomy import Band
from dashboard.components.words import percent
from dashboard.workflow.cases import load_case
from dashboard.workflow.record import Record
from tests.pages.app_driver import App


@pytest.fixture
def case_id(save: Callable[..., int]) -> int:
    return save(pseudonym="P-1", lesion_label="L1", notes="itches", reader="dr a")


@pytest.fixture
def case(app: App, case_id: int) -> App:
    return app.open("case", case=str(case_id))


@pytest.fixture
def stored(record: Record, case_id: int) -> Callable[[], CaseRecord]:
    return lambda: load_case(case_id=case_id, record=record)[0]


def test_the_stored_result_is_shown(case: App, stored: Callable[[], CaseRecord]) -> None:
    assert case.title == "Case 1"
    assert f"{percent(stored().prediction.malignant_probability)}<small>malignant probability" in case.text
    for words in ("lesion.jpg", "120 x 90 px", "by dr a", "with small-net 2026.03.02"):
        assert words in case.text
    assert case.field("Patient pseudonym").value == "P-1"


def test_a_case_is_not_scored_again(case_id: int, app: App, change_card: Callable[..., None]) -> None:
    before = app.open("case", case="1").html
    change_card(refer_threshold=0.0, no_concern_threshold=0.0, temperature=9.0)
    assert [text for text in App().open("case", case="1").html if "lw-card" in text] == [
        text for text in before if "lw-card" in text
    ]


def test_changed_words_are_kept(case: App, stored: Callable[[], CaseRecord]) -> None:
    case.set("Patient pseudonym", "P-2").select("Body site", "Oral/genital").press("Save changes")
    assert (stored().pseudonym, stored().anatom_site, stored().notes) == ("P-2", "oral/genital", "itches")


def test_typed_words_survive_a_change_of_page(case: App, stored: Callable[[], CaseRecord]) -> None:
    case.set("Notes", "it bled")
    case.open("cases").run()
    case.open("case", case="1").run()
    assert case.field("Notes").value == "it bled"
    assert stored().notes == "itches"


def test_a_review_is_added(case: App, stored: Callable[[], CaseRecord]) -> None:
    review = case.test.button_group[0]
    review.set_value(Band.NO_CONCERN)
    case.field("Note").set_value("a shadow")
    case.press("Save review")
    (kept,) = stored().reviews
    assert (kept.assessment, kept.note) == (Band.NO_CONCERN, "a shadow")
    assert "No concern: a shadow (nobody named" in case.text


def test_a_review_needs_an_assessment(case: App, stored: Callable[[], CaseRecord]) -> None:
    assert "Choose your assessment first." in case.press("Save review").text
    assert stored().reviews == ()


def test_a_diagnosis_is_confirmed(case: App, stored: Callable[[], CaseRecord]) -> None:
    case.field("Diagnosis").select("Melanoma")
    case.test.button_group[1].set_value("malignant")
    case.field("Confirmed by").select("Histopathology")
    case.press("Save diagnosis")
    kept = stored().diagnosis
    assert kept is not None
    assert (kept.diagnosis, kept.is_malignant, kept.confirm_type) == ("melanoma", True, "histopathology")
    assert "Melanoma (malignant), by histopathology" in case.text


def test_a_diagnosis_needs_all_three_answers(case: App, stored: Callable[[], CaseRecord]) -> None:
    case.field("Diagnosis").select("Nevus")
    assert "Choose diagnosis, benign or malignant, and how it was confirmed." in case.press("Save diagnosis").text
    assert stored().diagnosis is None


def test_other_images_of_the_lesion_are_linked(case_id: int, save: Callable[..., int], app: App) -> None:
    other = save(pseudonym="P-1", lesion_label="L1")
    save(pseudonym="P-1", lesion_label="L2")
    text = app.open("case", case=str(case_id)).text
    assert f"Case {other}" in text
    assert "Case 3" not in text


def test_the_heat_map_is_of_the_network_that_scored(case: App) -> None:
    assert case.set("Show heat map", True).errors == []


def test_without_that_network_the_case_is_shown_and_says_why_there_is_no_map(
    case_id: int, app: App, change_card: Callable[..., None]
) -> None:
    change_card(weights_sha256="0" * 64)
    app.open("case", case="1")
    assert "which scored this case, is not installed any more" in app.text
    assert "malignant probability" in app.text


def test_weights_that_are_missing_hide_no_case(case_id: int, app: App, model_folder: Path) -> None:
    for path in model_folder.iterdir():
        path.unlink()
    app.open("case", case="1")
    assert "malignant probability" in app.text
    assert "is not installed" in app.text


@pytest.mark.parametrize("asked", ["99", "9999999999999999999999"])
def test_an_unknown_case_is_told(asked: str, app: App) -> None:
    app.open("case", case=asked)
    assert "There is no case" in app.errors[0]
    assert "What to do:" in app.errors[0]
    assert "Case history" in app.text


@pytest.mark.parametrize("query", [{}, {"case": ""}, {"case": "1; DROP TABLE cases"}, {"case": "-1"}, {"case": "²"}])
def test_what_is_no_case_number_leads_to_the_history(query: dict[str, str], app: App) -> None:
    app.open("case", **query)
    assert "No case is chosen" in app.text
    assert app.errors == []


def test_a_picture_that_vanished_is_told(case_id: int, app: App, tmp_path: Path) -> None:
    for path in (tmp_path / "home" / "images").rglob("*"):
        if path.is_file():
            path.unlink()
    app.open("case", case="1")
    assert "picture's file is not in the data folder" in app.errors[0]


def test_markup_is_text(save: Callable[..., int], app: App) -> None:
    save(pseudonym="P", lesion_label="L", filename="<b>.jpg")
    save(pseudonym="P", lesion_label="L", filename="<script>.jpg", reader="**dr**")
    app.open("case", case="1")
    assert not any("<b>.jpg" in text or "<script>" in text for text in app.html)
    assert any("&lt;b&gt;.jpg" in text for text in app.html)
