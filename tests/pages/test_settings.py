"""The settings page: what is set holds, each change is kept with its name, and nothing wrong is saved."""

from pathlib import Path

import pytest

from core.settings import Settings
from dashboard.workflow.practice import Practice, load_practice, setting_history
from dashboard.workflow.record import Record
from tests.pages.app_driver import App

NAMES, WHO = "Readers, one name per line", "Changed by"
PREVALENCE = "Prevalence: malignant among the lesions seen here, in %"
FOLDER, MODEL = "Folder of labelled images", "Default network"
SMALL, OTHER = "small-net", "other-net"


def save(app: App, who: str = "Dr. Ana Example", **fields: object) -> App:
    labels = {"names": NAMES, "prevalence": PREVALENCE, "folder": FOLDER, "model": MODEL}
    for name, value in fields.items():
        app.field(labels[name]).set_value(value)
    app.field(WHO).set_value(who)
    return app.press("Save settings")


@pytest.fixture
def practice(record: Record, settings: Settings) -> "PracticeNow":
    return PracticeNow(record, settings)


class PracticeNow:
    """The settings in force, read from the record."""

    def __init__(self, record: Record, settings: Settings) -> None:
        self.record, self._settings = record, settings

    def __call__(self) -> Practice:
        return load_practice(record=self.record, settings=self._settings)


def test_it_begins_with_what_is_in_force(app: App) -> None:
    app.open("settings")
    assert app.field(NAMES).value == ""
    assert app.field(PREVALENCE).value == pytest.approx(6.6)
    assert app.field(MODEL).value == SMALL
    assert "Nothing was changed yet" in app.text


def test_it_says_that_names_are_not_authenticated(app: App) -> None:
    assert "named, not authenticated" in app.open("settings").text


def test_readers_are_kept_without_empty_lines_and_repeats(app: App, practice: PracticeNow) -> None:
    save(app.open("settings"), names="  Dr. Ana   Example \n\nDr. Bo\nDr. Ana Example\n")
    assert practice().readers == ("Dr. Ana Example", "Dr. Bo")
    assert app.field(NAMES).value == "Dr. Ana Example\nDr. Bo"
    assert app.field("Reader").options == ["Dr. Ana Example", "Dr. Bo"]


def test_prevalence_is_given_in_per_cent_and_its_effect_is_said(app: App, practice: PracticeNow) -> None:
    save(app.open("settings"), prevalence=2.5)
    assert practice().prevalence == pytest.approx(0.025)
    assert "At 2.5%, " in app.text and f"of what {SMALL} refers would be malignant" in app.text
    app.open("performance")
    assert "2.5% <small>this practice" in app.text


def test_another_network_becomes_the_default(app: App, practice: PracticeNow) -> None:
    save(app.open("settings"), model=OTHER)
    assert practice().model == OTHER
    assert "New results use it." in app.text


def test_only_what_differs_is_kept_as_a_change_with_name_and_value(app: App, practice: PracticeNow) -> None:
    save(app.open("settings"), prevalence=3.0)
    [change] = setting_history(record=practice.record)
    assert (change.key, change.value, change.changed_by) == ("prevalence", "0.03", "Dr. Ana Example")
    table = next(line for line in app.text.splitlines() if "New value" in line)
    assert "<td>Dr. Ana Example</td><td>Prevalence</td><td>3%</td>" in table


def test_saving_the_same_again_changes_nothing(app: App, practice: PracticeNow) -> None:
    save(save(app.open("settings"), prevalence=3.0))
    assert len(setting_history(record=practice.record)) == 1


def test_the_newest_change_comes_first(app: App) -> None:
    app.open("settings")
    save(save(app, who="First"), who="First", prevalence=3.0)
    save(app, who="Second", prevalence=4.0)
    table = next(line for line in app.text.splitlines() if "New value" in line)
    assert table.index("Second") < table.index("First")


def test_a_change_without_a_name_is_not_saved_and_what_was_typed_stays(app: App, practice: PracticeNow) -> None:
    save(app.open("settings"), who="  ", prevalence=9.0)
    assert "Give your name" in app.text
    assert app.field(PREVALENCE).value == 9.0
    assert setting_history(record=practice.record) == ()


def test_markup_in_a_name_is_shown_as_text(app: App) -> None:
    save(app.open("settings"), who="<img src=x>", names="<b>Bo</b>")
    table = next(line for line in app.text.splitlines() if "New value" in line)
    assert "<img" not in table and "<b>Bo" not in table
    assert "&lt;b&gt;Bo&lt;/b&gt;" in table


def test_a_folder_of_labelled_images_is_kept(app: App, practice: PracticeNow, drawn_data: Path) -> None:
    save(app.open("settings"), folder=str(drawn_data))
    assert practice().data == drawn_data.resolve()


@pytest.mark.parametrize("folder", ["/no/such/folder", "/"])
def test_a_folder_that_is_none_or_holds_no_labelled_images_is_refused(
    app: App, practice: PracticeNow, folder: str
) -> None:
    save(app.open("settings"), folder=folder, prevalence=9.0)
    assert "What to do:" in app.text
    assert setting_history(record=practice.record) == ()
    assert app.field(PREVALENCE).value == 9.0


def test_a_folder_that_went_away_does_not_hinder_other_changes(
    app: App, environment: pytest.MonkeyPatch, practice: PracticeNow
) -> None:
    environment.setenv("LESIONWISE_DATA", "/was/unplugged")
    save(app.open("settings"), prevalence=9.0)
    assert practice().prevalence == pytest.approx(0.09)


def test_a_network_that_is_gone_is_told_and_kept_until_another_is_chosen(
    app: App, environment: pytest.MonkeyPatch, practice: PracticeNow
) -> None:
    environment.setenv("LESIONWISE_MODEL", "gone-net")
    app.open("settings")
    assert "gone-net, is not installed" in app.text
    save(app, prevalence=9.0)
    assert "model" not in {change.key for change in setting_history(record=practice.record)}


def test_a_reader_who_is_taken_from_the_list_reads_no_more(app: App) -> None:
    save(app.open("settings"), names="Dr. Ana Example")
    assert app.run().field("Reader").value == "Dr. Ana Example"
    save(app, names="Dr. Bo\nDr. Cy")
    assert app.field("Reader").value is None
