"""One saved case: the stored result, what is added to it, and what is wrong with it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from core.classifier.classifier import Classifier
from core.domain import CaseRecord, Heatmap, History, LesionImage
from core.taxonomy import AnatomSite, Band, HeatmapMethod, Laterality, SkinType
from dashboard.components.words import percent
from dashboard.workflow.cases import load_case
from dashboard.workflow.record import Record, utc_now
from tests.pages.app_driver import App
from tests.pages.conftest import MODEL, OTHER_MODEL


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
    for words in ("lesion.jpg", "240 x 180 px", "by dr a", "with small-net 2026.03.02"):
        assert words in case.text
    assert case.field("Patient pseudonym").value == "P-1"


def test_a_result_of_an_earlier_calibration_is_not_held_against_the_figures_of_the_new_one(
    case_id: int, app: App, change_card: Callable[..., None]
) -> None:
    assert "Of 100 test lesions scored like this" in app.open("case", case="1").text
    change_card(refer_threshold=0.9, no_concern_threshold=0.8)
    text = app.open("case", case="1").text
    assert "calibrated anew since" in text and "as it was calibrated then" in text
    assert "Of 100 test lesions" not in text and "this practice set" not in text


def test_a_case_is_not_scored_again(case_id: int, app: App, change_card: Callable[..., None]) -> None:
    before = app.open("case", case="1").html
    change_card(refer_threshold=0.9, temperature=9.0)
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


def test_anothers_correction_is_not_overwritten(
    case: App, new_app: Callable[[], App], stored: Callable[[], CaseRecord]
) -> None:
    case.set("Notes", "it bled")
    new_app().open("case", case="1").set("Notes", "corrected").press("Save changes")
    case.press("Save changes")
    assert "was changed by somebody else" in case.errors[0]
    assert stored().notes == "corrected"
    case.press("Show what is stored now")
    assert case.field("Notes").value == "corrected"
    case.set("Notes", "corrected; it bled").press("Save changes")
    assert stored().notes == "corrected; it bled"


def test_an_untouched_form_shows_anothers_correction(case: App, new_app: Callable[[], App]) -> None:
    new_app().open("case", case="1").set("Notes", "corrected").press("Save changes")
    assert case.run().field("Notes").value == "corrected"


def test_a_review_is_added(case: App, stored: Callable[[], CaseRecord]) -> None:
    case.field("Your assessment").set_value(Band.NO_CONCERN)
    case.field("Note").set_value("a shadow")
    case.press("Save review")
    (kept,) = stored().reviews
    assert (kept.assessment, kept.note) == (Band.NO_CONCERN, "a shadow")
    assert "No concern (nobody named" in case.text
    assert '<div class="lw-private lw-note">a shadow</div>' in case.html


def test_a_review_needs_an_assessment(case: App, stored: Callable[[], CaseRecord]) -> None:
    assert "Choose your assessment first." in case.press("Save review").text
    assert stored().reviews == ()


def test_a_diagnosis_is_confirmed(case: App, stored: Callable[[], CaseRecord]) -> None:
    case.field("Diagnosis").select("Melanoma")
    case.field("The lesion is").set_value("malignant")
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
    save(pseudonym="P-2", lesion_label="L1")
    own, _, others = app.open("case", case=str(case_id)).text.partition("Other lesions of this patient")
    assert f"Case {other}" in own
    assert "Case 3" not in own + others


def test_a_patients_other_lesions_are_linked(case_id: int, save: Callable[..., int], app: App) -> None:
    other = save(pseudonym="P-1", lesion_label="L2")
    save(pseudonym="P-2", lesion_label="L3")
    _, _, others = app.open("case", case=str(case_id)).text.partition("Other lesions of this patient")
    assert f"Case {other}" in others
    assert '<b><span class="lw-private">L2</span></b>' in others
    assert "L3" not in others


def test_the_lesions_images_are_told_by_visit(case_id: int, save: Callable[..., int], app: App) -> None:
    save(pseudonym="P-1", lesion_label="L1", visited_on=date(2026, 1, 31))
    text = app.open("case", case=str(case_id)).text
    assert text.index("this case") < text.index("Visit of 31 Jan 2026")


def test_history_and_place_are_kept(case: App, stored: Callable[[], CaseRecord]) -> None:
    case.select("Fitzpatrick skin type", "IV").set("Longest diameter, mm", 7.5).select("Change noticed", "Yes")
    case.select("Melanoma in the family", "No").select("Side", "Left").set("Day of the visit", date(2026, 1, 31))
    case.press("Save changes")
    assert stored().history == History(SkinType.IV, 7.5, None, False, True)
    assert (stored().laterality, stored().visited_on) == (Laterality.LEFT, date(2026, 1, 31))


def test_a_site_that_the_network_was_not_trained_for_is_told(case: App) -> None:
    assert "was not trained for this site" not in case.text
    assert "was not trained for this site" in case.select("Body site", "Palms/soles").text


def test_that_site_is_still_told_once_the_case_is_signed_off(
    app: App, save: Callable[..., int], record: Record
) -> None:
    case_id = save(pseudonym="P-1", anatom_site=AnatomSite.ORAL_GENITAL)
    with record.writing() as work:
        work.sign_offs.add(case_id, signed_by="dr a", signed_at=utc_now())
    assert "was not trained for this site" in app.open("case", case=str(case_id)).text


def test_a_name_as_pseudonym_is_pointed_out_and_not_refused(case: App, stored: Callable[[], CaseRecord]) -> None:
    case.set("Patient pseudonym", "Anna Müller")
    assert "may hold a person's name" in case.text
    case.press("Save changes")
    assert stored().pseudonym == "Anna Müller"


def test_names_are_hidden_and_shown_by_one_button(case: App) -> None:
    def is_hidden() -> bool:
        styles = [str(getattr(element, "proto").body) for element in case.test.get("html")]  # noqa: B009
        return any("-webkit-text-security" in style for style in styles)

    assert case.button("Hide names").proto.shortcut == "f8"
    assert not is_hidden()
    case.press("Hide names")
    assert is_hidden()
    case.press("Show names")
    assert not is_hidden()


def test_the_heat_map_is_of_the_network_that_scored(
    save: Callable[..., int], app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, HeatmapMethod]] = []
    explain = Classifier.explain

    def noted(self: Classifier, image: LesionImage, method: HeatmapMethod) -> Heatmap:
        asked.append((self.card.name, method))
        return explain(self, image, method)

    monkeypatch.setattr(Classifier, "explain", noted)
    for name in (MODEL, OTHER_MODEL):
        assert app.open("case", case=str(save(model=name))).set("Show heat map", True).errors == []
    assert asked == [(MODEL, HeatmapMethod.GRAD_CAM), (OTHER_MODEL, HeatmapMethod.GRAD_CAM)]


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
