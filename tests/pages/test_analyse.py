"""The Analyse page, from the empty start to the saved case."""

import errno
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from core.classifier.classifier import Classifier
from core.domain import CaseDraft, CaseFilter, CaseRecord, Heatmap, LesionImage
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.taxonomy import AnatomSite, BodyRegion, HeatmapMethod, Laterality
from dashboard.components.words import EMPTY_MAP, MAP_LEGEND
from dashboard.workflow.cases import list_cases, load_case, update_case
from dashboard.workflow.record import Record
from tests.pages.app_driver import App

CLASSIFY = "Classify Skin Lesion"
PROBABILITY = re.compile(r"\d+%<small>malignant probability")
BANDS = {
    "Refer": {"refer_threshold": 0.0, "no_concern_threshold": 0.0},
    "Indeterminate: review": {"refer_threshold": 1.0, "no_concern_threshold": 0.0},
    "No AI concern": {"refer_threshold": 1.0, "no_concern_threshold": 1.0},
}


@pytest.fixture
def classified(app: App, picture: bytes) -> App:
    """A picture that was uploaded and classified."""
    return app.open().upload(("shoulder.jpg", picture)).classify()


@pytest.fixture
def real_network(environment: pytest.MonkeyPatch) -> None:
    """The app uses the network that ships: its heat maps are not empty."""
    for variable in ("LESIONWISE_WEIGHTS", "LESIONWISE_MODEL"):
        environment.delenv(variable)


def n_cases(record: Record) -> int:
    return list_cases(wanted=CaseFilter(), page_size=1, record=record).n_total


def only_case(record: Record) -> CaseRecord:
    assert n_cases(record) == 1
    return load_case(case_id=1, record=record)[0]


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_first_start_says_what_to_do(app: App) -> None:
    app.open()
    assert app.title == "Analyse"
    assert "How it works" in app.text
    assert "Keep your own impression first, or skip it." in app.text
    assert "JPEG, PNG, WEBP, TIFF, BMP or HEIC; up to 64 MB and 40 megapixels each" in app.text
    assert not app.has_button(CLASSIFY)


def test_the_intended_use_is_on_the_page(app: App) -> None:
    assert "Not cleared as a medical device" in app.open().text


def test_the_lesion_to_try_is_labelled_synthetic(app: App) -> None:
    app.open().press("Try it with a synthetic lesion")
    assert "Synthetic: drawn by the program, no patient." in app.text
    assert PROBABILITY.search(app.classify().text)


def test_a_picture_is_not_scored_before_the_button(app: App, picture: bytes) -> None:
    app.open().upload(("shoulder.jpg", picture))
    assert "shoulder.jpg" in app.text
    assert "240 x 180 px" in app.text
    assert app.has_button(CLASSIFY)
    assert not PROBABILITY.search(app.text)
    assert PROBABILITY.search(app.classify().text)


def test_the_result_says_band_probability_and_what_it_means(classified: App) -> None:
    text = classified.text
    assert any(band in text for band in BANDS)
    assert PROBABILITY.search(text)
    assert re.search(r"Of 100 test lesions scored like this, about \d+ were malignant \(\d+–\d+, n\s=\s\d+\)", text)
    assert re.search(r"sensitivity.*specificity", text, re.DOTALL)
    measured = classified.open_details().text
    assert "Resolution: 240 x 180 px" in measured and "Sharpness" in measured


@pytest.mark.parametrize("band", BANDS)
def test_every_band_says_what_to_do_next(band: str, app: App, picture: bytes, change_card: Callable[..., None]) -> None:
    change_card(**BANDS[band])
    text = app.open().upload(("shoulder.jpg", picture)).classify().text
    assert f"<span>{band}</span>" in text
    assert "Next: " in text


def test_the_machine_says_neither_benign_nor_cancer_free(
    app: App, picture: bytes, change_card: Callable[..., None]
) -> None:
    change_card(**BANDS["No AI concern"])
    card = next(text for text in app.open().upload(("a.jpg", picture)).classify().html if "lw-card" in text)
    assert not re.search("benign|cancer-free|cancer free", card, re.IGNORECASE)


def test_the_heat_map_comes_on_request_and_goes(real_network: None, app: App, picture: bytes) -> None:
    app.open().upload(("shoulder.jpg", picture)).classify()
    assert MAP_LEGEND not in app.text
    app.set("Show heat map", True)
    assert MAP_LEGEND in app.text
    assert "Download overlay" in app.text
    for method in ("Grad-CAM++", "Eigen-CAM", "Layer-CAM"):
        assert MAP_LEGEND in app.select("Method", method).text
    assert MAP_LEGEND in app.set("Opacity", 0).select("Place", "Beside").text
    app.set("Show heat map", False)
    assert MAP_LEGEND not in app.text
    assert "Download overlay" not in app.text


def test_an_empty_heat_map_says_so(classified: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def explain(_: Classifier, image: LesionImage, method: HeatmapMethod) -> Heatmap:
        return Heatmap(np.zeros((image.height_px, image.width_px), np.float32), method, "layer")

    monkeypatch.setattr(Classifier, "explain", explain)
    assert EMPTY_MAP in classified.set("Show heat map", True).text


def test_the_switches_of_the_heat_map_are_there_before_it_is(classified: App) -> None:
    assert all(classified.field(label).disabled for label in ("Method", "Place", "Opacity"))
    classified.set("Show heat map", True)
    assert not any(classified.field(label).disabled for label in ("Method", "Place", "Opacity"))


def test_saving_keeps_the_case_with_the_words(classified: App, record: Record) -> None:
    classified.set("Patient pseudonym", "P-1").set("Lesion", "L1").set("Age", 61).set("Notes", "itches")
    classified.select("Body site", "Posterior torso").select("Sex", "Female").press("Save case")
    case = only_case(record)
    words = (case.pseudonym, case.lesion_label, case.anatom_site, case.age_years, case.sex, case.notes, case.filename)
    assert words == ("P-1", "L1", "posterior torso", 61, "female", "itches", "shoulder.jpg")
    assert "Saved as case 1: open it" in classified.text
    assert re.fullmatch(r"Case 1 is saved, \d\d:\d\d:\d\d\.", classified.toasts[0])


def test_pressing_save_again_changes_the_case_and_adds_none(classified: App, record: Record) -> None:
    classified.press("Save case").set("Notes", "it bled").press("Save changes").press("Save changes")
    assert only_case(record).notes == "it bled"
    assert classified.toasts  # each press is answered


def test_anothers_correction_is_not_written_over(classified: App, record: Record) -> None:
    classified.press("Save case").set("Notes", "older")
    theirs = CaseDraft("s", "shoulder.jpg", notes="corrected")
    update_case(case_id=1, draft=theirs, who="dr b", record=record)
    classified.press("Save changes")
    assert "was changed by somebody else meanwhile. Nothing was saved." in classified.text
    assert only_case(record).notes == "corrected"


def test_a_double_click_saves_once(classified: App, record: Record) -> None:
    classified.button("Save case").click()
    classified.run()
    classified.run()
    assert n_cases(record) == 1


def test_an_age_over_85_is_kept_as_85(classified: App, record: Record) -> None:
    classified.set("Age", 97).press("Save case")
    assert only_case(record).age_years == 85


def test_changing_the_page_and_returning_keeps_everything(classified: App) -> None:
    classified.set("Patient pseudonym", "P-1").set("Notes", "itches").set("Show heat map", True)
    classified.select("Body site", "Head/neck").set("Opacity", 35)
    shown = PROBABILITY.findall(classified.text)
    classified.open("cases").run()
    assert classified.title == "Case history"
    classified.open("analyse").run()
    kept = [classified.field(label).value for label in ("Patient pseudonym", "Notes", "Body site", "Opacity")]
    assert kept == ["P-1", "itches", "head/neck", 35]
    assert classified.field("Show heat map").value is True
    assert PROBABILITY.findall(classified.text) == shown
    assert "shoulder.jpg" in classified.set("Show heat map", False).text


def test_several_pictures_give_a_strip_and_each_keeps_its_words(app: App, picture: bytes, record: Record) -> None:
    other = draw_jpeg(DrawnLesion(width_px=240, height_px=180, seed=9))
    app.open().upload(("first.jpg", picture), ("second.jpg", other))
    app.set("Patient pseudonym", "P-first")
    app.press("second.jpg").set("Patient pseudonym", "P-second").classify().press("Save case")
    assert only_case(record).pseudonym == "P-second"
    app.press("first.jpg")
    assert app.field("Patient pseudonym").value == "P-first"
    assert app.has_button(CLASSIFY)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("letter.jpg", b"Dear colleague, the picture is attached.", "not a picture that can be read here"),
        ("half.jpg", None, "breaks off before its last line"),
        ("empty.png", b"", "This file is empty."),
    ],
)
def test_a_bad_file_gets_a_sentence_and_the_page_lives(
    name: str, content: bytes | None, sentence: str, app: App, picture: bytes, tmp_path: Path, record: Record
) -> None:
    app.open().upload((name, picture[: len(picture) // 2] if content is None else content))
    (error,) = app.errors
    assert sentence in error
    assert "What to do:" in error
    assert not app.has_button(CLASSIFY)
    assert n_cases(record) == 0
    assert all(path.name.startswith("lesionwise.db") for path in files_in(tmp_path / "home"))
    assert app.upload(("good.jpg", picture)).classify().errors == []


def test_a_broken_picture_among_others_stops_none_of_them(app: App, picture: bytes) -> None:
    app.open().upload(("good.jpg", picture), ("bad.jpg", b"text"))
    assert PROBABILITY.search(app.classify().text)
    assert app.press("bad.jpg").errors


def test_without_weights_the_app_says_so_and_offers_history(
    app: App, picture: bytes, model_folder: Path, save: Callable[..., int]
) -> None:
    save(pseudonym="P-old")
    for path in model_folder.iterdir():
        path.unlink()
    app.open().upload(("a.jpg", picture))
    assert "is not installed" in app.errors[0]
    assert "What to do:" in app.errors[0]
    assert app.button(CLASSIFY).disabled
    assert "P-old" in app.open("cases").run().text


def test_weights_changed_by_one_bit_score_nothing(
    app: App, picture: bytes, model_folder: Path, save: Callable[..., int], record: Record
) -> None:
    save(pseudonym="P-old")
    path = model_folder / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    app.open().upload(("a.jpg", picture)).set("Notes", "itches").classify()
    assert "are not the ones that were validated" in app.errors[0]
    assert not PROBABILITY.search(app.text)
    assert app.field("Notes").value == "itches"
    assert "P-old" in app.open("cases").run().text


def test_a_network_of_other_classes_scores_nothing(
    app: App, picture: bytes, change_card: Callable[..., None], save: Callable[..., int]
) -> None:
    save(pseudonym="P-old")
    change_card(classes=["cat", "dog"])
    app.open().upload(("a.jpg", picture))
    assert "tells cat, dog apart; expected benign, malignant" in app.errors[0]
    assert app.button(CLASSIFY).disabled
    assert "P-old" in app.open("cases").run().text


def test_a_locked_database_keeps_what_was_typed(
    classified: App, tmp_path: Path, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    classified.set("Patient pseudonym", "P-1").set("Notes", "itches")
    with closing(sqlite3.connect(tmp_path / "home" / "lesionwise.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        classified.press("Save case")
    (error,) = classified.errors
    assert "another program is using the database" in error
    assert "save again" in error
    assert [classified.field(label).value for label in ("Patient pseudonym", "Notes")] == ["P-1", "itches"]
    assert n_cases(record) == 0
    classified.press("Save case")
    assert (only_case(record).pseudonym, classified.errors) == ("P-1", [])


def test_a_full_disk_keeps_what_was_typed(classified: App, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    classified.set("Notes", "itches")
    with monkeypatch.context() as patch:
        patch.setattr("db.places.os.fsync", no_space)
        classified.press("Save case")
    assert "the disk is full" in classified.errors[0]
    assert "Free some space" in classified.errors[0]
    assert classified.field("Notes").value == "itches"
    classified.press("Save case")
    assert only_case(record).notes == "itches"


def test_a_read_only_database_keeps_what_was_typed(
    app: App, picture: bytes, tmp_path: Path, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "home" / "lesionwise.db"
    address = f"sqlite:///file:{database}?mode=ro&uri=true"
    monkeypatch.setenv("DATABASE_URL", address)
    app.open().upload(("a.jpg", picture)).set("Notes", "itches").press("Skip")
    assert app.button(CLASSIFY).disabled  # what cannot be kept opens nothing
    assert "may not be written" in app.errors[0]
    assert "allow writing" in app.errors[0]
    assert app.field("Notes").value == "itches"
    assert n_cases(record) == 0


def test_a_home_that_cannot_be_made_is_told_on_every_page(app: App, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("a file where the folder should be")
    app.open()
    assert "is a file, not a folder" in app.errors[0]
    assert "What to do:" in app.errors[0]
    home.unlink()
    app.press("Try again")
    assert (app.errors, app.title) == ([], "Analyse")


def test_a_pseudonym_of_60_characters_is_kept_whole(classified: App, record: Record) -> None:
    long = "P" * 60
    classified.set("Patient pseudonym", long).press("Save case")
    assert only_case(record).pseudonym == long
    assert long in classified.open("cases").run().text


def test_markup_in_names_is_text(app: App, picture: bytes, record: Record) -> None:
    name = "<img src=x onerror=alert(1)>.jpg"
    app.open().upload((name, picture))
    assert not any(name in text for text in app.html)
    assert any("&lt;img src=x onerror=alert(1)&gt;.jpg" in text for text in app.html)
    app.classify().set("Patient pseudonym", "<script>alert(1)</script>").press("Save case")
    assert only_case(record).pseudonym == "<script>alert(1)</script>"


def test_a_known_lesion_brings_its_place_once(app: App, picture: bytes, save: Callable[..., int]) -> None:
    save(
        pseudonym="P-1",
        lesion_label="L1",
        anatom_site=AnatomSite.PALMS_SOLES,
        laterality=Laterality.LEFT,
        body_region=BodyRegion.SOLE_OF_FOOT,
    )
    app.open().upload(("again.png", picture))
    app.set("Patient pseudonym", "P-1").set("Lesion", "L1")
    assert (app.field("Body site").value, app.field("Side").value) == (AnatomSite.PALMS_SOLES, Laterality.LEFT)
    assert "not trained for this (palm or sole)" in app.text
    app.select("Body site", "Head/neck").set("Notes", "typed wrongly before")
    assert app.field("Body site").value is AnatomSite.HEAD_NECK


def test_two_visitors_do_not_see_each_others_pictures(classified: App, new_app: Callable[[], App]) -> None:
    assert "shoulder.jpg" in classified.text
    assert "shoulder.jpg" not in new_app().open().text
