"""Analyse with the blind first read: no result anywhere before the reader's impression is kept or skipped."""

import re
from collections.abc import Callable

import pytest

from core.classifier.classifier import Classifier
from core.domain import CaseRecord
from core.settings import Settings
from core.taxonomy import Band, Confidence, Diagnosis, Impression, ReadMode
from dashboard import session
from dashboard.workflow.cases import load_case
from dashboard.workflow.practice import change_practice, load_practice
from dashboard.workflow.record import Record
from tests.pages.app_driver import App

CLASSIFY, KEEP = "Classify Skin Lesion", "Keep my impression"


@pytest.fixture
def uploaded(app: App, picture: bytes) -> App:
    return app.open().upload(("shoulder.jpg", picture))


@pytest.fixture
def only_case(record: Record) -> Callable[[], CaseRecord]:
    return lambda: load_case(case_id=1, record=record)[0]


def say(app: App, label: str, option: object) -> App:
    """Choose in the segmented control with that label, without sending the form."""
    [control] = [control for control in app.test.button_group if control.label == label]
    control.set_value(option)
    return app


def keep(app: App, impression: Impression = Impression.BENIGN) -> App:
    say(app, "Impression", impression)
    say(app, "Confidence", Confidence.HIGH)
    return app.press(KEEP)


def state_of(app: App) -> session.AnalyseState:
    found: session.AnalyseState = app.test.session_state["analyse_state"]
    return found


def test_the_button_is_closed_until_the_impression_is_kept(uploaded: App) -> None:
    assert uploaded.button(CLASSIFY).disabled
    assert "The button opens once your impression is kept, or skipped." in uploaded.text
    keep(uploaded)
    assert not uploaded.button(CLASSIFY).disabled
    assert not uploaded.has_button(KEEP)


def test_an_impression_is_needed_to_keep_one(uploaded: App) -> None:
    assert "Choose your impression first, or skip." in uploaded.press(KEEP).text
    assert uploaded.button(CLASSIFY).disabled


def test_before_the_reveal_the_result_is_nowhere(uploaded: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def predict(*_: object) -> None:
        raise AssertionError("the network was asked before the first read was kept")

    with monkeypatch.context() as patch:
        patch.setattr(Classifier, "predict", predict)
        patch.setattr(Classifier, "explain", predict)
        uploaded.run().run()
        keep(uploaded)
    intake = state_of(uploaded).current
    assert intake is not None
    assert intake.analysis is None
    assert not re.search(r"malignant probability|lw-band|Refer from", uploaded.text)
    assert "heatmaps" not in uploaded.test.session_state


def test_the_whole_way_is_kept_with_the_case(uploaded: App, only_case: Callable[[], CaseRecord]) -> None:
    say(uploaded, "Impression", Impression.BENIGN)
    say(uploaded, "Confidence", Confidence.HIGH)
    uploaded.field("Diagnosis, if you have one").select("Nevus")
    uploaded.press(KEEP).press(CLASSIFY)
    assert "First read: benign, high confidence, nevus (nobody named" in uploaded.text
    say(uploaded, "Your final assessment", Impression.MALIGNANT)
    say(uploaded, "Next step", Band.REFER).run()
    assert "A change from benign to malignant; it is kept as a switch." in uploaded.text
    uploaded.press("Save case")
    case = only_case()
    assert case.first_read is not None
    first, [final] = case.first_read, case.finals
    assert (first.mode, first.impression, first.confidence) == (ReadMode.BLIND, "benign", "high")
    assert first.diagnosis is Diagnosis.NEVUS
    assert first.revealed_at is not None
    assert first.kept_at <= first.revealed_at <= final.assessed_at
    assert (final.impression, final.decision, final.is_switch) == ("malignant", Band.REFER, True)
    assert [review.assessment for review in case.reviews] == [Band.REFER]
    text = uploaded.open("case", case="1").text
    assert "First read: benign, high confidence, nevus" in text
    assert "Final: malignant, refer; a switch from the first read" in text


def test_a_skip_is_kept_as_a_skip(uploaded: App, only_case: Callable[[], CaseRecord]) -> None:
    uploaded.press("Skip").press(CLASSIFY).press("Save case")
    case = only_case()
    assert case.first_read is not None
    assert (case.first_read.mode, case.first_read.impression, case.finals) == (ReadMode.SKIPPED, None, ())
    assert "First read: skipped" in uploaded.text


def test_saving_again_keeps_an_unchanged_final_assessment_once(
    uploaded: App, only_case: Callable[[], CaseRecord]
) -> None:
    keep(uploaded).press(CLASSIFY)
    say(uploaded, "Your final assessment", Impression.BENIGN).press("Save case").press("Save changes")
    assert [final.is_switch for final in only_case().finals] == [False]
    say(uploaded, "Your final assessment", Impression.UNSURE).press("Save changes")
    assert [final.impression for final in only_case().finals] == ["unsure", "benign"]


def test_a_next_step_without_an_assessment_is_not_dropped_in_silence(
    uploaded: App, only_case: Callable[[], CaseRecord]
) -> None:
    uploaded.press("Skip").press(CLASSIFY)
    say(uploaded, "Next step", Band.REFER).press("Save case")
    assert "goes with your final assessment, which is missing" in uploaded.text
    say(uploaded, "Your final assessment", Impression.UNSURE).press("Save case")
    assert [review.assessment for review in only_case().reviews] == [Band.REFER]


def test_a_kept_impression_survives_a_change_of_page(uploaded: App) -> None:
    keep(uploaded).open("cases").run()
    uploaded.open("analyse").run()
    assert not uploaded.button(CLASSIFY).disabled
    assert "First read: benign, high confidence" in uploaded.text


def test_the_practice_can_switch_it_off(
    app: App, picture: bytes, record: Record, settings: Settings, only_case: Callable[[], CaseRecord]
) -> None:
    app.open("settings").field("Blind first read").set_value(False)
    app.field("Changed by").set_value("dr a")
    app.press("Save settings")
    assert not load_practice(record=record, settings=settings).is_blind
    assert "off" in app.text
    app.open("analyse").run()
    app.upload(("shoulder.jpg", picture))
    assert not app.has_button(KEEP)
    app.press(CLASSIFY).press("Save case")
    assert only_case().first_read is None


def test_another_change_leaves_the_switch_as_it_is(record: Record, settings: Settings) -> None:
    practice = load_practice(record=record, settings=settings)
    assert practice.is_blind
    assert change_practice(practice=practice, who="dr a", record=record, settings=settings) == []


def test_a_second_picture_needs_a_read_of_its_own(uploaded: App, picture: bytes) -> None:
    keep(uploaded)
    uploaded.upload(("second.jpg", picture))
    assert uploaded.button(CLASSIFY).disabled


def test_a_picture_that_is_in_the_record_already_cannot_be_read_blind(uploaded: App, picture: bytes) -> None:
    warning = "You saved this picture before, as case 1, with its result: a read now is not blind"
    assert warning not in uploaded.text
    keep(uploaded).press(CLASSIFY).press("Save case").upload(("again.jpg", picture))
    assert warning in uploaded.text
