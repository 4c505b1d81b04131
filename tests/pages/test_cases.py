"""Case history: what is found, what is shown, and how a case is opened."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.domain import ConfirmedDiagnosis, Review
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.settings import Settings
from core.taxonomy import AnatomSite, Band, ConfirmType, Diagnosis
from dashboard.workflow.cases import confirm_diagnosis, review_case
from dashboard.workflow.practice import change_practice, load_practice
from dashboard.workflow.record import Record
from tests.pages.app_driver import App

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_an_empty_history_says_what_to_do(app: App) -> None:
    app.open("cases")
    assert app.title == "Case history"
    assert "No case yet. Save one under Analyse or Batch review" in app.text
    assert "No case matches" in app.set("Search", "nobody").text
    assert "Export selection" not in app.text


def test_the_newest_case_comes_first_with_its_words_and_result(app: App, save: Callable[..., int]) -> None:
    save(pseudonym="P-old", lesion_label="L1", anatom_site=AnatomSite.PALMS_SOLES)
    save(pseudonym="P-new", filename="second.jpg")
    text = app.open("cases").text
    assert text.index("P-new") < text.index("P-old")
    for words in ("2 cases, newest first", "second.jpg", "Palms/soles", "L1", "Not reviewed", "Case 1", "Case 2"):
        assert words in text
    assert any(band in text for band in ("Refer", "Indeterminate: review", "No AI concern"))


def test_a_case_without_a_pseudonym_says_so(app: App, save: Callable[..., int]) -> None:
    save()
    assert "No pseudonym" in app.open("cases").text


def test_the_search_looks_into_all_words(app: App, save: Callable[..., int]) -> None:
    save(pseudonym="P-1", notes="bled after Ärger")
    save(pseudonym="P-2", lesion_label="shoulder", filename="x.jpg")
    app.open("cases")
    for text, found, hidden in (("ärger", "P-1", "P-2"), ("SHOULDER", "P-2", "P-1"), ("x.jpg", "P-2", "P-1")):
        app.set("Search", text)
        assert found in app.text
        assert hidden not in app.text
    assert "No case matches" in app.set("Search", "nothing like it").text
    assert "2 cases" in app.set("Search", "").text


def test_the_filters_narrow_the_history(app: App, save: Callable[..., int], record: Record) -> None:
    first, second = save(pseudonym="P-1", anatom_site=AnatomSite.HEAD_NECK), save(pseudonym="P-10")
    review_case(case_id=first, review=Review(Band.REFER, "", "dr a", NOW), record=record)
    diagnosis = ConfirmedDiagnosis(Diagnosis.MELANOMA, True, ConfirmType.HISTOPATHOLOGY, None, "", "dr a", NOW)
    confirm_diagnosis(case_id=second, diagnosis=diagnosis, record=record)
    app.open("cases")
    for label, option, case in (
        ("Body site", "Head/neck", "Case 1"),
        ("Review", "Reviewed", "Case 1"),
        ("Review", "Not reviewed", "Case 2"),
        ("Diagnosis", "Confirmed malignant", "Case 2"),
        ("Diagnosis", "Not confirmed", "Case 1"),
    ):
        app.select(label, option)
        assert "1 case, newest first" in app.text, option
        assert case in app.text, option
        app.set(label, None)
    assert "1 case, newest first" in app.set("Pseudonym, exactly", "P-1").text
    assert "confirmed melanoma" in app.set("Pseudonym, exactly", "P-10").text


def test_a_filter_is_saved_chosen_and_forgotten(
    app: App, new_app: Callable[[], App], save: Callable[..., int], record: Record
) -> None:
    first = save(pseudonym="P-1", anatom_site=AnatomSite.HEAD_NECK, notes="itches")
    save(pseudonym="P-2", anatom_site=AnatomSite.HEAD_NECK)
    review_case(case_id=first, review=Review(Band.REFER, "", "dr a", NOW), record=record)
    app.open("cases")
    app.set("Search", "itches").select("Body site", "Head/neck").select("Review", "Reviewed")
    app.set("Name of the filter", "mine").press("Save")
    assert app.toasts == ["mine is saved."]

    other = new_app().open("cases")
    assert "2 cases, newest first" in other.text
    other.select("Saved filters", "mine")
    assert "1 case, newest first" in other.text
    fields = [other.field(label).value for label in ("Search", "Body site", "Review", "Band", "Diagnosis")]
    assert fields == ["itches", AnatomSite.HEAD_NECK, "Reviewed", None, None]
    other.press("Forget it")
    assert "None is saved yet" in [box.placeholder for box in other.test.selectbox if box.label == "Saved filters"]


def test_a_patient_is_erased_only_after_the_pseudonym_was_typed(
    app: App, save: Callable[..., int], record: Record, settings: Settings
) -> None:
    practice = replace(load_practice(record=record, settings=settings), readers=("Dr. A",))
    change_practice(practice=practice, who="Dr. A", record=record, settings=settings)
    save(pseudonym="P-1")
    save(pseudonym="P-2", content=draw_jpeg(DrawnLesion(width_px=96, height_px=72, seed=9)))
    app.open("cases")
    assert "Erase patient" not in app.text
    app.set("Pseudonym, exactly", "P-1")
    assert "This takes **1 case**" in app.text
    for typed in ("", "P-2"):
        app.set("Type the pseudonym to confirm", typed).press("Erase for good")
        assert "Nothing was erased" in app.text
    app.set("Type the pseudonym to confirm", "P-1").press("Erase for good")
    assert app.toasts == ["Erased: 1 case and 1 picture."]
    assert "P-2" in app.set("Pseudonym, exactly", "").text
    assert "1 case, newest first" in app.text


def test_the_history_is_paged(app: App, save: Callable[..., int]) -> None:
    for n in range(21):
        save(pseudonym=f"P-{n:02}")
    app.open("cases")
    assert "Page 1 of 2" in app.text
    assert app.button("Newer").disabled
    assert "P-00" not in app.text
    app.press("Older")
    assert "P-00" in app.text
    assert app.button("Older").disabled
    assert "Page 1 of 2" in app.press("Newer").text
    app.press("Older").set("Search", "P-20")  # narrower than the page that was shown
    assert "P-20" in app.text


def test_words_are_shown_as_text(app: App, save: Callable[..., int]) -> None:
    save(pseudonym="<b>bold</b>", lesion_label="<script>alert(1)</script>", filename="<i>.jpg")
    app.open("cases")
    for raw, shown in (("<b>bold", "&lt;b&gt;bold"), ("<script>", "&lt;script&gt;"), ("<i>.jpg", "&lt;i&gt;.jpg")):
        assert not any(raw in text for text in app.html)
        assert any(shown in text for text in app.html)


def test_a_case_whose_picture_vanished_is_still_listed(app: App, save: Callable[..., int], tmp_path: Path) -> None:
    save(pseudonym="P-1")
    for path in (tmp_path / "home" / "images").rglob("*"):
        if path.is_file():
            path.unlink()
    assert "P-1" in app.open("cases").text


@pytest.mark.parametrize("files", [("model_card.json",), ("model.safetensors",)])
def test_the_history_works_without_the_network(
    files: tuple[str, ...], app: App, save: Callable[..., int], model_folder: Path
) -> None:
    save(pseudonym="P-1")
    for file in files:
        (model_folder / file).unlink()
    app.open("cases")
    assert "P-1" in app.text
    assert app.errors == []
